"""Searches of the real index where much is found: all of it is reached, and in order."""

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from swarmfeed.core.base.limits import SEARCH_AUTHORS_MAX
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.shell.store.index import SqliteIndex

from tests.shell.store.index_samples import (
    BOBS,
    CYDS,
    LAPTOP,
    NOW_MS,
    add_timed,
    stored,
    texts,
)
from tests.shell.store.test_index_contract_search import MINUTE_MS, add_small_feed, all_pages


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(tmp_path / "index.db")) as opened:
        yield opened


def test_more_posts_of_one_second_than_have_room_there_are_all_found(
    index: SqliteIndex,
) -> None:
    second = [(NOW_MS + at % 7, f"word {at}") for at in range(600)]
    add_timed(index, BOBS, *second)
    around = [(NOW_MS + at * MINUTE_MS, f"word around {at}") for at in range(-9, 30, 3)]
    add_timed(index, CYDS, *around)
    add_timed(index, LAPTOP, *second[:300])
    found = all_pages(index, "word", 97)
    assert len(found) == len({view.ref for view in found}) == 913
    assert all(newer.cursor > older.cursor for newer, older in pairwise(found))
    some = [view for view in found if "around" in view.text]
    assert all_pages(index, "around", 5) == some
    assert index.search("word", 3, some[-1].cursor) == found[found.index(some[-1]) + 1 :][:3]


@pytest.mark.slow
def test_a_word_of_six_thousand_posts_is_found_to_the_last(index: SqliteIndex) -> None:
    """In the order of the clock, not in the one in which they came."""
    many = [(NOW_MS + (at * 7_919) % 6_000 * MINUTE_MS, f"word {at}") for at in range(6_000)]
    add_timed(index, BOBS, *many)
    found = all_pages(index, "word", 1_000)
    assert [view.time_ms for view in found] == sorted((ms for ms, _ in many), reverse=True)
    assert index.count_found("word", 10_000) == 6_000


@pytest.mark.slow
def test_hundreds_of_authors_of_a_few_names_are_left_out_at_once(index: SqliteIndex) -> None:
    names = [f"name{number}" for number in range(5)]
    with index.together():
        for number in range(5 * SEARCH_AUTHORS_MAX):
            name = stored(ProfileBody(names[number % 5]))
            add_small_feed(index, number, [name, stored("word of many")])
    add_timed(index, BOBS, (NOW_MS, "word of bob"))
    without = " ".join(f"-from:{name}" for name in names)
    assert texts(index.search(f"word {without} -no -never", 5, None)) == ["word of bob"]
    assert index.count_found(f"word {without}", 1_000) == 1
