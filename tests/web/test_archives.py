"""Import and export on the page, without script."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from swarmfeed import wiring
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.desk import Desk
from swarmfeed.node.ground.settings import NodeSettings
from webui.access import Access
from webui.app import create_app
from webui.current import Running
from webui.logins import Logins

from tests.made_archives import archive_of_mastodon, archive_of_x
from tests.web.conftest import KEPT, OWN, SETTINGS, URL, Site


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    wiring.create_home(home, "Anna", "")
    with wiring.open_node(home, NodeSettings(network=False, dht=False), "") as desk:
        yield desk


@pytest.fixture
def page(node: Desk) -> Site:
    access = Access(Logins(KEPT))
    app = create_app(Running(node, access, SETTINGS))
    return Site(node, access, app)  # type: ignore[arg-type]


def when_done(page: Site) -> str:
    for _ in range(2_000):
        text = page.get("/import").text
        if "How far is it now?" not in text:
            return text
    raise AssertionError("it never ends")


@pytest.mark.slow
def test_an_archive_is_looked_at_and_then_comes_in(
    page: Site, node: Desk, tmp_path: Path
) -> None:
    (path := tmp_path / "x.zip").write_bytes(archive_of_x())
    assert page.post("/import", {"path": str(path)}).status_code == 303
    looked = when_done(page)
    assert "x.zip is an archive of X (Twitter): 7 posts" in looked
    assert "6 records will not come" in looked
    assert node.ask(Timeline()).posts == ()
    assert page.post("/import/bring", {"anyway": "1"}).status_code == 303
    assert "7 posts came in" in when_done(page)
    posts = node.ask(Timeline()).posts
    assert len(posts) == 7
    shown = page.get(f"/posts/{posts[-1].id}").text
    assert "Brought in from X, as its author says." in shown
    assert 'href="https://x.com/i/web/status/10" rel="nofollow noopener noreferrer"' in shown
    own = node.ask(WritePost(text="written here"))
    assert "Brought in" not in page.get(f"/posts/{own.id}").text
    page.post("/import/leave", {})
    assert "See what is in it" in page.get("/import").text


@pytest.mark.slow
def test_a_file_is_handed_over(page: Site) -> None:
    browser = page.browser()
    data = {
        "form_key": page.form_key(browser),
        "file": (BytesIO(archive_of_mastodon()), "m.zip"),
    }
    answer = browser.post("/import", base_url=URL, headers=OWN, data=data)
    assert answer.status_code == 303
    assert "an archive of Mastodon: 5 posts" in when_done(page)


@pytest.mark.slow
def test_what_is_wrong_is_said_in_a_sentence(page: Site, tmp_path: Path) -> None:
    for path in ("", "archive.zip"):
        assert page.post("/import", {"path": path}).status_code == 400
    page.post("/import", {"path": str(tmp_path / "none.zip")})
    assert "No such file" in when_done(page)
    assert page.post("/import/bring", {}).status_code == 400


@pytest.mark.slow
def test_all_that_is_own_goes_out(page: Site, tmp_path: Path) -> None:
    answer = page.post("/export", {"path": str(tmp_path / "out.zip")})
    assert re.search(r"0 posts and 0 pictures and files are in .*out\.zip", answer.text)
    assert (tmp_path / "out.zip").is_file()
    assert page.post("/export", {"path": str(tmp_path / "out.zip")}).status_code == 400


@pytest.mark.slow
def test_a_site_is_written_kept_shown_and_ended(page: Site, node: Desk, tmp_path: Path) -> None:
    node.ask(WritePost(text="hello #moss"))
    site = tmp_path / "site"
    assert "Websites that are kept" not in page.get("/export").text
    answer = page.post("/export/site", {"path": str(site), "url": "https://a.example"})
    assert re.search(r"1 post is in .*site: \d+ files written, 0 deleted", answer.text)
    assert "hello" in (site / "index.html").read_text()
    assert "Websites that are kept" not in answer.text
    answer = page.post(
        "/export/site", {"path": str(site), "url": "https://a.example/", "keep": "1"}
    )
    assert "as before" in answer.text
    assert "It is kept up to date while swarmfeed runs." in answer.text
    assert str(site) in page.get("/export").text
    assert page.post("/export/site/end", {"path": str(site)}).status_code == 303
    assert "Websites that are kept" not in page.get("/export").text
    assert page.post("/export/site/end", {"path": str(site)}).status_code == 400
    for path in ("", "a\0b", "/dev/null/site", "site", str(tmp_path / "home" / "site")):
        assert page.post("/export/site", {"path": path}).status_code == 400
        assert page.post("/export", {"path": path}).status_code == 400
