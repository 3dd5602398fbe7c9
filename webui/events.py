"""Server-sent events: counters for open pages, streamed from the node's loop.

One task reads the node's changes into a short backlog; each stream follows the backlog at
its own speed, so a slow browser holds up nobody and costs no memory.

Source: HTML Living Standard, section 9.2 (server-sent events).
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Final

from swarmfeed.core.asks.change import Change
from swarmfeed.core.base.limits import EVENT_BACKLOG_MAX, EVENT_HEARTBEAT_S, EVENT_STREAMS_MAX

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable

RETRY_MS: Final = 3_000
"""After how long a browser comes back when a stream broke."""

HEARTBEAT: Final = "event: here\ndata:\n\n"
"""Said when nothing else is: a page that hears nothing at all tells that the node hangs."""

GAP_S: Final = 0.2
"""Shortest pause between two batches of one stream; what comes meanwhile is merged."""


class EventStream:
    """All `/events` streams.  Belongs to the node's loop."""

    def __init__(
        self,
        changes: Callable[[], AsyncIterator[Change]],
        heartbeat_s: float = EVENT_HEARTBEAT_S,
    ) -> None:
        self._changes = changes
        self._run = secrets.token_hex(4)
        self._heartbeat_s = heartbeat_s
        self._backlog: deque[Change] = deque(maxlen=EVENT_BACKLOG_MAX)
        self._arrived = asyncio.Event()
        self._streams: dict[str, deque[asyncio.Event]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Read the node's changes from now on."""
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def stop(self) -> None:
        """End every stream."""
        self._stopped = True
        for dropped in [event for streams in self._streams.values() for event in streams]:
            dropped.set()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    def look_again(self) -> None:
        """Have every stream look whether it may go on: somebody may have logged out."""
        arrived, self._arrived = self._arrived, asyncio.Event()
        arrived.set()

    @property
    def stream_count(self) -> int:
        return sum(map(len, self._streams.values()))

    async def stream(
        self,
        session: str,
        last_event_id: str,
        headers: list[tuple[bytes, bytes]],
        receive: "ASGIReceiveCallable",
        send: "ASGISendCallable",
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        """Answer one request until its browser leaves, or it is the oldest of too many.

        Args:
            still: Whether the session may hear more; looked at before each batch.
        """
        dropped = asyncio.Event()
        streams = self._streams.setdefault(session, deque())
        streams.append(dropped)
        while len(streams) > EVENT_STREAMS_MAX:
            streams.popleft().set()
        if self._stopped:
            dropped.set()
        leaving = asyncio.ensure_future(_left(receive, dropped))
        try:
            start = [*headers, (b"content-type", b"text/event-stream; charset=utf-8")]
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": start,
                    "trailers": False,
                }
            )
            await self._follow(self._last(last_event_id), dropped, send, still)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            if dropped in streams:
                streams.remove(dropped)
            if not streams and self._streams.get(session) is streams:
                del self._streams[session]

    def _last(self, event_id: str) -> int:
        """The number after which a browser goes on: its last event, or what is newest."""
        if not event_id:
            return self._backlog[-1].number if self._backlog else 0
        run, _, number = event_id.partition("-")
        # Numbers of another run say nothing of ours: the node restarted since.
        return _number(number) if run == self._run else 0

    async def _follow(
        self,
        last: int,
        dropped: asyncio.Event,
        send: "ASGISendCallable",
        still: Callable[[], bool],
    ) -> None:
        text = f"retry: {RETRY_MS}\n\n"
        while not dropped.is_set() and still():
            arrived = self._arrived
            fresh = [change for change in self._backlog if change.number > last]
            last = fresh[-1].number if fresh else last
            text += "".join(format_change(self._run, each) for each in merge_changes(fresh))
            if text:
                await _send_text(send, text)
            heard = await _first_of(self._heartbeat_s, arrived, dropped)
            text = "" if heard else HEARTBEAT
            if heard:
                await _first_of(GAP_S, dropped)

    async def _read(self) -> None:
        async for change in self._changes():
            self._backlog.append(change)
            self.look_again()


def merge_changes(changes: list[Change]) -> list[Change]:
    """Keep the newest change of each name, feed and picture: only the last value matters."""
    newest = {
        (each.name, each.fields.get("feed"), each.fields.get("id")): each for each in changes
    }
    return sorted(newest.values(), key=lambda change: change.number)


def format_change(run: str, change: Change) -> str:
    """Return one event as it goes over the wire; ``run`` tells this start from others."""
    # JSON escapes line breaks, so nothing a peer wrote can end the event.
    data = json.dumps(change.fields)
    return f"event: {change.name}\nid: {run}-{change.number}\ndata: {data}\n\n"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


async def _send_text(send: "ASGISendCallable", text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _left(receive: "ASGIReceiveCallable", dropped: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    dropped.set()


async def _first_of(timeout_s: float, *events: asyncio.Event) -> bool:
    """Whether one of the events came within the time."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(
            waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        return bool(done)
    finally:
        for task in waiting:
            task.cancel()
