"""Streams in memory: what a relay carries between two nodes, without a relay."""

import asyncio

from swarmfeed.errors import RetryError

WINDOW_BYTES = 65_536


class FakeStream:
    """Implements ``ports.Stream``; ``carried`` is what this end sent."""

    other: "FakeStream"

    def __init__(self) -> None:
        self.carried = b""
        self.is_closed = False
        self._unread = b""
        self._changed = asyncio.Condition()

    async def read(self) -> bytes:
        async with self._changed:
            await self._changed.wait_for(lambda: self._unread or self.is_closed)
            data, self._unread = self._unread, b""
            self._changed.notify_all()
            return data

    async def write(self, data: bytes) -> None:
        there = self.other
        async with there._changed:
            await there._changed.wait_for(
                lambda: len(there._unread) < WINDOW_BYTES or there.is_closed
            )
            if there.is_closed:
                raise RetryError("the stream is closed")
            self.carried += data
            there._unread += data
            there._changed.notify_all()

    def close(self) -> None:
        for end in (self, self.other):
            if not end.is_closed:
                end.is_closed = True
                asyncio.get_running_loop().create_task(end._tell())

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def stream_pair() -> tuple[FakeStream, FakeStream]:
    """Return both ends of a stream."""
    one, other = FakeStream(), FakeStream()
    one.other, other.other = other, one
    return one, other
