"""Logs of one feed that a test opens, spoils and opens again."""

from pathlib import Path

from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.base.address import format_address
from swarmfeed.core.feed.replica import Replica
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, posts

NOW_MS = 1_700_000_000_000
FOLDER = format_address(FEED)


def append(logs: FileLogs, start: int, end: int) -> None:
    logs.append(FEED, posts(start, end), now_ms=NOW_MS + end, sign=KEY.sign)


def mark_of_feed(root: Path) -> Path:
    return root.with_name("high-water") / FOLDER


class Dying(FileLogs):
    """Killed when the chunk files are there and the journal is not."""

    def _write_base(self, replica: Replica) -> None:
        raise KeyboardInterrupt


def opened(root: Path) -> FileLogs:
    logs = FileLogs(root)
    logs.read_all()
    return logs


class Refusing(FileLogs):
    """Of an append the disk takes the chunk files, and then nothing more."""

    refuses = True

    def _write_base(self, replica: Replica) -> None:
        if self.refuses:
            raise FULL.unsaved("the journal")
        super()._write_base(replica)
