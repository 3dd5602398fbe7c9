"""Whole lives of an own feed: power cuts, kills, full disks and withdrawals in any order.

What was acknowledged, or found by a start and so told to others, is there after each, under the
heads that were signed, and the feed goes on.
"""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from street.fakes.check_log import CheckLog
from street.fakes.powercut import Recorder, Survivor, choices, recording
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.highwater import goes_on
from swarmfeed.core.feed.kinds import WithdrawBody, encode_body
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, post

pytestmark = [pytest.mark.slow, pytest.mark.attack("A28")]

NOW_MS = 1_700_000_000_000
CUTS = 5
STEPS = 14


class Life:
    """A home, what was signed in it, and how much of that was acknowledged."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._dice = Random(seed)
        self._root = folder / "0"
        self._root.mkdir(parents=True)
        self._signed: list[Hash] = []
        self._posts = 0
        self._acknowledged = 0
        self._tried: list[list[Hash]] = [[]]
        """All that was begun since the last power cut, maybe in vain."""

    def live(self) -> None:
        for number in range(1, CUTS + 1):
            with recording(self._root) as recorder:
                self._work(recorder)
            self._cut_power(recorder, number)
            self._check(CheckLog(self._root / "feeds").entries(FEED))
            self._tried = [self._signed]

    def _work(self, recorder: Recorder) -> None:
        logs = self._open(recorder)
        for _ in range(self._dice.randrange(1, STEPS)):
            match self._dice.randrange(12):
                case 0:
                    logs = self._open(recorder)  # a kill: nothing is lost, nothing was synced
                case 1:
                    logs.pack_journal(FEED)
                case 2 | 3:
                    self._withdraw(logs, recorder)
                case 4:
                    logs = self._fill_disk(logs, recorder)
                case 6:
                    logs = self._kill(logs, recorder)
                case 5:
                    self._write(logs, [self._post() for _ in range(250)], recorder)
                case _:
                    self._write(logs, [self._post()], recorder)

    def _open(self, recorder: Recorder) -> FileLogs:
        """Start a node where the last one ended, or was killed: what it finds it tells."""
        logs = FileLogs(self._root / "feeds")
        (replica,) = logs.read_all() or (None,)
        mark = logs.mark(FEED)
        assert mark is None or goes_on(mark, replica)
        size = replica.size if replica else 0
        self._check(logs.read_entries(FEED, 0, size) if size else [])
        self._acknowledged = size
        recorder.acknowledge(size)
        return logs

    def _fill_disk(self, logs: FileLogs, recorder: Recorder) -> FileLogs:
        try:
            with full_disk(self._dice):
                self._write(logs, [self._post()], recorder)
        except PassingError:
            return logs  # nothing changed, and it goes on
        except FatalError:
            return self._open(recorder)
        return logs

    def _kill(self, logs: FileLogs, recorder: Recorder) -> FileLogs:
        try:
            with killed(self._dice):
                self._write(logs, [self._post()] * self._dice.choice([1, 1, 250]), recorder)
        except KeyboardInterrupt:
            return self._open(recorder)
        return logs

    def _post(self) -> bytes:
        self._posts += 1
        return post(self._posts, f"post {self._posts} " * self._dice.choice([1, 9, 99, 700]))

    def _withdraw(self, logs: FileLogs, recorder: Recorder) -> None:
        size = len(self._signed)
        if size:
            gone = self._dice.randrange(max(0, size - 300), size)
            body = encode_body(WithdrawBody(gone))
            going = () if gone >= size - size % 256 else (gone,)
            self._write(logs, [encode_entry("withdraw", NOW_MS, body)], recorder, going)

    def _write(
        self,
        logs: FileLogs,
        stored: list[bytes],
        recorder: Recorder,
        going: tuple[int, ...] = (),
    ) -> None:
        said = [*self._signed, *map(hash_stored, stored)]
        self._tried.append(said)
        after = logs.append(FEED, stored, now_ms=NOW_MS, sign=KEY.sign, going=going)
        assert after.size == len(said)
        self._signed, self._acknowledged = said, after.size
        recorder.acknowledge(after.size)

    def _cut_power(self, recorder: Recorder, number: int) -> None:
        before = [each.what for each in recorder.events].index("acknowledge")
        cut = self._dice.randrange(before + 1, len(recorder.events) + 1)
        events = recorder.events[:cut]
        self._acknowledged = max(each.at for each in events if each.what == "acknowledge")
        keep = self._dice.choice(list(choices(self._dice, 6)))
        left = self._folder / str(number)
        Survivor(self._root, events).write_to(left, keep)
        self._root = left

    def _check(self, found: Sequence[bytes]) -> None:
        """All that was acknowledged is there; of what was begun besides, all or nothing."""
        assert len(found) >= self._acknowledged
        hashes = list(map(hash_stored, found))
        assert any(hashes == each[: len(found)] for each in self._tried)
        self._signed = hashes


@contextmanager
def full_disk(dice: Random) -> Iterator[None]:
    """From some write on there is no room, in journal or mark or both."""
    room = dice.randrange(3)
    name = dice.choice(["write", "pwrite"])
    real = getattr(os, name)

    def write(*args: object) -> int:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done: int = real(*args)
        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, name, write)
        yield


@contextmanager
def killed(dice: Random) -> Iterator[None]:
    """The process ends before it changes something on the disk, or before that is synced."""
    left = dice.randrange(1, 9)

    def instead_of(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left <= 0:
                raise KeyboardInterrupt
            return real(*args, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("write", "pwrite", "ftruncate", "fsync", "fdatasync", "replace"):
            patch.setattr(os, name, instead_of(getattr(os, name)))
        yield


@pytest.mark.parametrize("seed", [*range(15), 59, 236, 254, 330, 358, 538])
def test_nothing_told_is_lost_in_a_life_of_power_cuts(tmp_path: Path, seed: int) -> None:
    Life(tmp_path, seed).live()
