"""News as it comes: server-sent events and WebSockets, from the server's own loop.

A stream holds no thread while nothing happens; what is new is found out in one of a few threads
that are kept for it.

Source: HTML Living Standard, section 9.2; RFC 6455; the public documentation of the Mastodon
streaming API.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from flask import Flask
from msgspec import Struct, field
from swarmfeed.core.asks.change import Change
from swarmfeed.core.oauth import sentences as oauth_sentences
from swarmfeed.core.oauth.scopes import covers
from swarmfeed.errors import SwarmfeedError

from webui.apps import AppBook
from webui.mastodon import sentences
from webui.mastodon.app import bearer
from webui.mastodon.limits import STREAMS_MAX, SUBSCRIPTIONS_MAX
from webui.mastodon.news import HASHTAG, LIST, NAMES, NOTICES, NewsItem, NewsWatch
from webui.plain import HEADER_LIST, values

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

PREFIX: Final = "/api/v1/streaming"
HEARTBEAT_S: Final = 15.0
"""How often something is said, and looked for, where the node tells of nothing."""

GAP_S: Final = 0.2
"""Shortest pause between two looks; what comes meanwhile is told together."""

THREADS: Final = 2

TOLD: Final = frozenset(("new", "notifications", "status"))
"""Changes after which it is worth a look."""

_UNKNOWN: Final = {"error": "Unknown stream type", "status": 400}

Emit = Callable[[NewsWatch, NewsItem], Awaitable[None]]


class _Stream(Struct, eq=False):
    """One app that listens."""

    base_url: str
    token: str
    watches: dict[str, NewsWatch] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Streaming:
    """An ASGI app for everything below PREFIX.  Belongs to the loop of the server."""

    def __init__(
        self,
        flask: Callable[[], Flask],
        apps: AppBook,
        changes: Callable[[], AsyncIterator[Change]],
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        """``flask`` gives the app of the API: what is told is made as its answers are."""
        self._flask = flask
        self._apps = apps
        self._changes = changes
        self._heartbeat_s = heartbeat_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="streaming")
        self._streams: dict[_Stream, None] = {}
        self._arrived = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Hear of changes from now on."""
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def stop(self) -> None:
        """End every stream."""
        self._stopped = True
        for each in self._streams:
            each.ended.set()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        if scope["type"] == "websocket" and scope["path"] == PREFIX:
            await self._socket(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        elif scope["type"] == "http":
            await self._events(scope, receive, send)

    # --- server-sent events ---

    async def _events(self, scope: Any, receive: Any, send: Any) -> None:
        name = scope["path"].removeprefix(PREFIX).strip("/").replace("/", ":")
        allowed = self._allowing(scope)
        if name == "health":
            await _answer(send, 200, b"OK", b"text/plain", allowed)
            return
        if (refused := self._refusal(scope)) is not None:
            await _answer(send, *refused, b"application/json", allowed)
            return
        watch = self._watch(_token(scope), name, _query(scope))
        if watch is None:
            told = _error(sentences.NOT_FOUND())
            await _answer(send, 404, told, b"application/json", allowed)
            return
        kind = (b"content-type", b"text/event-stream; charset=utf-8")
        headers = [*HEADER_LIST, kind, *allowed]

        async def emit(_: NewsWatch, said: NewsItem) -> None:
            # JSON escapes line breaks, so nothing a peer wrote can end the event.
            await _send_text(send, f"event: {said.event}\ndata: {said.payload}\n\n")

        stream = self._open(scope)
        leaving = asyncio.ensure_future(_left(receive, stream.ended))
        try:
            # First: what comes once an app knows that it is heard has to be told.
            await self._begin(stream, watch)
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await _send_text(send, ":)\n\n")
            await self._follow(stream, emit, lambda: _send_text(send, ":thump\n\n"))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            leaving.cancel()
            self._close(stream)

    # --- WebSockets ---

    async def _socket(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()  # the handshake
        if self._refusal(scope) is not None:
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
            return

        async def emit(watch: NewsWatch, said: NewsItem) -> None:
            told = {"stream": watch.stream, "event": said.event, "payload": said.payload}
            await _send_frame(send, told)

        stream = self._open(scope)
        try:
            await self._accept(stream, scope, send)
            hearing = asyncio.ensure_future(self._hear(stream, receive, send))
            try:
                await self._follow(stream, emit, _nothing)
            finally:
                hearing.cancel()
            with suppress(Exception):  # it may be gone already, by its own word
                await send({"type": "websocket.close", "code": 1001, "reason": ""})
        finally:
            self._close(stream)

    async def _accept(self, stream: _Stream, scope: Any, send: Any) -> None:
        """Begin the stream that the address names, and then say that the app is heard."""
        query = _query(scope)
        watch = self._watch(stream.token, query.get("stream", ""), query)
        if watch is not None:
            await self._begin(stream, watch)
        protocols = scope["subprotocols"]
        chosen = protocols[0] if protocols else None
        await send({"type": "websocket.accept", "subprotocol": chosen, "headers": []})
        if watch is None and "stream" in query:
            await _send_frame(send, _UNKNOWN)

    async def _hear(self, stream: _Stream, receive: Any, send: Any) -> None:
        """Take what an app says until it leaves."""
        try:
            while (message := await receive())["type"] == "websocket.receive":
                asked = _parsed(message.get("text") or "")
                if asked is None:
                    await _send_frame(send, {"error": "Bad request", "status": 400})
                else:
                    await self._ask(stream, asked, send)
        finally:
            stream.ended.set()

    async def _ask(self, stream: _Stream, asked: dict[str, str], send: Any) -> None:
        watch = self._watch(stream.token, asked.get("stream", ""), asked)
        if watch is None or asked.get("type") not in ("subscribe", "unsubscribe"):
            await _send_frame(send, _UNKNOWN)
        elif asked["type"] == "unsubscribe":
            stream.watches.pop(str(watch.stream), None)
        elif len(stream.watches) < SUBSCRIPTIONS_MAX:
            await self._begin(stream, watch)
        else:
            await _send_frame(send, {"error": "Too many streams", "status": 429})

    # --- both ---

    def _refusal(self, scope: Any) -> tuple[int, bytes] | None:
        """Why nothing is told to whoever asks; None where nothing is in the way (A272)."""
        origins = values(scope, b"origin")
        if any(not self._apps.lets_in(each) for each in origins):
            for each in origins:
                self._apps.note_origin(each)
            return 403, _error(sentences.NOT_LET_IN(origin=origins[0][:255]))
        grant = self._apps.find(_token(scope))
        if grant is None or not grant.of_person:
            return 401, _error(oauth_sentences.REVOKED())
        if not covers(grant.scopes, "read:statuses"):
            return 403, _error(oauth_sentences.TOO_LITTLE())
        return None

    def _allowing(self, scope: Any) -> list[tuple[bytes, bytes]]:
        """By what a page that was let in may read the answer, also one that refuses."""
        origins = values(scope, b"origin")
        allowed = [
            (b"access-control-allow-origin", each.encode())
            for each in origins[:1]
            if self._apps.lets_in(each)
        ]
        return [*allowed, (b"vary", b"Origin")]

    def _watch(self, token: str, name: str, asked: dict[str, str]) -> NewsWatch | None:
        """What a token may listen to; None when there is no such stream."""
        if name not in NAMES:
            return None
        grant = self._apps.find(token)
        told = grant is not None and covers(grant.scopes, "read:notifications")
        of = asked.get("tag", "") if name.startswith(HASHTAG) else ""
        of = asked.get("list", "") if name == LIST else of
        if (name.startswith((HASHTAG, LIST)) and not of) or (name == NOTICES and not told):
            return None
        return NewsWatch(name, of, told)

    def _open(self, scope: Any) -> _Stream:
        host = "".join(values(scope, b"host"))
        scheme = "https" if scope["scheme"] in ("https", "wss") else "http"
        stream = _Stream(f"{scheme}://{host}/", _token(scope))
        if self._stopped:
            stream.ended.set()
        self._streams[stream] = None
        if len(self._streams) > STREAMS_MAX:
            next(iter(self._streams)).ended.set()
        return stream

    def _close(self, stream: _Stream) -> None:
        self._streams.pop(stream, None)

    async def _begin(self, stream: _Stream, watch: NewsWatch) -> None:
        await self._in_thread(stream, watch.begin)
        stream.watches[str(watch.stream)] = watch

    async def _follow(
        self, stream: _Stream, emit: Emit, beat: Callable[[], Awaitable[None]]
    ) -> None:
        while not stream.ended.is_set() and self._apps.find(stream.token) is not None:
            arrived = self._arrived
            for watch in list(stream.watches.values()):
                for said in await self._in_thread(stream, watch.look) or ():
                    await emit(watch, said)
            if not await _first_of(self._heartbeat_s, arrived, stream.ended):
                await beat()
            else:
                await _first_of(GAP_S, stream.ended)

    async def _in_thread(self, stream: _Stream, look: Callable[[], Any]) -> Any:
        def inside() -> Any:
            # What stands in an answer depends on where the app reached us.
            with self._flask().test_request_context("/", base_url=stream.base_url):
                return look()

        with suppress(SwarmfeedError):  # not now: the next look finds it
            return await asyncio.get_running_loop().run_in_executor(self._threads, inside)

    async def _read(self) -> None:
        async for change in self._changes():
            if change.name in TOLD:
                arrived, self._arrived = self._arrived, asyncio.Event()
                arrived.set()


def _parsed(text: str) -> dict[str, str] | None:
    """What an app says over a WebSocket; None when it is no object of texts."""
    try:
        asked = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(asked, dict) and all(isinstance(each, str) for each in asked.values())
    return asked if is_one else None


def _query(scope: Any) -> dict[str, str]:
    try:
        found = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=16)
    except ValueError:  # more fields than any app has
        return {}
    return {name: each[-1] for name, each in found.items() if name != "type"}


def _token(scope: Any) -> str:
    """From the query, the header, or what a browser can say of a WebSocket: its subprotocol."""
    said = (
        bearer("".join(values(scope, b"authorization"))),
        _query(scope).get("access_token", ""),
        *scope.get("subprotocols", ()),
    )
    return next(filter(None, said), "")


def _error(sentence: str) -> bytes:
    return json.dumps({"error": sentence}).encode()


async def _answer(
    send: Any,
    status: int,
    body: bytes,
    kind: bytes,
    more: Sequence[tuple[bytes, bytes]],
) -> None:
    headers = [*HEADER_LIST, (b"content-type", kind), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _send_text(send: Any, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _send_frame(send: Any, told: dict[str, Any]) -> None:
    await send({"type": "websocket.send", "bytes": None, "text": json.dumps(told)})


async def _nothing() -> None:
    """A WebSocket has pings of its own."""


async def _left(receive: Any, ended: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    ended.set()


async def _first_of(timeout_s: float, *events: asyncio.Event) -> bool:
    """Whether one of the events came within the time."""
    waiting: Sequence[Any] = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        done, _ = await asyncio.wait(
            waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
        )
        return bool(done)
    finally:
        for task in waiting:
            task.cancel()
