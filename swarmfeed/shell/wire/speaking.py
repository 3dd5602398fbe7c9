"""HTTP, as who asks: here alone ``h11`` is imported.

One request on each connection; the answer is read to its end, and no further than a bound.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import h11

from swarmfeed.core.net.web import WebPlace

_READ_BYTES: Final = 16_384


class NoHttpError(Exception):
    """What came is not HTTP; says how."""


class TooLongError(Exception):
    """The answer is longer than is read."""


class Request(NamedTuple):
    """One request."""

    method: str
    place: WebPlace
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


class Spoken(NamedTuple):
    """One answer."""

    status: int
    headers: dict[str, str]
    """By lower-case names, the first of each."""
    body: bytes


async def speak(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    asked: Request,
    *,
    head_bytes_max: int,
    body_bytes_max: int,
) -> Spoken:
    """Ask, and read the answer.  The caller bounds the time, and closes.

    Raises:
        NoHttpError: It is none.
        TooLongError: Its body is longer than ``body_bytes_max``.
        OSError: The connection broke.
    """
    speaking = h11.Connection(h11.CLIENT, head_bytes_max)
    try:
        request = h11.Request(
            method=asked.method, target=asked.place.path, headers=_headers(asked)
        )
        for event in (request, h11.Data(data=asked.body), h11.EndOfMessage()):
            writer.write(speaking.send(event) or b"")
        await writer.drain()
        return await _answer(speaking, reader, body_bytes_max)
    except h11.ProtocolError as error:
        raise NoHttpError(str(error)) from error


def _headers(asked: Request) -> list[tuple[str, str]]:
    place = asked.place
    host = f"[{place.host}]" if ":" in place.host else place.host
    is_usual = place.port == (443 if place.is_tls else 80)
    length = [("Content-Length", str(len(asked.body)))] if asked.method == "POST" else []
    return [
        ("Host", host if is_usual else f"{host}:{place.port}"),
        *asked.headers,
        *length,
        ("Connection", "close"),
    ]


async def _answer(
    speaking: h11.Connection, reader: asyncio.StreamReader, bytes_max: int
) -> Spoken:
    status, headers, body = 0, dict[str, str](), bytearray()
    while True:
        event = speaking.next_event()
        if event is h11.NEED_DATA:
            speaking.receive_data(await reader.read(_READ_BYTES))
        elif isinstance(event, h11.Response):
            status = event.status_code
            for name, value in event.headers:
                headers.setdefault(name.decode("latin-1"), value.decode("latin-1"))
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > bytes_max:
                raise TooLongError
        elif isinstance(event, h11.EndOfMessage):
            return Spoken(status, headers, bytes(body))
