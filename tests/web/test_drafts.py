"""What was begun and not sent: kept by the node for every device, gone once it is sent."""

from io import BytesIO

import pytest
from swarmfeed.core.asks.media import AWAY, HandedFile
from werkzeug.test import TestResponse

from tests.web.conftest import OWN, URL, Site

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
    assert site.get("/drafts/text?of=somewhere/1").json == {
        "text": WORDS,
        "to": "",
        "files": [],
    }
    assert site.get("/drafts/text").json == {"text": "", "to": "", "files": []}


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


# --- pictures and files --------------------------------------------------------------------

PIXELS = b"\xff\xd8\xff pixels"


def begin_with_files(
    site: Site, files: dict[str, str], **form: str
) -> tuple[TestResponse, list[str]]:
    """Keep a box with files, as a browser without script does; the names they got."""
    browser = site.browser()
    data: dict[str, object] = {"begun": "", "text": "", **form}
    data["form_key"] = site.form_key(browser)
    data |= {field: (BytesIO(PIXELS), name) for field, name in files.items()}
    kind = "multipart/form-data"
    answer = browser.post("/drafts", base_url=URL, headers=OWN, data=data, content_type=kind)
    return answer, [each.upload for each in site.desk.files.of_drafts.get("", ())]


def test_a_picture_stands_in_its_box_again_and_is_named_from_then_on(site: Site) -> None:
    answer, (bee, song) = begin_with_files(
        site, {"file1": "bee <1>.jpg", "file3": "moss.jpg"}, text="Look!", alt1='A "bee".'
    )
    assert (answer.status_code, answer.location) == (303, "/drafts")
    page = site.get("/").text
    assert f'name="upload1" value="{bee}"' in page
    assert f'name="upload2" value="{song}"' in page
    assert "Leave out <bdi>bee &lt;1&gt;.jpg</bdi>" in page
    assert f'<img class="going" src="/uploads/{bee}" alt="A &#34;bee&#34;.">' in page
    assert page.count("attach-given undescribed") == 1
    shown = site.get(f"/uploads/{bee}")
    assert (shown.status_code, shown.data, shown.mimetype) == (200, PIXELS, "image/jpeg")
    listed = site.get("/drafts").text
    assert f'src="/uploads/{bee}" alt="A &#34;bee&#34;."' in listed
    assert "stay on the device that you gave them to" in listed
    # Kept again with one left out, it is named and not handed over once more.
    kept = {"begun": "Look!", "text": "Look!", "upload1": bee, "name1": "b", "alt1": "A bee"}
    site.post("/drafts", kept | {"upload2": song, "without2": "yes"})
    assert [(each.upload, each.alt) for each in site.desk.files.of_drafts[""]] == [
        (bee, "A bee")
    ]
    assert len(site.desk.files.handed) == 2


def test_a_picture_without_words_is_a_draft_and_is_discarded_as_one(site: Site) -> None:
    begin_with_files(site, {"file1": "bee.jpg"})
    assert "A new post" in site.get("/drafts").text
    site.post("/drafts", {"reply_to": ""})
    assert "No drafts" in site.get("/drafts").text
    assert site.desk.files.of_drafts == {}


def test_what_is_posted_takes_its_pictures_out_of_the_draft(site: Site) -> None:
    _, (bee,) = begin_with_files(site, {"file1": "bee.jpg"}, text="Look!")
    site.post("/posts", {"text": "Look!", "begun": "Look!", "upload1": bee})
    assert (site.desk.drafts, site.desk.files.of_drafts) == ({}, {})


def test_what_another_device_has_is_said_and_does_not_go_with_it(site: Site) -> None:
    away = HandedFile(upload="a" * 32, state=AWAY, type="image/jpeg", file_name="far.jpg")
    site.desk.drafts[""], site.desk.files.of_drafts[""] = "Look!", (away,)
    page = site.get("/").text
    assert "“<bdi>far.jpg</bdi>” is not on this machine" in page
    assert "a" * 32 not in page
    assert "not on this machine" in site.get("/drafts").text
    site.post("/drafts", {"begun": "Look!", "text": "Look there!"})
    assert site.desk.files.of_drafts[""] == (away,)


@pytest.mark.parametrize("name", ["b" * 32, "x"])
def test_what_is_no_picture_or_not_there_is_not_given(site: Site, name: str) -> None:
    site.desk.files.handed["b" * 32] = b"<html><script>alert(1)</script>"
    assert site.get(f"/uploads/{name}").status_code == 404


def test_the_script_is_told_what_the_files_are_called_now(site: Site) -> None:
    form = {"begun": "", "text": "Look!", "upload2": "c" * 32, "alt2": "A bee"}
    browser = site.browser()
    data, asks = {**form, "form_key": site.form_key(browser)}, {"Accept": "application/json"}
    answer = browser.post("/drafts", base_url=URL, headers={**OWN, **asks}, data=data)
    assert answer.json == {"kept": "Look!", "files": ["c" * 32]}
    assert site.get("/drafts/text").json == {"text": "Look!", "to": "", "files": ["c" * 32]}
