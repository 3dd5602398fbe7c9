"""What was begun and not sent: kept by the node for every device, gone once it is sent."""

from tests.web.conftest import Site

WORDS = "\nHalf a thought,\nin two lines."


def begin(site: Site, text: str, reply_to: str = "") -> None:
    form = {"text": text.replace("\n", "\r\n"), "reply_to": reply_to}
    assert site.post("/drafts", form).headers["Location"] == "/drafts"


def test_a_draft_stands_in_its_box_and_in_no_other(site: Site) -> None:
    begin(site, WORDS)
    assert site.desk.drafts == {"": WORDS}
    assert f">\n{WORDS}</textarea>" in site.get("/").text
    assert "Half a thought" not in site.get(f"/posts/{site.desk.posts[0].id}").text


def test_a_page_that_stays_open_asks_for_one(site: Site) -> None:
    begin(site, WORDS, "somewhere/1")
    assert site.get("/drafts/text?of=somewhere/1").json == {"text": WORDS, "to": ""}
    assert site.get("/drafts/text").json == {"text": "", "to": ""}


def test_drafts_are_listed_and_let_go(site: Site) -> None:
    begin(site, WORDS)
    begin(site, "An <b>answer</b>", "somewhere/1")
    page = site.get("/drafts").text
    assert "An &lt;b&gt;answer&lt;/b&gt;" in page
    assert 'href="/posts/somewhere/1#text"' in page
    assert "1 reply begun and not sent" in site.get("/").text
    begin(site, " ", "somewhere/1")
    assert site.desk.drafts == {"": WORDS}
    assert "begun and not sent" not in site.get("/").text


def test_what_is_posted_is_a_draft_no_more(site: Site) -> None:
    begin(site, WORDS)
    site.post("/posts", {"text": WORDS, "begun": ""})
    begin(site, "begun")
    site.post("/posts", {"text": "begun, and ended", "begun": "begun"})
    assert site.desk.drafts == {}


def test_what_another_device_began_meanwhile_stays(site: Site) -> None:
    begin(site, "begun elsewhere")
    begin(site, "for a reply", "somewhere/1")
    site.post("/posts", {"text": "something else", "begun": "as it was"})
    assert site.desk.drafts == {"": "begun elsewhere", "somewhere/1": "for a reply"}


def test_a_draft_comes_back_when_it_cannot_be_kept(site: Site) -> None:
    answer = site.post("/drafts", {"text": "x" * 300_000})
    assert answer.status_code == 413
    assert "x" * 300_000 in answer.text
