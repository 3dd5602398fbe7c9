"""The power goes at any moment of an append: what was acknowledged is there.

Every change that ``FileLogs`` makes is recorded; the disk is then put together as it may look
had the power gone after each of them, and opened.
"""

from pathlib import Path
from random import Random

import pytest
from street.fakes.check_log import CheckLog
from street.fakes.powercut import Event, Recorder, Survivor, choices, recording
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.highwater import Mark
from swarmfeed.shell.disk.highwater import MarkFiles
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, posts

pytestmark = [pytest.mark.slow, pytest.mark.attack("A28")]

NOW_MS = 1_700_000_000_000
BIG = "many sectors " * 200


def append_sizes(recorder_root: Path, sizes: list[int], text: str = "") -> list[Event]:
    """Open, append up to each size, acknowledge; returns what was recorded."""
    with recording(recorder_root) as recorder:
        grow(recorder, *sizes, text=text)
    return recorder.events


def grow(recorder: Recorder, *sizes: int, text: str = "") -> None:
    """Start a node, append up to each size, acknowledge."""
    logs = FileLogs(recorder.root / "feeds")
    at = sum(replica.size for replica in logs.read_all())
    if at:
        recorder.acknowledge(at)
    for size in sizes:
        stored = posts(at, size, text)
        at = logs.append(FEED, stored, now_ms=NOW_MS + at, sign=KEY.sign).size
        recorder.acknowledge(at)


def check_every_cut(
    root: Path, events: list[Event], scratch: Path, *, first: int, text: str, mixtures: int
) -> int:
    """Cut the power after each event from ``first`` on; returns the number of states."""
    random = Random(28)
    count = 0
    for cut in range(first, len(events) + 1):
        survivor = Survivor(root, events[:cut])
        said = [event.at for event in events[:cut] if event.what == "acknowledge"]
        for keep in choices(random, mixtures):
            left = scratch / str(count)
            survivor.write_to(left, keep)
            entries = CheckLog(left / "feeds").entries(FEED)
            assert len(entries) >= max(said, default=0), f"after event {cut}"
            assert entries == tuple(posts(0, len(entries), text))
            count += 1
    return count


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ([1, 2, 3, 4, 5], ""),
        (list(range(1, 31)), ""),
        ([3, 9, 11, 40, 44], BIG),
        ([250, 255, 256, 257, 300, 512, 513], ""),
        ([3, 1_100, 1_101], ""),
    ],
    ids=[
        "one by one",
        "many that one sync is for",
        "long ones, and a journal written anew",
        "chunks sealed",
        "several chunks at once",
    ],
)
def test_no_acknowledged_entry_is_lost_when_the_power_goes(
    tmp_path: Path, sizes: list[int], text: str
) -> None:
    root, scratch = tmp_path / "home", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()
    events = append_sizes(root, sizes, text)
    mixtures = 20 if len(sizes) < 7 else 6
    count = check_every_cut(root, events, scratch, first=0, text=text, mixtures=mixtures)
    assert count > 300


def test_what_a_killed_node_left_unsynced_survives_the_next_power_cut(tmp_path: Path) -> None:
    root, scratch = tmp_path / "home", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()

    written = MarkFiles.write

    def killed(marks: MarkFiles, feed_id: FeedId, mark: Mark) -> None:
        if mark.size == 10:
            raise KeyboardInterrupt
        written(marks, feed_id, mark)

    with recording(root) as recorder:
        grow(recorder, *range(1, 10))
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(MarkFiles, "write", killed)  # the journal has it by then
            grow(recorder, 10)
        first = len(recorder.events)
        grow(recorder, 11, 12, 13)
    said = [event.at for event in recorder.events[first:] if event.what == "acknowledge"]
    assert said == [10, 11, 12, 13]
    count = check_every_cut(root, recorder.events, scratch, first=first, text="", mixtures=6)
    assert count > 60


def test_mending_a_torn_log_survives_the_next_power_cut(tmp_path: Path) -> None:
    root, scratch = tmp_path / "home", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()
    append_sizes(root, [3, 4])
    (journal,) = root.rglob("journal")
    whole = journal.read_bytes()
    append_sizes(root, [5])
    journal.write_bytes(journal.read_bytes()[:-20])
    (journal.parent / ".journal.x.tmp").write_bytes(b"half")
    events = append_sizes(root, [5, 6, 7])
    first = next(i for i, event in enumerate(events) if event.what == "cut")
    assert events[first].at == len(whole)
    assert check_every_cut(root, events, scratch, first=first, text="", mixtures=4) > 60


def test_the_simulated_disk_is_the_real_one_when_nothing_is_lost(tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir()
    events = append_sizes(root, [1, 2, 300, 301])
    Survivor(root, events).write_to(tmp_path / "copy", lambda: True)
    real = {path.relative_to(root): path.read_bytes() for path in files(root)}
    copy = tmp_path / "copy"
    assert {path.relative_to(copy): path.read_bytes() for path in files(copy)} == real


@pytest.mark.parametrize("forgotten", ["sync", "sync folder"])
def test_the_simulated_disk_notices_a_forgotten_sync(tmp_path: Path, forgotten: str) -> None:
    root, scratch = tmp_path / "home", tmp_path / "scratch"
    root.mkdir()
    scratch.mkdir()
    events = [event for event in append_sizes(root, [1, 2, 3]) if event.what != forgotten]
    with pytest.raises(AssertionError):
        check_every_cut(root, events, scratch, first=0, text="", mixtures=4)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
