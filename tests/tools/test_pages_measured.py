"""What `tools/bench --only pages` opens: every page, at addresses that the site has."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks.bench import Bench
from benchmarks.pages import (
    BARE,
    HOLES,
    QUERIES,
    REFUSED,
    Opened,
    Visit,
    check,
    chosen,
    visits,
)
from street.fakes.desk import FakeDesk
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.errors import RetryError, UserError
from webui.app import create_app
from webui.current import Running
from webui.pages import PAGES

from tests.web.conftest import HOST, SETTINGS, new_access

SHOWN = {route.endpoint for page in PAGES for route in page.routes if route.method == "GET"}
DESK = FakeDesk()
AUTHOR, FEED = format_author(DESK.me), format_address(DESK.posts[0].ref.feed_id)
KNOWN = {
    **{name: [AUTHOR] for name in ("author_id", "friend", "stranger")},
    **{name: [FEED] for name in ("feed_id", "own_feed", "shown_feed", "chunk_feed")},
    **{name: ["1", "2"] for name in ("index", "own_index", "shown_index")},
    **{name: ["1"] for name in ("number", "level", "position", "name", "medium", "upload")},
    **{name: [f"{FEED}/1"] for name in ("ref", "refs", "draft", "cursor")},
    **{name: ["a b"] for name in ("group", "called", "form", "tag")},
    **{name: ["a&b"] for name in ("common", "rare", "two", "phrase")},
}


@pytest.mark.slow
def test_every_page_is_opened_at_addresses_that_lead_to_it() -> None:
    ways = create_app(Running(DESK, new_access(), SETTINGS)).url_map.bind(HOST)
    seen = set()
    for visit in visits(KNOWN):
        endpoint = visit.name.partition("?")[0]
        assert {ways.match(urlsplit(path).path)[0] for path in visit.paths} == {endpoint}
        seen.add(endpoint)
    assert seen == SHOWN
    assert {BARE, *QUERIES, *HOLES, *REFUSED} < SHOWN


def test_what_is_asked_for_takes_turns_and_is_quoted() -> None:
    paths = {visit.name: visit.paths for visit in visits(KNOWN)}
    assert list(paths["edit"][:3]) == [f"/posts/{FEED}/{index}/edit" for index in (1, 2, 1)]
    assert paths["search?q=common&where=people"][0] == "/search?q=a%26b&where=people"
    assert paths["list?before=cursor"][0] == f"/lists/a%20b?before={FEED}%2F1"


def test_a_few_pages_are_opened_by_the_beginning_of_their_names() -> None:
    every = list(visits(KNOWN))
    names = [visit.name for visit in chosen(every, ["notices?type=li", "network", "home"])]
    assert names == ["home", "home?before=cursor", "notices?type=likes", "network"]
    assert chosen(every, ()) == every
    with pytest.raises(UserError, match="no page is called hme"):
        chosen(every, ["home", "hme"])


def test_a_page_that_is_refused_is_not_measured() -> None:
    refused = Opened(status=404, content=b"", cpu_ms=1, wall_ms=1)
    with pytest.raises(RetryError, match="/lists/x was answered with 404"):
        check(Visit(name="list", paths=["/lists/x"]), [refused])
    check(Visit(name="authorize", paths=["/oauth/authorize"]), [refused])


def test_a_home_that_takes_long_is_made_once_and_whole(tmp_path: Path) -> None:
    bench = Bench(tmp_path, 3, quick=True, kept=tmp_path / "kept")
    bench.kept_folder("home", lambda folder: (folder / "made").touch())
    with pytest.raises(ZeroDivisionError):
        bench.kept_folder("other", lambda folder: 1 // 0)  # type: ignore[arg-type, return-value]
    again = bench.kept_folder("home", lambda folder: (folder / "again").touch())
    assert [each.name for each in again.iterdir()] == ["made"]
    bench.kept_folder("other", lambda folder: (folder / "made").touch())
    assert (tmp_path / "kept" / "other" / "made").exists()
