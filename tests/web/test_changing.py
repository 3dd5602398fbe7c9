"""Own posts on the page: edited, withdrawn, and what they said before; all without script."""

import re

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.posts import PostView, ref_text

from tests.web.conftest import Site


@pytest.fixture
def mine(site: Site) -> PostView:
    return site.desk.add_post(site.desk.me, "What I <b>should</b> not have said.")


def place(post: PostView) -> str:
    return f"/posts/{ref_text(post.ref)}"


def other(site: Site) -> PostView:
    return next(each for each in site.desk.posts if each.author_id != site.desk.me)


def test_an_own_post_leads_to_both_and_one_of_somebody_else_to_neither(
    site: Site, mine: PostView
) -> None:
    page = site.get(f"/posts/{mine.id}").text
    assert f'href="{place(mine)}/edit"' in page and f'href="{place(mine)}/withdraw"' in page
    assert "/withdraw" not in site.get(f"/posts/{other(site).id}").text
    assert "/withdraw" not in site.get("/").text, "only where one looks at a single post"


def test_withdrawing_shows_the_post_says_what_it_does_and_then_how_far_it_is(
    site: Site, mine: PostView
) -> None:
    page = site.get(f"{place(mine)}/withdraw").text
    assert "What I &lt;b&gt;should" in page
    assert "asks every holder to delete it" in page and "may keep it" in page
    answer = site.post("/withdrawals", {"ref": ref_text(mine.ref)})
    assert (answer.status_code, answer.headers["Location"]) == (303, place(mine))
    assert site.desk.changed == ["withdraw"]
    kept = site.desk.removals[ref_text(mine.ref)]
    site.desk.removals[ref_text(mine.ref)] = replace(kept, removed_at=4, holders=5)
    site.desk.removals[mine.id] = site.desk.removals[ref_text(mine.ref)]
    assert site.get(f"/posts/{mine.id}").headers["Location"] == place(mine)
    page = site.get(place(mine)).text
    assert "You withdrew this post: it is hidden. 4 of 5 machines that had it" in page
    assert "should" not in page


def test_a_withdrawal_that_is_sent_twice_is_done_once(site: Site, mine: PostView) -> None:
    for _ in range(2):
        site.post("/withdrawals", {"ref": ref_text(mine.ref)})
    assert site.desk.changed == ["withdraw"]


def test_an_edit_keeps_what_it_said_before_one_click_away(site: Site, mine: PostView) -> None:
    page = site.get(f"{place(mine)}/edit").text
    assert "\nWhat I &lt;b&gt;should&lt;/b&gt; not have said.</textarea>" in page
    sent = {"ref": ref_text(mine.ref), "text": "Better,\r\nin two lines."}
    assert site.post("/edits", sent).headers["Location"] == place(mine)
    assert site.desk.posts[-1].text == "Better,\nin two lines."
    page = site.get(f"/posts/{mine.id}").text
    (history,) = re.findall(r'href="([^"]*)">· edited</a>', page)
    told = site.get(history).text
    assert told.index("in two lines") < told.index("not have said")
    assert "was removed" not in told


def test_an_edit_may_remove_what_it_said_before(site: Site, mine: PostView) -> None:
    sent = {"ref": ref_text(mine.ref), "text": "Better.", "remove_old": "yes"}
    site.post("/edits", sent)
    told = site.get(f"{place(mine)}/versions").text
    assert "not have said" not in told and "was removed" in told


@pytest.mark.parametrize("text", ["x" * 8_001, "  "])
def test_a_refused_edit_comes_back_with_what_was_typed(
    site: Site, mine: PostView, text: str
) -> None:
    sent = {"ref": ref_text(mine.ref), "text": text, "remove_old": "yes"}
    answer = site.post("/edits", sent)
    assert answer.status_code == 400 and text in answer.text
    assert f'name="ref" value="{ref_text(mine.ref)}"' in answer.text
    assert 'name="remove_old" value="yes"' in answer.text
    assert site.desk.changed == []


def test_posts_of_others_are_refused(site: Site) -> None:
    post = other(site)
    for answer in (
        site.get(f"{place(post)}/edit"),
        site.get(f"{place(post)}/withdraw"),
        site.post("/edits", {"ref": ref_text(post.ref), "text": "x"}),
        site.post("/withdrawals", {"ref": ref_text(post.ref)}),
    ):
        assert answer.status_code in (400, 404) and "only its author" in answer.text
    assert site.desk.changed == []


def test_what_is_nobodys_is_not_here(site: Site, mine: PostView) -> None:
    nowhere = place(mine).rpartition("/")[0] + "/4000000"
    for path in (nowhere, f"{nowhere}/edit", f"{nowhere}/withdraw", f"{nowhere}/versions"):
        assert site.get(path).status_code == 404
