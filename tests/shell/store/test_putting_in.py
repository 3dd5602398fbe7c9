"""Short runs that a process puts into the index: the same, whatever becomes of it."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId
from swarmfeed.core.feed.kinds import EditBody, FollowBody, PostBody, ProfileBody, WithdrawBody
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import BadEncodingError, DamageError
from swarmfeed.ports import Addition
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.preparing import IN_A_ROW_MIN, Apart, KeptRun
from swarmfeed.shell.store.sqlite import connect_reader

from tests.shell.store.index_samples import ANN, BOBS, NOW_MS, add, seen_at, stored
from tests.shell.store.test_preparing import BROKEN, is_alive, start

DAY_MS = 86_400_000
FEEDS = 40


def run_of(number: int) -> Packed:
    """Some entries of all sorts, other ones for each number."""
    records = [stored(ProfileBody(f"Name {number}")), stored(FollowBody(ANN, on=True))]
    records += [
        stored(PostBody(f"word {number} {at} #tag", lang="en"), NOW_MS + 1_000 * at)
        for at in range(2 + number % 3)
    ]
    records += [stored(f"plain {number} {at}", NOW_MS + 997 * at) for at in range(20)]
    records += [stored(EditBody(5, "edited")), stored(WithdrawBody(7))]
    records += [stored("of tomorrow", NOW_MS + DAY_MS)]
    return Packed(tail=records, count=len(records))


RUNS = [run_of(number) for number in range(FEEDS)]


def additions(index: SqliteIndex, runs: list[Packed]) -> list[Addition]:
    """How runs go in: some were seen when they claimed times to come, one is without posts."""
    prepared = index.prepare_each(runs)
    made = [
        Addition(
            feed_id=FeedId(bytes([1, number]) * 16),
            author_id=AuthorId(bytes([2, number]) * 16),
            start=0,
            prepared=run,
        )
        for number, run in enumerate(prepared)
        if not isinstance(run, BadEncodingError)
    ]
    made[3] = replace(made[3], reckoning=seen_at(NOW_MS))
    made[4] = replace(made[4], with_posts=False)
    made[5] = replace(made[5], reckoning=seen_at(NOW_MS - DAY_MS), resorted_from=0)
    return made


def fill(index: SqliteIndex, runs: list[Packed] = RUNS) -> list[int]:
    return index.add_each(additions(index, runs))


def rows_of(path: Path) -> dict[str, list[Any]]:
    """All that stands in a file, table by table."""
    with closing(connect_reader(path)) as db:
        names = [
            name
            for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if name != "post_words"
        ]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


@pytest.fixture
def expected(tmp_path: Path) -> dict[str, list[Any]]:
    """What an index holds that was filled here."""
    path = tmp_path / "here.db"
    with closing(SqliteIndex(path)) as index:
        index.save_own_author(ANN)
        fill(index)
        return rows_of(path)


@pytest.fixture
def apart() -> Iterator[Apart]:
    with closing(Apart(patience_s=5)) as made:
        start(made)
        made._influx.add(IN_A_ROW_MIN)
        yield made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
def index(path: Path, apart: Apart) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(path, preparer=apart)) as made:
        made.save_own_author(ANN)
        yield made


def are_kept(made: list[Addition]) -> bool:
    return all(isinstance(each.prepared, KeptRun) for each in made)


@pytest.mark.slow
def test_what_a_process_puts_in_is_what_is_put_in_here(
    index: SqliteIndex, path: Path, apart: Apart, expected: dict[str, list[Any]]
) -> None:
    process_id, made = apart.process_id, additions(index, RUNS)
    assert are_kept(made)
    before = index.revision()
    added = index.add_each(made)
    assert index.revision() != before, "though another process wrote it"
    assert added[4] == 0 and all(count > 20 for count in added[5:])
    assert rows_of(path) == expected
    assert apart.process_id == process_id
    assert index.search("word", 50, None) and index.count_found("#tag", 1_000) > FEEDS
    index.check()


@pytest.mark.slow
def test_both_write_in_turns(index: SqliteIndex, apart: Apart) -> None:
    fill(index, RUNS[:20])
    index.save_peer(Endpoint("127.0.0.1", 1), seen_at_ms=NOW_MS)
    assert add(index, BOBS, 0, [stored("mine in between")]) == 1
    assert fill(index) == [0] * 20 + fill_alone(20)
    assert index.indexed_ranges(BOBS) == [(0, 1)] and len(index.peers(9)) == 1
    index.check()


def fill_alone(first: int) -> list[int]:
    """How many posts there are in the runs from this one on."""
    return [22 + number % 3 for number in range(first, FEEDS)]


@pytest.mark.slow
def test_what_is_damaged_keeps_no_other_out(index: SqliteIndex) -> None:
    prepared = index.prepare_each([*RUNS, BROKEN])
    assert isinstance(prepared[-1], BadEncodingError)
    made = additions(index, [*RUNS, BROKEN])
    assert are_kept(made) and len(index.add_each(made)) == FEEDS


def kill(apart: Apart) -> None:
    assert apart.process_id is not None
    os.kill(apart.process_id, signal.SIGKILL)


def stop(apart: Apart) -> None:
    assert apart.process_id is not None
    os.kill(apart.process_id, signal.SIGSTOP)


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [kill, stop, Apart.rest, Apart.close])
def test_when_the_process_is_gone_all_goes_in_here(
    index: SqliteIndex,
    path: Path,
    expected: dict[str, list[Any]],
    spoil: Callable[[Apart], None],
) -> None:
    apart = index._preparer
    assert isinstance(apart, Apart)
    apart._patience_s = 0.5
    made, process_id = additions(index, RUNS), apart.process_id
    assert are_kept(made) and process_id is not None
    spoil(apart)
    assert sum(index.add_each(made)) > 20 * FEEDS
    assert rows_of(path) == expected
    assert not is_alive(process_id)


@pytest.mark.slow
def test_what_is_not_kept_any_more_goes_in_here(
    index: SqliteIndex, path: Path, expected: dict[str, list[Any]]
) -> None:
    made = additions(index, RUNS)
    index.prepare_each(RUNS[:10])  # of these it is kept what was made
    assert index._preparer.put_in(path, made) is None
    index.add_each(made)
    assert rows_of(path) == expected


@pytest.mark.slow
def test_inside_a_transaction_all_goes_in_here_and_out_again(index: SqliteIndex) -> None:
    made = additions(index, RUNS)
    assert are_kept(made)
    with pytest.raises(ZeroDivisionError), index.together():
        assert sum(index.add_each(made)) > 20 * FEEDS
        raise ZeroDivisionError
    assert index.indexed_by_feed() == {}
    assert sum(index.add_each(made)) > 20 * FEEDS


@pytest.mark.slow
def test_what_the_process_cannot_write_is_left_to_who_asked(
    index: SqliteIndex, tmp_path: Path, apart: Apart
) -> None:
    made = additions(index, RUNS)
    assert apart.put_in(tmp_path, made) is None, "a folder is no index"
    assert apart.put_in(tmp_path / "other.db", made) is None, "and neither is an empty file"
    assert sum(index.add_each(additions(index, RUNS))) > 20 * FEEDS


@pytest.mark.slow
@pytest.mark.attack("A29")
def test_a_process_lets_go_of_an_index_that_is_set_aside(
    index: SqliteIndex, path: Path, apart: Apart
) -> None:
    fill(index, RUNS[:20])
    process_id = apart.process_id
    assert process_id is not None
    held = Path(f"/proc/{process_id}/fd")
    assert any(str(path) == os.readlink(each) for each in held.iterdir())
    index._on_damage(index._opened, DamageError("made up"))
    assert index.begin_anew()
    assert not is_alive(process_id)
    assert fill(index)[20:] == fill_alone(20)
