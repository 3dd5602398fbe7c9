"""Runs that are prepared in a process of their own: the same, whatever becomes of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.chunk import frame_content, pack_frame
from swarmfeed.core.feed.kinds import FollowBody, PostBody
from swarmfeed.core.feed.reading import Packed, read_packed
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports import Addition
from swarmfeed.shell.store import preparing
from swarmfeed.shell.store.helper import Helper
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.made import Run, prepare
from swarmfeed.shell.store.preparing import (
    APART_ENTRIES_MIN,
    IN_A_ROW_MIN,
    TOGETHER_APART_MIN,
    Apart,
    KeptRun,
    Preparer,
    Shorts,
    parts_of,
)

from tests.shell.store.index_samples import BOB, BOBS, NOW_MS, stored

ENTRIES = APART_ENTRIES_MIN + 300


def entry(at: int) -> bytes:
    if at % 500 == 7:
        return stored(FollowBody(AuthorId(bytes(32)), on=True), NOW_MS + at)
    if at % 500 == 9:
        return stored(PostBody(f"word {at} #tag", lang="en"), NOW_MS + 2_000 * at)
    return stored(f"word {at} C++ #tag", NOW_MS + 2_000 * at)


RECORDS = [entry(at) for at in range(ENTRIES)]
IN_FRAMES = ENTRIES - ENTRIES % 256
FRAMES = [pack_frame(frame_content(RECORDS[at : at + 256])) for at in range(0, IN_FRAMES, 256)]
PACKED = Packed(frames=b"".join(FRAMES), tail=RECORDS[IN_FRAMES:], count=ENTRIES)
DAMAGED = replace(PACKED, frames=PACKED.frames[:-4] + b"beef")


@pytest.fixture
def apart() -> Iterator[Apart]:
    with closing(Apart()) as made:
        yield made


def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.01)


def start(apart: Apart) -> int:
    """Ask until the process is there and has loaded what it needs; returns its id."""
    wait_until(lambda: len(list(apart.prepare(PACKED))) > 0 and is_used(apart))
    assert apart.process_id is not None
    return apart.process_id


def is_used(apart: Apart) -> bool:
    return apart._helper is not None and apart._helper.is_ready()


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def read_by(runs: list[Run]) -> list[object]:
    """What was read and made, part by part."""
    return [
        (run.entries, [*run.made.places], [*run.made.words], run.made.packs) for run in runs
    ]


EXPECTED = read_by([prepare(part) for part in parts_of(PACKED)])


@pytest.mark.parametrize(
    ("skip", "count"), [(0, ENTRIES), (3, ENTRIES - 3), (255, 700), (0, 2_049), (1, IN_FRAMES)]
)
def test_parts_are_the_whole_run(skip: int, count: int) -> None:
    run = replace(PACKED, skip=skip, count=count)
    times_ms = [time_ms for part in parts_of(run) for time_ms in read_packed(part).times_ms]
    assert times_ms == read_packed(run).times_ms


def test_small_runs_are_prepared_here(apart: Apart) -> None:
    small = Packed(frames=FRAMES[0], count=256)
    assert read_by(list(apart.prepare(small))) == read_by(list(Preparer().prepare(small)))
    assert apart.process_id is None


@pytest.mark.slow
def test_a_process_prepares_the_same(apart: Apart) -> None:
    first = start(apart)
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED
    assert apart.process_id == first


@pytest.mark.slow
def test_what_is_damaged_is_refused_and_the_next_run_is_not(apart: Apart) -> None:
    start(apart)
    with pytest.raises(BadEncodingError):
        list(apart.prepare(DAMAGED))
    start(apart)
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED


@pytest.mark.slow
def test_when_it_is_killed_in_the_middle_the_rest_is_prepared_here(apart: Apart) -> None:
    process_id = start(apart)
    runs = apart.prepare(PACKED)
    found = [next(runs)]
    os.kill(process_id, signal.SIGKILL)
    assert read_by(found + list(runs)) == EXPECTED
    assert apart.process_id is None
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED


@pytest.mark.slow
def test_when_it_stands_still_it_is_ended() -> None:
    with closing(Apart(patience_s=0.5)) as apart:
        process_id = start(apart)
        os.kill(process_id, signal.SIGSTOP)
        assert read_by(list(apart.prepare(PACKED))) == EXPECTED
        assert not is_alive(process_id)


@pytest.mark.slow
def test_it_ends_when_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Noted(Helper):
        def __init__(self) -> None:
            super().__init__()
            made.append(self.process_id)

    monkeypatch.setattr(preparing, "Helper", Noted)
    with closing(Apart(idle_s=0.1)) as apart:
        list(apart.prepare(PACKED))
        wait_until(lambda: not is_alive(made[0]) and apart.process_id is None)


@pytest.mark.slow
def test_it_ends_when_it_is_closed() -> None:
    with closing(Apart()) as apart:
        process_id = start(apart)
    assert not is_alive(process_id)
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED, "closed, it prepares here"
    assert apart.process_id is None


@pytest.mark.slow
def test_who_does_not_take_all_of_a_run_may_ask_for_the_next(apart: Apart) -> None:
    start(apart)
    with closing(apart.prepare(PACKED)) as runs:
        next(runs)
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED


OTHER = replace(PACKED, skip=1, count=ENTRIES - 1)
OTHERS = read_by([prepare(part) for part in parts_of(OTHER)])


def whole(runs: list[Run]) -> list[object]:
    """What was read of a run, however it was cut."""
    return [
        [time_ms for run in runs for time_ms in run.times_ms],
        [text for run in runs for text in run.entries.texts],
        [words for run in runs for words in run.made.words],
    ]


@pytest.mark.slow
def test_what_is_next_is_begun_and_is_the_same(apart: Apart) -> None:
    start(apart)
    for _ in range(3):
        assert read_by(list(apart.prepare(PACKED, lambda: OTHER))) == EXPECTED
        (begun,) = list(apart.prepare(OTHER))
        assert whole([begun]) == whole([prepare(OTHER)])


@pytest.mark.slow
def test_what_is_next_is_asked_for_before_an_answer_is_read(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the process has something to do meanwhile."""
    start(apart)
    done: list[str] = []
    ask, read = Helper.ask, preparing.run_in
    monkeypatch.setattr(
        Helper, "ask", lambda self, run: [done.append("ask"), ask(self, run)][1]
    )
    monkeypatch.setattr(preparing, "run_in", lambda each: [done.append("read"), read(each)][1])
    assert read_by(list(apart.prepare(PACKED, lambda: OTHER))) == EXPECTED
    assert done == ["ask", *["ask", "read"] * len(EXPECTED)]


@pytest.mark.slow
@pytest.mark.parametrize("guess", [OTHER, DAMAGED, Packed(frames=FRAMES[0], count=256), None])
def test_what_was_begun_and_is_not_next_is_nobody_s(apart: Apart, guess: Packed | None) -> None:
    start(apart)
    for _ in range(2):
        assert read_by(list(apart.prepare(PACKED, lambda: guess))) == EXPECTED
    assert is_used(apart), "a wrong guess ends nothing"


@pytest.mark.slow
def test_what_was_begun_and_is_damaged_is_refused_when_its_turn_comes(apart: Apart) -> None:
    start(apart)
    list(apart.prepare(PACKED, lambda: DAMAGED))
    with pytest.raises(BadEncodingError):
        list(apart.prepare(DAMAGED))
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED


@pytest.mark.slow
def test_when_it_is_killed_with_what_was_begun_that_is_prepared_here(apart: Apart) -> None:
    process_id = start(apart)
    list(apart.prepare(PACKED, lambda: OTHER))
    os.kill(process_id, signal.SIGKILL)
    assert whole(list(apart.prepare(OTHER))) == whole([prepare(OTHER)])
    assert read_by(list(apart.prepare(OTHER))) == OTHERS, "nothing is left of it"


@pytest.mark.slow
def test_where_there_can_be_none_all_is_prepared_here(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED
    assert apart.process_id is None


@pytest.mark.slow
def test_it_does_not_outlive_who_asks() -> None:
    words = (
        "import sys, time; from swarmfeed.shell.store.helper import Helper\n"
        "helper = Helper(); print(helper.process_id, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE) as asker:
        assert asker.stdout is not None
        process_id = int(asker.stdout.readline())
        assert is_alive(process_id)
        asker.kill()
        wait_until(lambda: not is_alive(process_id))


def fill(index: SqliteIndex) -> None:
    at = 0
    with closing(index.prepare(PACKED)) as runs:
        for run in runs:
            addition = Addition(feed_id=BOBS, author_id=BOB, start=at, prepared=run)
            index.add_each([addition])
            at = addition.end


@pytest.mark.slow
def test_an_index_filled_from_apart_is_the_one_filled_here(
    tmp_path: Path, apart: Apart
) -> None:
    start(apart)
    with (
        closing(SqliteIndex(tmp_path / "1.db", preparer=apart)) as one,
        closing(SqliteIndex(tmp_path / "2.db")) as other,
    ):
        for index in (one, other):
            with index.together(in_order=True):
                fill(index)
            assert index.indexed_ranges(BOBS) == [(0, ENTRIES)]
        for typed in ("word", '"word 77"', "c++", "#tag"):
            assert one.search(typed, 50, None) == other.search(typed, 50, None) != []
        assert one.home(50, None) == other.home(50, None)
        assert one.author_posts(BOB, 50, None) == other.author_posts(BOB, 50, None)
        one.check()


@pytest.mark.slow
def test_each_part_of_a_large_run_may_go_in_by_itself(tmp_path: Path, apart: Apart) -> None:
    start(apart)
    with closing(SqliteIndex(tmp_path / "index.db", preparer=apart)) as index:
        fill(index)
        assert index.indexed_ranges(BOBS) == [(0, ENTRIES)]
        index.check()


@pytest.mark.slow
def test_a_process_that_ends_before_it_is_ready_is_told() -> None:
    helper = Helper()
    helper.kill()
    with pytest.raises(OSError, match="ready"):
        wait_until(helper.is_ready)
    helper.end()


SHORT = [
    Packed(tail=RECORDS[at : at + 17], skip=2, count=15) for at in range(0, ENTRIES - 17, 17)
]
FIRST_FRAME = Packed(frames=FRAMES[0], count=256)
BROKEN = Packed(frames=FRAMES[0][:-4] + b"beef", count=256)


def each_by(runs: Shorts) -> list[object]:
    """What was read and made of each, here."""
    return [read_by([run])[0] if isinstance(run, Run) else str(run) for run in runs]


def times_by(runs: Shorts) -> list[object]:
    """What times each claims, wherever it was prepared."""
    return [
        str(run) if isinstance(run, BadEncodingError) else list(run.times_ms) for run in runs
    ]


HERE = each_by(Preparer().prepare_each([*SHORT, BROKEN, FIRST_FRAME]))
TIMES = times_by(Preparer().prepare_each([*SHORT, BROKEN, FIRST_FRAME]))


def test_of_short_runs_a_damaged_one_keeps_no_other_out() -> None:
    broken, last = HERE[-2:]
    assert isinstance(broken, str)
    assert HERE[:-2] == [read_by([prepare(each)])[0] for each in SHORT]
    assert last == read_by([prepare(FIRST_FRAME)])[0]


def test_few_entries_of_short_runs_are_prepared_here(apart: Apart) -> None:
    assert each_by(apart.prepare_each(SHORT[:3])) == HERE[:3]
    assert apart.process_id is None


@pytest.mark.slow
@pytest.mark.parametrize("guess", [OTHER, DAMAGED, None])
def test_many_short_runs_come_from_the_process_as_from_here(
    apart: Apart, guess: Packed | None
) -> None:
    start(apart)
    list(apart.prepare(PACKED, lambda: guess))
    assert apart._begun == guess
    for _ in range(2):
        kept = apart.prepare_each([*SHORT, BROKEN, FIRST_FRAME])
        assert times_by(kept) == TIMES
        assert sum(isinstance(each, KeptRun) for each in kept) == len(SHORT) + 1
    assert read_by(list(apart.prepare(PACKED))) == EXPECTED


@pytest.mark.slow
def test_when_it_is_killed_short_runs_are_prepared_here(apart: Apart) -> None:
    os.kill(start(apart), signal.SIGKILL)
    assert each_by(apart.prepare_each([*SHORT, BROKEN, FIRST_FRAME])) == HERE
    assert apart.process_id is None


@pytest.mark.slow
def test_a_process_is_started_for_short_runs_that_come_by_the_hundred(apart: Apart) -> None:
    some = [Packed(tail=RECORDS[:TOGETHER_APART_MIN], count=TOGETHER_APART_MIN)]
    for _ in range(IN_A_ROW_MIN // TOGETHER_APART_MIN - 1):
        apart.prepare_each(some)
    assert apart.process_id is None
    wait_until(lambda: isinstance(apart.prepare_each(some)[0], KeptRun))
    fewer = [replace(each, tail=each.tail[1:], count=each.count - 1) for each in some]
    assert isinstance(apart.prepare_each(fewer)[0], Run), "fewer are prepared here"


@pytest.mark.slow
def test_of_an_index_with_other_tables_short_runs_are_prepared_here() -> None:
    with closing(Apart(puts_in=False)) as apart:
        start(apart)
        assert each_by(apart.prepare_each([*SHORT, BROKEN, FIRST_FRAME])) == HERE
