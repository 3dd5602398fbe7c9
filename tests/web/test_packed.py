"""What goes over the wire: the page's own files packed, pages never, and little in all."""

import gzip
import re
from pathlib import Path

import pytest
import webui

from tests.web.conftest import URL, Site

STATIC = "/static/swarmfeed.css"
STATIC_FILES = sorted(
    each
    for each in (Path(webui.__file__).parent / "static").iterdir()
    if each.suffix in (".js", ".css", ".svg")
)
FIRST_VISIT_BYTES_MAX = 60_000
"""Of a page with what it needs, without pictures."""


def test_a_file_of_the_page_is_packed_for_those_who_take_it(site: Site) -> None:
    plain = site.get(STATIC)
    assert "Content-Encoding" not in plain.headers
    packed = site.get(STATIC, **{"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 3
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", STATIC_FILES)
def test_what_is_packed_is_the_file_line_by_line_without_its_comments(
    site: Site, path: Path
) -> None:
    url = f"/static/{path.name}"
    packed = site.get(url, **{"Accept-Encoding": "gzip"}).data
    for plain, sent in zip(
        path.read_text().split("\n"), gzip.decompress(packed).decode().split("\n"), strict=True
    ):
        assert sent == ("" if plain.strip().startswith("//") else plain)


def test_no_line_of_a_text_is_taken_for_a_comment() -> None:
    for path in STATIC_FILES:
        # A text over several lines could have one that begins as a comment does.
        assert path.suffix != ".js" or all(
            line.count("`") % 2 == 0 for line in path.read_text().splitlines()
        ), path.name


def test_a_packed_file_that_did_not_change_is_not_sent_again(site: Site) -> None:
    packed = site.get(STATIC, **{"Accept-Encoding": "gzip"})
    asked = {"If-None-Match": packed.headers["ETag"], "Accept-Encoding": "gzip"}
    again = site.get(STATIC, **asked)
    assert (again.status_code, again.data) == (304, b"")


def test_who_takes_no_packed_file_gets_none(site: Site) -> None:
    assert "Content-Encoding" not in site.get(STATIC, **{"Accept-Encoding": "gzip;q=0"}).headers


@pytest.mark.parametrize("path", ["/", "/me", "/login?token=x"])
def test_a_page_is_never_packed_beside_its_secrets(site: Site, path: str) -> None:
    answer = site.get(path, **{"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert "Content-Encoding" not in answer.headers


def test_a_first_visit_takes_little(site: Site) -> None:
    page = site.get("/")
    wanted, sizes = {"/static/swarmfeed.js"}, {"/": len(page.data)}
    wanted |= set(re.findall(r'"(/static/[^"#]+)', page.text))
    while wanted:
        path = wanted.pop()
        answer = site.browser().get(
            path, base_url=URL, headers={"Accept-Encoding": "gzip"}, buffered=True
        )
        sizes[path] = len(answer.data)
        imported = re.findall(r'from "\./([\w-]+\.js)"', gzip.decompress(answer.data).decode())
        wanted |= {f"/static/{name}" for name in imported} - set(sizes)
    assert len(sizes) > 8, sizes
    assert sum(sizes.values()) < FIRST_VISIT_BYTES_MAX, sizes


def test_every_icon_that_a_page_names_is_drawn(site: Site) -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', site.get("/static/icons.svg").text))
    templates = Path(webui.__file__).parent / "templates"
    named = {
        name
        for each in templates.rglob("*.html")
        for name in re.findall(r'\bicon\("([^"]*)"', each.read_text())
    }
    assert "reply" in named
    assert named <= drawn
    for path in ("/", "/settings", "/network", "/notifications"):
        assert set(re.findall(r"icons\.svg#(\w*)", site.get(path).text)) <= drawn, path
