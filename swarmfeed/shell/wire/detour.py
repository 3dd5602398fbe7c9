"""A link's bytes by way of a stream: two sockets of this process, and what goes between.

    TLS, WebSocket <-> one socket | the other <-> stream <-> somebody who passes it on

So a link over a stream is made by the same code, and with the same handshake, as any other.
"""

import asyncio
from contextlib import suppress
from socket import socket as RawSocket
from socket import socketpair
from typing import Final

from swarmfeed.errors import RetryError
from swarmfeed.ports import Stream

_PIECE_BYTES: Final = 16_384
"""Read from the socket at once: a record of TLS (RFC 8446, 5.1)."""

_LAST_WORDS_S: Final = 2
"""How long what came before the end may take to be read: a goodbye."""


class Detours:
    """Carries bytes between streams and sockets; belongs to one asyncio loop."""

    def __init__(self) -> None:
        self._carried: dict[asyncio.Task[None], Stream] = {}

    async def join(self, stream: Stream) -> RawSocket:
        """Return a socket whose bytes go by the stream; one ends with the other.

        RetryError when no descriptor is left; the stream is closed then.
        """
        try:
            near, far = socketpair()
        except OSError as error:
            stream.close()
            raise RetryError(f"no socket for a stream: {error.strerror}") from error
        near.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=far, limit=_PIECE_BYTES)
        task = asyncio.create_task(_carry(stream, reader, writer))
        self._carried[task] = stream
        task.add_done_callback(self._carried.pop)
        return near

    async def stop(self) -> None:
        """End all that are left."""
        for stream in self._carried.values():
            stream.close()
        await asyncio.gather(*self._carried, return_exceptions=True)


async def _carry(
    stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Carry both ways until either end closes."""
    ways = [
        asyncio.create_task(_to_stream(reader, stream)),
        asyncio.create_task(_from_stream(stream, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        stream.close()
        writer.close()
        await _until_flushed(writer)


async def _until_flushed(writer: asyncio.StreamWriter) -> None:
    """Let the last bytes through; who does not read them has no more than a moment."""
    with suppress(OSError):
        try:
            async with asyncio.timeout(_LAST_WORDS_S):
                await writer.wait_closed()
        except TimeoutError:
            writer.transport.abort()
            await writer.wait_closed()


async def _to_stream(reader: asyncio.StreamReader, stream: Stream) -> None:
    with suppress(RetryError, OSError):
        while data := await reader.read(_PIECE_BYTES):
            await stream.write(data)


async def _from_stream(stream: Stream, writer: asyncio.StreamWriter) -> None:
    with suppress(RetryError, OSError):
        while data := await stream.read():
            writer.write(data)
            await writer.drain()
