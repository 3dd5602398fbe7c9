"""Several feeds that grow together: each is as it was, or as it was told to be."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.powercut import Survivor, choices, recording
from swarmfeed.core.feed.grown import Grown, grow_by
from swarmfeed.errors import FatalError
from swarmfeed.ports import Logs
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import Author, posts
from tests.shell.disk.test_arriving import CERTIFICATES, authors

MORE = (3, 251, 300)
"""Entries that each of three feeds of 5 gets: into its tail, up to a seal, beyond it."""


def growing(logs: Logs, count: int = 3) -> list[Grown]:
    """Feeds on disk, and what is to become of them."""
    found = authors(count)
    kept = [each.replica for each in found if each.replica is not None]
    logs.write_new([(each, CERTIFICATES) for each in kept])
    logs.take_in(kept)
    for each in kept:
        logs.replace(each)
    return [grown(logs, *pair) for pair in zip(found, MORE, strict=False)]


def grown(logs: Logs, author: Author, more: int) -> Grown:
    before = author.replica
    assert before is not None
    stored = posts(before.size, before.size + more)
    after = author.append(stored)

    def load(span: object) -> bytes:
        raise KeyError(span)

    return grow_by(before, stored, after.signed_head, after.chunk_list, load)


def check(logs: FileLogs, told: Sequence[Grown], *, at_least: int = 0) -> None:
    """Each feed is whole, and so many are what was told."""
    found = {replica.feed_id: replica for replica in logs.read_all()}
    assert logs.damaged() == {}
    for each in told:
        assert found[each.feed_id] in (each.before, each.after)
        for span in logs.held(each.feed_id) & found[each.feed_id].chunks().keys():
            assert (span, logs.read_chunk(each.feed_id, span)) in each.chunks
    newer = [each for each in told if found[each.feed_id] == each.after]
    assert len(newer) >= at_least
    if at_least:
        for each in newer:
            entries = logs.read_entries(each.feed_id, 0, each.after.size)
            assert entries == posts(0, each.after.size)


@pytest.fixture(params=["fake", "real"])
def open_logs(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Logs]:
    if request.param == "real":
        return lambda: FileLogs(tmp_path / "feeds")
    disk = FakeDisk(tmp_path)
    return lambda: FakeLogs(disk)


def test_they_are_there_after_a_restart(open_logs: Callable[[], Logs]) -> None:
    logs = open_logs()
    told = growing(logs)
    assert [len(each.chunks) for each in told] == [0, 1, 1]
    assert logs.grow_together(told) == {}
    for again in (logs, open_logs()):
        if again is not logs:
            assert {each.feed_id for each in again.read_all()} == {
                each.feed_id for each in told
            }
        for each in told:
            assert again.is_journal_sound(each.after)
            entries = again.read_entries(each.feed_id, 0, each.after.size)
            assert entries == posts(0, each.after.size)


def test_what_the_disk_refuses_of_one_keeps_no_other_out(tmp_path: Path) -> None:
    logs = FileLogs(tmp_path / "feeds")
    told = growing(logs)
    real, first = os.write, logs.incoming_folder(told[0].feed_id).parent / "journal"

    def write(descriptor: int, data: bytes) -> int:
        if os.path.realpath(f"/proc/self/fd/{descriptor}") == str(first.resolve()):
            raise OSError(errno.ENOSPC, "no space left")
        return real(descriptor, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "write", write)
        assert logs.grow_together(told).keys() == {told[0].feed_id}
    check(FileLogs(tmp_path / "feeds"), told, at_least=2)
    assert logs.grow_together(told[:1]) == {}
    check(FileLogs(tmp_path / "feeds"), told, at_least=3)


@pytest.mark.parametrize("failing", range(8))
def test_a_disk_that_fails_at_any_sync_is_told(tmp_path: Path, failing: int) -> None:
    logs = FileLogs(tmp_path / "feeds")
    told = growing(logs)
    syncs, is_over = iter(range(10_000)), []

    def fail(real: Callable[[int], None]) -> Callable[[int], None]:
        def sync(descriptor: int) -> None:
            if next(syncs) == failing:
                is_over.append(failing)
                raise OSError(errno.EIO, "the disk failed")
            real(descriptor)

        return sync

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fail(os.fsync))
        patch.setattr(os, "fdatasync", fail(os.fdatasync))
        try:
            logs.grow_together(told)
        except FatalError:
            assert is_over
    check(FileLogs(tmp_path / "feeds"), told)


@pytest.mark.slow
@pytest.mark.attack("A28")
def test_what_was_told_is_there_whenever_the_power_goes(tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir()
    (tmp_path / "left").mkdir()
    with recording(root) as recorder:
        logs = FileLogs(root / "feeds")
        told = growing(logs)
        first = len(recorder.events)
        assert logs.grow_together(told) == {}
        recorder.acknowledge(len(told))
    random, count = Random(58), 0
    for cut in range(first, len(recorder.events) + 1):
        events = recorder.events[:cut]
        said = max((each.at for each in events if each.what == "acknowledge"), default=0)
        for keep in choices(random, 6):
            left = tmp_path / "left" / str(count)
            Survivor(root, events).write_to(left, keep)
            check(FileLogs(left / "feeds"), told, at_least=said)
            count += 1
    assert count > 100
