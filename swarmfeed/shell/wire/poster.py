"""Posts to places on the web.

One request on each connection.  Time and bytes of an answer are bounded, nothing is followed
elsewhere, and whose certificate does not say its name gets nothing.
"""

import asyncio
import ssl
from contextlib import suppress

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import (
    WEB_HEAD_BYTES_MAX,
    WEB_REPLY_BYTES_MAX,
    WEB_WITHIN_S,
)
from swarmfeed.core.net.web import WebPlace
from swarmfeed.errors import RetryError
from swarmfeed.ports.poster import WebReply
from swarmfeed.shell.wire.proxied import open_name_by_proxy
from swarmfeed.shell.wire.speaking import NoHttpError, Request, TooLongError, speak


class WebPoster:
    """Implements ``ports.Poster``; belongs to one asyncio loop."""

    def __init__(self, proxy: Endpoint | None = None, within_s: float = WEB_WITHIN_S) -> None:
        """``proxy``: by which it goes, names included."""
        self._proxy = proxy
        self._within_s = within_s

    async def post(self, place: WebPlace, body: bytes) -> WebReply:
        try:
            async with asyncio.timeout(self._within_s):
                return await self._post(place, body)
        except TimeoutError as error:
            raise RetryError("it did not answer in time") from error
        except ssl.SSLCertVerificationError as error:
            raise RetryError(f"its certificate is not good: {error.verify_message}") from error
        except OSError as error:
            raise RetryError(f"it is not reached: {error.strerror or error}") from error
        except NoHttpError as error:
            raise RetryError(f"it does not speak HTTP: {error}") from error
        except TooLongError as error:
            raise RetryError("its answer is too long") from error

    async def _post(self, place: WebPlace, body: bytes) -> WebReply:
        reader, writer = await self._open(place)
        try:
            kind = ("Content-Type", "text/plain; charset=utf-8")
            spoken = await speak(
                reader,
                writer,
                Request("POST", place, [kind], body),
                head_bytes_max=WEB_HEAD_BYTES_MAX,
                body_bytes_max=WEB_REPLY_BYTES_MAX,
            )
            return WebReply(spoken.status, spoken.body)
        finally:
            writer.close()
            with suppress(OSError):
                writer.transport.abort()

    async def _open(self, place: WebPlace) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = ssl.create_default_context() if place.is_tls else None
        if self._proxy is None:
            return await asyncio.open_connection(place.host, place.port, ssl=context)
        raw = await open_name_by_proxy(self._proxy, place.host, place.port)
        name = place.host if place.is_tls else None
        return await asyncio.open_connection(sock=raw, ssl=context, server_hostname=name)
