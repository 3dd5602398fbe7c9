"""The verifier's contract, for the real one and the fake; and what processes do to it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from street.fakes.verifier import FakeVerifier
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import hash_frame, pack_frame, unpack_frame
from swarmfeed.core.feed.first_offer import FirstOffer, open_first
from swarmfeed.core.feed.limits import OPENED_APART_MIN, OPENED_IN_A_ROW_MIN
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.errors import BadEncodingError, BadProofError
from swarmfeed.ports import Verifier
from swarmfeed.shell.verifying.verifier import ProcessVerifier

from tests.core.samples import frame_of, posts
from tests.node.rig import Scribe

FRAMES = [frame_of(posts(at, at + 256)) for at in range(0, 3 * 256, 256)]
ROOTS = [root_hash(hash_frame(unpack_frame(each))) for each in FRAMES]
ORDER = [(number * number) % 3 for number in range(256)]
"""Which of the three stands where: no two halves, and no two shares, are alike."""

SMALL = FRAMES[0], ROOTS[0]
MIDDLE = (
    b"".join(FRAMES[at] for at in ORDER[:16]),
    root_hash([ROOTS[at] for at in ORDER[:16]]),
)
LARGE = b"".join(FRAMES[at] for at in ORDER), root_hash([ROOTS[at] for at in ORDER])


@pytest.fixture
def real() -> Iterator[ProcessVerifier]:
    made = ProcessVerifier()
    yield made
    made.close()


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.slow)])
def verifier(request: pytest.FixtureRequest) -> Verifier:
    if request.param == "fake":
        return FakeVerifier()
    made: ProcessVerifier = request.getfixturevalue("real")
    made.verify(LARGE[0], 2, LARGE[1])
    assert made.process_ids, "from here on chunks of more than one frame are hashed apart"
    return made


def wait_until(is_so: Callable[[], bool]) -> None:
    while not is_so():
        time.sleep(0.01)


def starts(verifier: ProcessVerifier) -> bool:
    """Whether processes run after a large chunk; on a busy machine they may not in time."""
    verifier.verify(LARGE[0], 2, LARGE[1])
    return len(verifier.process_ids) == 2


def is_alive(process_id: int) -> bool:
    """Whether a process runs; one that ended and was not asked for yet does not."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(("level", "chunk"), [(0, SMALL), (1, MIDDLE)])
def test_chunks_of_their_entries_are_taken(
    verifier: Verifier, level: int, chunk: tuple[bytes, Hash]
) -> None:
    verifier.get_ready(level)
    verifier.verify(chunk[0], level, chunk[1])


def test_frames_in_another_order_are_another_chunk(verifier: Verifier) -> None:
    frames = [FRAMES[at] for at in ORDER[:16]]
    frames[0], frames[1] = frames[1], frames[0]
    assert frames[0] != frames[1]
    with pytest.raises(BadProofError, match="another root"):
        verifier.verify(b"".join(frames), 1, MIDDLE[1])


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (frame_of(posts(0, 255)), "frame has 255 entries"),
        (frame_of([*posts(0, 255), b"d1:b1:xx1:k4:post1:ti1ee"]), "has no end"),
        (pack_frame(b"no list"), "not a list of entries"),
        (b"no frame", "no zstd frame"),
    ],
)
def test_what_is_no_chunk_is_refused_with_a_reason(
    verifier: Verifier, frame: bytes, reason: str
) -> None:
    for at in (0, 15):
        frames = [FRAMES[0]] * 16
        frames[at] = frame
        with pytest.raises(BadEncodingError, match=reason):
            verifier.verify(b"".join(frames), 1, MIDDLE[1])
    verifier.verify(MIDDLE[0], 1, MIDDLE[1])


def test_a_chunk_of_another_level_is_refused(verifier: Verifier) -> None:
    with pytest.raises(BadEncodingError, match="level 1 has 256 frames"):
        verifier.verify(LARGE[0], 1, LARGE[1])


def test_what_was_closed_still_verifies(verifier: Verifier) -> None:
    verifier.close()
    verifier.close()
    verifier.get_ready(2)
    verifier.verify(MIDDLE[0], 1, MIDDLE[1])
    with pytest.raises(BadProofError):
        verifier.verify(MIDDLE[0], 1, SMALL[1])


@pytest.mark.slow
def test_small_chunks_start_no_process(real: ProcessVerifier) -> None:
    real.get_ready(1)
    real.verify(MIDDLE[0], 1, MIDDLE[1])
    assert real.process_ids == []


@pytest.mark.slow
def test_processes_are_started_once_while_a_large_chunk_is_on_its_way(
    real: ProcessVerifier,
) -> None:
    for _ in range(3):
        real.get_ready(2)
    wait_until(lambda: len(real.process_ids) == 2)
    started = real.process_ids
    real.verify(LARGE[0], 2, LARGE[1])
    assert real.process_ids == started


@pytest.mark.slow
def test_smaller_chunks_do_not_wait_for_processes_that_start(
    real: ProcessVerifier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never = tmp_path / "python"
    never.write_text("#!/bin/sh\nexec sleep 60\n")
    never.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(never))
    real.get_ready(2)
    wait_until(lambda: len(real.process_ids) == 2)
    started = real.process_ids
    real.verify(MIDDLE[0], 1, MIDDLE[1])
    real.close()
    assert not any(map(is_alive, started)), "nor does closing wait for them"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_they_get_no_passphrase_and_no_open_files(
    real: ProcessVerifier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SWARMFEED_PASSPHRASE", "correct horse")
    with (tmp_path / "keys").open("wb"):
        real.verify(LARGE[0], 2, LARGE[1])
        for each in real.process_ids:
            assert b"correct horse" not in Path(f"/proc/{each}/environ").read_bytes()
            opened = {os.readlink(link) for link in Path(f"/proc/{each}/fd").iterdir()}
            assert not any(str(tmp_path) in name for name in opened)


@pytest.mark.slow
def test_a_process_that_is_killed_costs_no_chunk(real: ProcessVerifier) -> None:
    real.verify(LARGE[0], 2, LARGE[1])
    killed = real.process_ids
    os.kill(killed[0], signal.SIGKILL)
    real.verify(LARGE[0], 2, LARGE[1])
    with pytest.raises(BadProofError):
        real.verify(LARGE[0], 2, MIDDLE[1])
    assert len(real.process_ids) == 2
    assert set(real.process_ids).isdisjoint(killed), "new ones were started"
    assert not any(map(is_alive, killed)), "the other one ended too"


@pytest.mark.slow
def test_a_process_that_stands_still_costs_time_and_no_chunk() -> None:
    verifier = ProcessVerifier(patience_s=0.5)
    try:
        wait_until(lambda: starts(verifier))
        for stopped in (verifier.process_ids[0], verifier.process_ids[-1]):
            os.kill(stopped, signal.SIGSTOP)
        left = verifier.process_ids
        verifier.verify(LARGE[0], 2, LARGE[1])
        assert not any(map(is_alive, left))
        with pytest.raises(BadProofError):
            verifier.verify(LARGE[0], 2, MIDDLE[1])
    finally:
        verifier.close()


@pytest.mark.slow
def test_processes_that_never_start_cost_no_chunk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never = tmp_path / "python"
    never.write_text("#!/bin/sh\nexec sleep 60\n")
    never.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(never))
    verifier = ProcessVerifier(patience_s=0.1)
    verifier.verify(LARGE[0], 2, LARGE[1])
    assert verifier.process_ids == []


@pytest.mark.slow
def test_without_processes_chunks_are_verified_all_the_same(
    real: ProcessVerifier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    real.verify(LARGE[0], 2, LARGE[1])
    with pytest.raises(BadProofError):
        real.verify(LARGE[0], 2, MIDDLE[1])
    assert real.process_ids == []


@pytest.mark.slow
def test_they_end_when_there_was_nothing_to_do_for_a_while() -> None:
    verifier = ProcessVerifier(idle_s=0.05)
    verifier.get_ready(2)
    wait_until(lambda: len(verifier.process_ids) == 2)
    wait_until(lambda: verifier.process_ids == [])
    verifier.verify(LARGE[0], 2, LARGE[1])
    wait_until(lambda: verifier.process_ids == [])


@pytest.mark.slow
def test_closing_waits_for_no_chunk(real: ProcessVerifier) -> None:
    """Who stops a node does so in its loop."""
    real.verify(LARGE[0], 2, LARGE[1])
    started = real.process_ids
    os.kill(started[0], signal.SIGSTOP)  # so it would take for ever
    verdicts: list[str] = []

    def verify() -> None:
        real.verify(LARGE[0], 2, LARGE[1])
        verdicts.append("taken")

    thread = threading.Thread(target=verify)
    thread.start()
    time.sleep(0.05)
    real.close()
    assert not any(map(is_alive, started))
    thread.join()
    assert verdicts == ["taken"]
    assert real.process_ids == []


@pytest.mark.slow
def test_many_may_ask_at_once(real: ProcessVerifier) -> None:
    verdicts: list[str] = []

    def verify(chunk: bytes, level: int, root: Hash) -> None:
        try:
            real.verify(chunk, level, root)
            verdicts.append("taken")
        except BadProofError:
            verdicts.append("refused")

    asked = [(LARGE[0], 2, LARGE[1]), (MIDDLE[0], 1, LARGE[1]), (MIDDLE[0], 1, MIDDLE[1])] * 2
    threads = [threading.Thread(target=verify, args=each) for each in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["refused"] * 2 + ["taken"] * 4


OUTLIVED = """
import time
from swarmfeed.shell.verifying.verifier import ProcessVerifier

verifier = ProcessVerifier()
verifier.get_ready(2)
while len(verifier.process_ids) < 2:
    time.sleep(0.01)
print(*verifier.process_ids, flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_they_do_not_outlive_a_node_that_is_killed() -> None:
    node = subprocess.Popen([sys.executable, "-c", OUTLIVED], stdout=subprocess.PIPE)
    assert node.stdout is not None
    with node.stdout as said:
        started = [int(each) for each in said.readline().split()]
    assert len(started) == 2
    node.kill()
    node.wait()
    wait_until(lambda: not any(map(is_alive, started)))


def offers(count: int) -> list[FirstOffer]:
    """Heads of so many new feeds."""
    return [Scribe(number).offer().as_first for number in range(count)]


def test_first_heads_say_what_they_say_and_false_ones_nothing(verifier: Verifier) -> None:
    asked = offers(OPENED_APART_MIN + 1)
    for at in (0, OPENED_APART_MIN // 2, OPENED_APART_MIN):
        asked[at] = asked[at]._replace(tail=asked[at].tail[:-1])
    false = {0, OPENED_APART_MIN // 2, OPENED_APART_MIN}
    expected = [None if at in false else open_first(each) for at, each in enumerate(asked)]
    assert verifier.open_first(asked) == expected
    verifier.verify(MIDDLE[0], 1, MIDDLE[1])
    assert verifier.open_first(asked) == expected


@pytest.mark.slow
def test_processes_are_started_for_heads_that_come_by_the_hundred(
    real: ProcessVerifier,
) -> None:
    few, some = offers(OPENED_APART_MIN - 1), offers(OPENED_APART_MIN)
    for _ in range(OPENED_IN_A_ROW_MIN // OPENED_APART_MIN - 1):
        assert real.open_first(few) == [None] * len(few)
        assert real.open_first(some) == [None] * len(some)
    assert real.process_ids == []
    assert real.open_first(some) == [None] * len(some)
    wait_until(lambda: real.open_first(some) != [None] * len(some))
    assert real.open_first(some) == [open_first(each) for each in some]
    assert real.open_first(few) == [None] * len(few), "sooner done where they are"


@pytest.mark.slow
def test_heads_are_left_to_who_asks_where_a_process_is_killed(real: ProcessVerifier) -> None:
    wait_until(lambda: starts(real))
    os.kill(real.process_ids[1], signal.SIGKILL)
    some = offers(OPENED_APART_MIN)
    assert real.open_first(some) == [None] * len(some)
    assert real.process_ids == []
    real.verify(LARGE[0], 2, LARGE[1])
