"""/listening: what a person wants to be told of, and what was heard."""

from tests.web.conftest import Site

TEXT = "client_test works on Linux again. #libtorrent"


def test_what_is_listened_to_is_added_shown_and_removed(site: Site) -> None:
    assert "You listen to nothing yet" in site.get("/listening").text
    assert site.post("/listening", {"what": "#libtorrent"}).headers["Location"] == "/listening"
    assert site.desk.subscriptions == ["#libtorrent"]
    page = site.get("/listening").text
    assert TEXT in page or "client_test" in page
    assert "2 supernodes look out for it" in page
    assert 'href="/listening?q=%23libtorrent"' in page
    site.post("/listening", {"what": "one café"})
    only = site.get("/listening?q=one+caf%C3%A9").text
    assert "Posts still arrive" not in only or "client_test" not in only
    assert site.post("/listening/remove", {"what": "#libtorrent"}).status_code == 303
    assert site.desk.subscriptions == ["one café"]


def test_what_cannot_be_listened_to_is_said_and_stands_in_the_box(site: Site) -> None:
    answer = site.post("/listening", {"what": "<b>*"})
    assert answer.status_code == 400
    assert 'value="&lt;b&gt;*"' in answer.text
    assert "nothing to listen to" in answer.text
    assert site.get("/listening?q=begin*").status_code == 400
    assert site.desk.subscriptions == []


def test_without_a_supernode_the_page_says_so(site: Site) -> None:
    site.desk.parents = 0
    site.post("/listening", {"what": "tea"})
    assert "No supernode is told of it now" in site.get("/listening").text


def test_on_a_supernode_it_says_who_looks_out(site: Site) -> None:
    site.desk.parents, site.desk.serves = 0, True
    site.post("/listening", {"what": "tea"})
    page = site.get("/listening").text
    assert "This machine is a supernode" in page and "No supernode is told" not in page


def test_notices_lead_there(site: Site) -> None:
    assert 'href="/listening"' in site.get("/notifications").text


def test_what_is_searched_for_can_be_listened_to(site: Site) -> None:
    page = site.get("/search?q=%23libtorrent").text
    assert "Listen to new posts with this" in page
    assert 'name="what" value="#libtorrent"' in page
    assert "Listen to new posts" not in site.get("/search").text
