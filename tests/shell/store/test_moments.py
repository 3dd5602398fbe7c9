"""Numbers of words that rise with time: each post has one of its own, and all are in order."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import FeedId
from swarmfeed.shell.store.moments import (
    MOMENT_BITS,
    SPAN,
    SPAN_MS,
    Match,
    Moments,
    last_moment,
    newest_first,
)
from swarmfeed.shell.store.sqlite import Connection, OpenFile, connect_memory

from tests.examples import at_most

FEED = FeedId(bytes(32))


@contextmanager
def posts_in_memory() -> Iterator[OpenFile]:
    with closing(connect_memory()) as db:
        db.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, sort_ms, moment UNIQUE)")
        db.execute("CREATE TABLE crowded (span INTEGER PRIMARY KEY, open)")
        yield db


def add_at(db: Connection, times_ms: list[int]) -> None:
    moments = Moments(db, times_ms)
    for time_ms in times_ms:
        values = (time_ms, moments.give(time_ms))
        db.execute("INSERT INTO post (sort_ms, moment) VALUES (?, ?)", values)


def matches(db: Connection, last: int) -> list[Match]:
    rows = db.execute(
        "SELECT moment, sort_ms, id FROM post WHERE moment <= ? ORDER BY moment DESC", (last,)
    )
    return [Match(moment, sort_ms, FEED, row_id) for moment, sort_ms, row_id in rows]


def test_a_post_alone_stands_at_its_own_time() -> None:
    with posts_in_memory() as db:
        add_at(db, [0, 1_024, 1_700_000_000_000])
        found = [match.moment for match in matches(db, 2**62)]
        assert found == [1_700_000_000_000 >> MOMENT_BITS, 1, 0]
        assert db.execute("SELECT * FROM crowded").fetchall() == []


def test_what_a_full_span_turns_away_stands_in_the_next_one_with_room() -> None:
    with posts_in_memory() as db:
        add_at(db, [7] * (2 * SPAN + 1))
        assert sorted(match.moment for match in matches(db, 2**62)) == list(range(2 * SPAN + 1))
        assert db.execute("SELECT span FROM crowded").fetchall() == [(0,), (1,)]
        assert last_moment(db, 7) == 3 * SPAN - 1
        assert last_moment(db, 2 * SPAN_MS) == 3 * SPAN - 1
        assert last_moment(db, 3 * SPAN_MS) == 4 * SPAN - 1


@pytest.mark.attack("A30")
def test_posts_of_one_time_are_not_looked_past_one_by_one() -> None:
    """However many spans a stranger crowds, who comes next asks a few questions."""
    asked: list[str] = []

    def note(_: object, statement: str, __: object) -> bool:
        asked.append(statement)
        return True

    with posts_in_memory() as db:
        for _ in range(40):
            add_at(db, [7] * SPAN)
        add_at(db, [time_ms << MOMENT_BITS for time_ms in range(0, 40 * SPAN, SPAN)])
        db.set_exec_trace(note)
        add_at(db, [7] * 10)
    assert 10 < len(asked) < 80


def test_a_span_that_was_full_once_still_leads_on_when_posts_are_gone() -> None:
    with posts_in_memory() as db:
        add_at(db, [7] * (SPAN + 1))
        db.execute("DELETE FROM post WHERE moment < ?", (SPAN,))
        assert [match.moment for match in matches(db, last_moment(db, 8))] == [SPAN]


def test_nothing_more_is_taken_than_a_page_needs() -> None:
    taken = []

    def endless() -> Iterator[Match]:
        for moment in range(10**9, 0, -1):
            taken.append(moment)
            yield Match(moment, moment << MOMENT_BITS, FEED, moment)

    found = newest_first(endless())
    assert [next(found).moment for _ in range(3)] == [10**9, 10**9 - 1, 10**9 - 2]
    assert len(taken) <= 2 * SPAN + 1


times_ms = st.one_of(
    st.integers(0, 3 * SPAN_MS), st.sampled_from([0, 7, SPAN_MS - 1, SPAN_MS, 10**15 - 1])
)


@pytest.mark.slow
@settings(max_examples=at_most(60), deadline=None)
@given(
    st.lists(st.tuples(st.lists(times_ms, max_size=8), st.integers(1, 90)), max_size=5),
    times_ms,
    st.integers(2, 9),
)
def test_any_posts_are_in_order_and_none_is_missed(
    batches: list[tuple[list[int], int]], before_ms: int, keep_one_in: int
) -> None:
    with posts_in_memory() as db:
        for batch, times in batches:
            add_at(db, batch * times)
            db.execute("DELETE FROM post WHERE id % ? <> 0", (keep_one_in,))
        there = db.execute("SELECT sort_ms, id, moment FROM post ORDER BY 1 DESC, 2 DESC")
        posts = there.fetchall()
        assert all(moment // SPAN >= sort_ms // SPAN_MS for sort_ms, _, moment in posts)
        wanted = [(sort_ms, row_id) for sort_ms, row_id, _ in posts if sort_ms <= before_ms]
        found = newest_first(matches(db, last_moment(db, before_ms)))
        assert [
            (match.sort_ms, match.row_id) for match in found if match.sort_ms <= before_ms
        ] == wanted
