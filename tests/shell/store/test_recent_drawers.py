"""Posts of many drawers: all of them are found, and little memory is taken for it."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup.results import spot_of_hit
from swarmfeed.core.partition.keys import drawers_of_terms
from swarmfeed.core.partition.limits import DRAWERS
from swarmfeed.core.words.terms import index_text
from swarmfeed.ports.recent import RecentHits, RecentPost
from swarmfeed.shell.store.recent import SqliteRecent
from swarmfeed.shell.store.recent_read import DRAWERS_AT_ONCE

from tests.shell.store.sqlite_memory import sqlite_bytes
from tests.shell.store.test_recent import ROOM, TODAY, of_feed, said

POSTS = [
    each
    for number in range(3)
    for each in of_feed(
        said(number, *(f"word{number} other{at % 7} number{at}" for at in range(40))),
        *range(40),
    )
]


def drawers_of(post: RecentPost) -> set[int]:
    written = post.checked.written
    return set(
        drawers_of_terms(AuthorId(written.author_id), index_text(written.post.text).split())
    )


def newest_first(posts: list[RecentPost]) -> list[RecentPost]:
    return sorted(posts, key=lambda each: spot_of_hit(each.checked), reverse=True)


@pytest.fixture
def recent(tmp_path: Path) -> Iterator[SqliteRecent]:
    opened = SqliteRecent(tmp_path / "recent.db")
    opened.open(ROOM)
    # In small steps, as they come: so many runs of words are looked through.
    for at in range(0, len(POSTS), 8):
        opened.add(POSTS[at : at + 8], TODAY)
    yield opened
    opened.close()


def page(recent: SqliteRecent, drawers: set[int], before: Spot | None = None) -> RecentHits:
    return recent.on_drawers(drawers, before, 10)


@pytest.mark.parametrize("count", [1, DRAWERS_AT_ONCE, DRAWERS_AT_ONCE + 1, 300, DRAWERS])
def test_all_that_is_in_some_drawers_is_found_page_by_page(
    recent: SqliteRecent, count: int
) -> None:
    drawers = set(sorted(drawers_of(POSTS[7]))[:1]) | set(range(count - 1))
    wanted = newest_first([each for each in POSTS if drawers & drawers_of(each)])
    before, more = None, True
    while more:
        found = page(recent, drawers, before)
        assert [hit.post.stored for hit in found.hits] == [
            each.proven.post.stored for each in wanted[:10]
        ]
        more, before = found.more, spot_of_hit(wanted[:10][-1].checked)
        wanted = wanted[10:]
        assert more == bool(wanted)


def test_of_no_drawer_nothing_is_found(recent: SqliteRecent) -> None:
    assert page(recent, set()) == RecentHits(hits=(), more=False)


def test_to_ask_for_all_of_them_takes_little_memory(recent: SqliteRecent) -> None:
    page(recent, {0})
    before = sqlite_bytes()
    apsw.memory_high_water(reset=True)
    page(recent, set(range(DRAWERS)))
    assert apsw.memory_high_water() - before < 2_500_000
