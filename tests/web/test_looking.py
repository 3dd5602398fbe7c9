"""A look before signing: nothing is done or lost, and what is seen is what is signed."""

from html.parser import HTMLParser
from io import BytesIO

import pytest
from street.fakes.desk import FakeDesk
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.writing import WritePost
from webui.pages.circles import audiences
from werkzeug.test import TestResponse

from tests.web.conftest import OWN, URL, Site

WORDS = "Half a thought, https://example.org/a?b=c and #bees,\n\n  in <b>three</b> lines."
SENT = {
    "text": WORDS.replace("\n", "\r\n"),
    "cw": "Bees",
    "lang": "de",
    "once": "k" * 22,
    "begun": "",
    "begun_to": "",
    "to": "",
}


class Fields(HTMLParser):
    """The hidden fields of the last form on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self.found = {}
        if tag == "input" and has.get("type") == "hidden":
            self.found[has["name"] or ""] = has.get("value") or ""


def hidden(answer: TestResponse) -> dict[str, str]:
    main = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    fields = Fields()
    fields.feed(main)
    fields.found.pop("form_key")
    return fields.found


def wishes(site: Site) -> list[WritePost]:
    """What is asked to be written from now on."""
    asked: list[WritePost] = []
    takes = site.desk.rows[WritePost]

    def write(desk: FakeDesk, ask: WritePost) -> PostView:
        asked.append(ask)
        post: PostView = takes(desk, ask)
        return post

    site.desk.rows[WritePost] = write
    return asked


def test_it_shows_the_post_as_it_will_look_and_does_nothing(site: Site) -> None:
    before = list(site.desk.posts)
    page = site.post("/preview", SENT)
    assert page.status_code == 200
    assert "<summary><bdi>Bees</bdi></summary>" in page.text
    assert (
        'dir="auto" lang="de">Half a thought, <a href="https://example.org/a?b=c"' in page.text
    )
    assert '<a class="tag" href="/tags/bees">' in page.text
    assert "&lt;b&gt;three&lt;/b&gt;" in page.text
    assert "<b>three</b>" not in page.text
    assert audiences_of(site)[""] in page.text
    assert (site.desk.changed, site.desk.posts) == ([], before)
    assert site.desk.drafts == {"": WORDS}


def audiences_of(site: Site) -> dict[str, str]:
    with site.app.app_context():
        return dict(audiences())


def test_signed_it_is_what_would_have_been_posted_at_once(site: Site) -> None:
    asked = wishes(site)
    seen = hidden(site.post("/preview", SENT))
    assert seen == SENT | {"begun": SENT["text"].replace("\r\n", "\n")} | {"text": seen["text"]}
    assert seen["text"].replace("\r\n", "\n") == WORDS
    answer = site.post("/posts", seen)
    assert (answer.status_code, answer.location) == (303, "/")
    site.post("/posts", SENT)  # back, and the button of the box: its key is the same
    assert asked[0] == asked[1]
    assert (asked[0].text, asked[0].key) == (WORDS, SENT["once"])
    assert site.desk.changed == ["publish_post"]
    assert site.desk.drafts == {}


def test_a_draft_of_another_device_changes_nothing_and_stays(site: Site) -> None:
    seen = hidden(site.post("/preview", SENT))
    site.post("/drafts", {"text": "begun elsewhere"})
    asked = wishes(site)
    site.post("/posts", seen)
    assert asked[0].text == WORDS
    assert site.desk.drafts == {"": "begun elsewhere"}
    site.post("/preview", SENT | {"text": "here"})
    assert site.desk.drafts == {"": "begun elsewhere"}


def test_whoever_goes_on_writing_has_all_of_it(site: Site) -> None:
    page = site.post("/writing", hidden(site.post("/preview", SENT)))
    assert f">\n{WORDS.replace('<', '&lt;').replace('>', '&gt;')}</textarea>" in page.text
    assert 'name="cw" type="text" value="Bees"' in page.text
    assert '<option value="de" selected' in page.text
    kept = hidden(page)
    assert (kept["once"], kept["begun"], kept["begun_to"]) == (SENT["once"], WORDS, "")
    assert site.desk.changed == []


def test_a_reply_and_a_quote_stay_what_they_are(site: Site) -> None:
    post = next(post for post in site.desk.posts if post.text == "Hello, swarm.")
    for field in ("reply_to", "quote"):
        sent = SENT | {field: ref_text(post.ref)}
        page = site.post("/preview", sent)
        assert "Hello, swarm." in page.text
        assert ("You reply to" in page.text) is (field == "reply_to")
        again = site.post("/writing", hidden(page))
        assert hidden(again)[field] == ref_text(post.ref)
        asked = wishes(site)
        site.post("/posts", hidden(page) | {"once": field})
        assert getattr(asked[0], field) == ref_text(post.ref)


@pytest.mark.parametrize("text", ["  ", "é" * 4_001])
def test_what_cannot_be_posted_is_refused_at_the_look(site: Site, text: str) -> None:
    page = site.post("/preview", SENT | {"text": text})
    assert page.status_code == 400
    assert f">\n{text}</textarea>" in page.text
    assert 'action="/preview"' in page.text


@pytest.mark.attack("A300")
@pytest.mark.parametrize("field", ["text", "cw", "once", "begun", "to", "alt1", "name1", "odd"])
def test_what_is_handed_on_is_never_html(site: Site, field: str) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    sent = SENT | {"upload1": "u" * 32} | {field: evil}
    for path in ("/preview", "/writing"):
        page = site.post(path, sent)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


# --- files ---------------------------------------------------------------------------------


@pytest.fixture
def uploads(site: Site) -> dict[str, bytes]:
    return site.desk.files.handed


def send_files(
    site: Site, path: str, files: dict[str, str], form: dict[str, str]
) -> TestResponse:
    browser = site.browser()
    data: dict[str, object] = {**form, "form_key": site.form_key(browser)}
    data |= {field: (BytesIO(b"pixels"), name) for field, name in files.items()}
    kind = "multipart/form-data"
    return browser.post(path, base_url=URL, headers=OWN, data=data, content_type=kind)


def test_files_are_taken_once_and_go_with_it(site: Site, uploads: dict[str, bytes]) -> None:
    form = SENT | {"alt2": "A bee", "alt4": ""}
    page = send_files(site, "/preview", {"file2": "bee <1>.png", "file4": "song.ogg"}, form)
    assert "bee &lt;1&gt;.png" in page.text
    assert "A bee" in page.text
    assert page.text.count("Nobody has said what it shows.") == 1
    bee = Attached(upload=f"{1:032x}", alt="A bee", file_name="bee <1>.png")
    song = Attached(upload=f"{2:032x}", file_name="song.ogg")
    asked = wishes(site)
    site.post("/posts", hidden(page))
    assert asked[0].media == (bee, song)
    assert len(uploads) == 2


def test_files_can_be_left_out_and_others_added(site: Site, uploads: dict[str, bytes]) -> None:
    page = send_files(site, "/preview", {"file1": "a.png", "file2": "b.png"}, SENT)
    writing = site.post("/writing", hidden(page))
    assert "Leave out <bdi>a.png</bdi>" in writing.text
    form = SENT | hidden(writing) | {"without1": "yes", "alt2": "B"}
    again = send_files(site, "/preview", {"file3": "c.png"}, form)
    asked = wishes(site)
    site.post("/posts", hidden(again))
    assert [(each.file_name, each.alt) for each in asked[0].media] == [
        ("b.png", "B"),
        ("c.png", ""),
    ]
    assert len(uploads) == 3


@pytest.mark.attack("A301")
def test_no_file_is_taken_from_a_form_that_is_refused(
    site: Site, uploads: dict[str, bytes]
) -> None:
    assert (
        send_files(site, "/preview", {"file1": "a.png"}, SENT | {"text": " "}).status_code
        == 400
    )
    assert uploads == {}
