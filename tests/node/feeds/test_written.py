"""What the author wrote is read once for an import, and is what the logs say at any time."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import (
    Body,
    PostBody,
    ProfileBody,
    WithdrawBody,
    encode_body,
)
from swarmfeed.errors import DamageError
from swarmfeed.node.feeds.written import OwnPosts
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY


class ReadingLogs(FileLogs):
    """Tells what was read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.was_read: list[tuple[int, int]] = []
        self.is_damaged = False

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> list[bytes]:
        self.was_read.append((start, end))
        if self.is_damaged and start:
            raise DamageError("a chunk is missing")
        return super().read_entries(feed_id, start, end)

    def say(self, *bodies: Body) -> None:
        stored = [encode_entry(each.kind, 5, encode_body(each, b"s" * 16)) for each in bodies]
        self.append(FEED, stored, now_ms=5, sign=KEY.sign)


def with_logs(
    tmp_path: Path, script: Callable[[ReadingLogs, OwnPosts], Awaitable[None]]
) -> None:
    logs = ReadingLogs(tmp_path / "feeds")
    logs.say(PostBody("a"), ProfileBody(name="me"), PostBody("b"), PostBody("a"))
    asyncio.run(script(logs, OwnPosts(logs)))


def counts(**times: int) -> Counter[tuple[int, str]]:
    return Counter({(5, text): count for text, count in times.items()})


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    async def script(logs: ReadingLogs, written: OwnPosts) -> None:
        assert await written.find([(FEED, 0, 2), (FEED, 2, 4)]) == counts(a=2, b=1)
        logs.say(PostBody("c"))
        assert await written.find([(FEED, 0, 5)]) == counts(a=2, b=1, c=1)
        logs.say(PostBody("d"), PostBody("d"))
        written.note(FEED, 5, [(5, "d"), (5, "d")])
        assert await written.find([(FEED, 0, 7)]) == counts(a=2, b=1, c=1, d=2)
        assert logs.was_read == [(0, 4), (4, 5)]

    with_logs(tmp_path, script)


def test_what_was_withdrawn_since_does_not_count(tmp_path: Path) -> None:
    async def script(logs: ReadingLogs, written: OwnPosts) -> None:
        await written.find([(FEED, 0, 4)])
        logs.say(WithdrawBody(index=0))
        assert await written.find([(FEED, 0, 5)]) == counts(a=1, b=1)

    with_logs(tmp_path, script)


def test_what_is_not_here_any_more_does_not_count(tmp_path: Path) -> None:
    async def script(logs: ReadingLogs, written: OwnPosts) -> None:
        await written.find([(FEED, 0, 4)])
        assert await written.find([(FEED, 2, 4)]) == counts(a=1, b=1)
        assert await written.find([]) == Counter()

    with_logs(tmp_path, script)


def test_after_half_a_reading_nothing_counts_twice(tmp_path: Path) -> None:
    async def script(logs: ReadingLogs, written: OwnPosts) -> None:
        logs.is_damaged = True
        for _ in range(2):
            with pytest.raises(DamageError):
                await written.find([(FEED, 0, 1), (FEED, 2, 4)])
        logs.is_damaged = False
        assert await written.find([(FEED, 0, 4)]) == counts(a=2, b=1)

    with_logs(tmp_path, script)


def test_when_nobody_asks_for_a_while_it_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.written.WRITTEN_KEPT_S", 0)

    async def script(logs: ReadingLogs, written: OwnPosts) -> None:
        for _ in range(2):
            await written.find([(FEED, 0, 4)])
            await asyncio.sleep(0.001)
        assert logs.was_read == [(0, 4), (0, 4)]

    with_logs(tmp_path, script)
