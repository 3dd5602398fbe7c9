"""New feeds are written together: all of it is there, or it was told to nobody."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.powercut import Survivor, choices, recording
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.replica import Replica, extend_replica
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.ports import Logs
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import Author, posts

CERTIFICATES = (b"a certificate", b"another")

Arrived = list[tuple[Replica, tuple[bytes, ...]]]


def authors(count: int, size: int = 5) -> list[Author]:
    found = [Author(SigningKey(bytes([7, number]) + bytes(30))) for number in range(count)]
    for each in found:
        each.append(posts(0, size))
    return found


def arriving(count: int = 4, size: int = 5) -> Arrived:
    return [(each.append(posts(size, size + 1)), CERTIFICATES) for each in authors(count, size)]


def check(logs: FileLogs, arrived: Arrived, *, at_least: int = 0) -> None:
    """Nothing is damaged, and what is there is whole."""
    found = {replica.feed_id: replica for replica in logs.read_all()}
    assert logs.damaged() == {}
    assert len(found) >= at_least
    for replica, certificates in arrived:
        if replica.feed_id in found:
            assert found[replica.feed_id] == replica
        if len(found) == len(arrived) == at_least:
            assert logs.read_certificates(replica.feed_id) == certificates


@pytest.fixture(params=["fake", "real"])
def open_logs(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Logs]:
    if request.param == "real":
        return lambda: FileLogs(tmp_path / "feeds")
    disk = FakeDisk(tmp_path)
    return lambda: FakeLogs(disk)


@pytest.mark.parametrize("size", [5, 255, 300])
def test_they_are_there_after_a_restart(open_logs: Callable[[], Logs], size: int) -> None:
    logs, arrived = open_logs(), arriving(4, size)
    logs.write_new(arrived)
    logs.take_in([replica for replica, _ in arrived])
    for again in (logs, open_logs()):
        if again is not logs:
            assert {each.feed_id: each for each in again.read_all()} == {
                each.feed_id: each for each, _ in arrived
            }
        for replica, certificates in arrived:
            assert again.read_certificates(replica.feed_id) == certificates
            assert again.is_journal_sound(replica)
            tail = again.read_entries(replica.feed_id, replica.tail_start, replica.size)
            assert tuple(tail) == replica.tail
            # A feed with chunks has folders, where the swarm puts what it fetches.
            assert again.incoming_folder(replica.feed_id).is_dir() or not replica.records


def test_they_grow_as_any_other(open_logs: Callable[[], Logs]) -> None:
    logs, (anna, *_) = open_logs(), authors(3)
    assert anna.replica is not None
    logs.write_new([(anna.replica, CERTIFICATES)])
    logs.take_in([anna.replica])
    before, stored = anna.replica, posts(5, 7)
    after = anna.append(stored)
    logs.extend(extend_replica(before, 5, stored, after.signed_head, b""), 5)
    assert open_logs().read_all() == [after]


def test_a_full_disk_refuses_them_and_nothing_is_damaged(tmp_path: Path) -> None:
    logs, arrived = FileLogs(tmp_path / "feeds"), arriving()

    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "no space left")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "mkdir", full)
        patch.setattr("tempfile.mkstemp", full)
        with pytest.raises(PassingError):
            logs.write_new(arrived)
    check(FileLogs(tmp_path / "feeds"), arrived)
    logs.write_new(arrived)
    check(FileLogs(tmp_path / "feeds"), arrived, at_least=len(arrived))


@pytest.mark.parametrize(
    ("size", "failing"),
    [*((5, each) for each in range(3)), *((300, each) for each in range(14))],
)
def test_a_disk_that_fails_at_any_sync_is_told(tmp_path: Path, size: int, failing: int) -> None:
    logs, arrived = FileLogs(tmp_path / "feeds"), arriving(4, size)
    # One file and its folder for all that are small; else two files and a folder of each, and
    # the one of all.
    needed = 2 if size == 5 else 13
    syncs = iter(range(10_000))
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if next(syncs) == failing:
            raise OSError(errno.EIO, "the disk failed")
        real(descriptor)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        if failing < needed:
            with pytest.raises((PassingError, FatalError)):
                logs.write_new(arrived)
        else:
            logs.write_new(arrived)
            assert next(syncs) == needed
    check(FileLogs(tmp_path / "feeds"), arrived, at_least=0 if failing < needed else 4)


@pytest.mark.slow
@pytest.mark.attack("A28")
@pytest.mark.parametrize(("size", "mixtures"), [(5, 20), (300, 6)])
def test_what_was_told_is_there_whenever_the_power_goes(
    tmp_path: Path, size: int, mixtures: int
) -> None:
    root, arrived = tmp_path / "home", arriving(3, size)
    root.mkdir()
    (tmp_path / "left").mkdir()
    with recording(root) as recorder:
        logs = FileLogs(root / "feeds")
        logs.write_new(arrived)
        recorder.acknowledge(len(arrived))
    random, count = Random(40), 0
    for cut in range(len(recorder.events) + 1):
        events = recorder.events[:cut]
        survivor = Survivor(root, events)
        told = max((each.at for each in events if each.what == "acknowledge"), default=0)
        for keep in choices(random, mixtures):
            left = tmp_path / "left" / str(count)
            survivor.write_to(left, keep)
            check(FileLogs(left / "feeds"), arrived, at_least=told)
            count += 1
    assert count > 200
