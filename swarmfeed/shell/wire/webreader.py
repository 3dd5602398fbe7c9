"""Reads sites of the public web, and is led nowhere else.

    name      looked up by us, once; each of its addresses is judged (``core.net.reach``)
    dialled   is the address that was judged, never the name again (no DNS rebinding)
    redirects are judged like what a person typed, each of them, and are counted; so one from
              https may lead on to http
    tags      of a version go back to the host that gave them, and to none it sends on to
    bytes     are counted as they come, and again as they unpack
    time      is that of the whole look, from the first name to the last byte

By a proxy the proxy looks names up, and where they lead is not seen from here: that a name is
none of the public web, or an address is not public, is refused all the same.

Nothing is sent but what the request needs: no cookie, no language, no page it came from.
"""

import asyncio
import ssl
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from socket import SOCK_STREAM, gaierror, getaddrinfo
from typing import Final

import swarmfeed
from swarmfeed.core.base.texts import said_by
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.reach import is_address, is_public
from swarmfeed.core.net.web import WebPlace
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.addresses import host_of, join_address, place_of
from swarmfeed.core.webfeeds.keeping import moved_for_good
from swarmfeed.core.webfeeds.limits import (
    ADDRESSES_MAX,
    CONNECTED_WITHIN_S,
    FETCHED_BYTES_MAX,
    FETCHED_HEAD_BYTES_MAX,
    FETCHED_WITHIN_S,
    LOOKS_AT_ONCE,
    REDIRECTS_MAX,
)
from swarmfeed.errors import RetryError, UserError
from swarmfeed.ports.web import WebAnswer
from swarmfeed.shell.wire.proxied import open_name_by_proxy
from swarmfeed.shell.wire.speaking import NoHttpError, Request, Spoken, TooLongError, speak

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

Lookup = Callable[[str, int], list[str]]
"""Returns the addresses of a name; runs in a thread, raises OSError."""

_SENT_ON: Final = (301, 302, 303, 307, 308)
_UNPACKS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""How zlib is told which of its wrappers to expect."""
_HEADERS: Final = (
    ("User-Agent", f"swarmfeed/{swarmfeed.__version__} (reads feeds for one person)"),
    (
        "Accept",
        "application/atom+xml, application/rss+xml, application/feed+json,"
        " application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1",
    ),
    ("Accept-Encoding", "gzip"),
)


def _look_up(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in getaddrinfo(host, port, type=SOCK_STREAM)]


class PublicWebReader:
    """Implements ``ports.web.WebReader``; belongs to one asyncio loop."""

    def __init__(
        self,
        proxy: Endpoint | None = None,
        *,
        may_dial: Callable[[str], bool] = is_public,
        look_up: Lookup = _look_up,
        within_s: float = FETCHED_WITHIN_S,
    ) -> None:
        """``may_dial`` judges addresses; tests alone give another one, for loopback."""
        self._proxy = proxy
        self._may_dial = may_dial
        self._look_up = look_up
        self._within_s = within_s
        # Names that nobody answers for keep a thread for half a minute: not one of the loop's.
        self._threads = ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="names")

    async def read(self, url: str, *, etag: str = "", modified: str = "") -> WebAnswer:
        tags = (("If-None-Match", etag), ("If-Modified-Since", modified))
        known = [(name, tag) for name, tag in tags if tag]
        at, host = url, host_of(url)
        hops: list[tuple[int, str]] = []
        try:
            async with asyncio.timeout(self._within_s):
                for _ in range(REDIRECTS_MAX + 1):
                    is_host = host_of(at) == host
                    spoken = await self._ask(at, [*_HEADERS, *(known if is_host else ())])
                    there = spoken.headers.get("location", "")
                    if spoken.status not in _SENT_ON or not there:
                        answer = _answer(spoken, at)._replace(moved=moved_for_good(url, hops))
                        return answer if is_host else answer._replace(etag="", modified="")
                    at = join_address(at, there)
                    hops.append((spoken.status, at))
        except TimeoutError as error:
            raise RetryError(sentences.TOO_SLOW(host=host_of(at))) from error
        except UserError as error:  # a redirect to no place of the web
            raise RetryError(said_by(error)) from error
        raise RetryError(sentences.TOO_MANY_REDIRECTS(host=host))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    # --- inside ---

    async def _ask(self, url: str, headers: list[tuple[str, str]]) -> Spoken:
        place = place_of(url)
        try:
            reader, writer = await self._open(place)
            try:
                return await speak(
                    reader,
                    writer,
                    Request("GET", place, headers),
                    head_bytes_max=FETCHED_HEAD_BYTES_MAX,
                    body_bytes_max=FETCHED_BYTES_MAX,
                )
            finally:
                writer.close()
                with suppress(OSError):
                    writer.transport.abort()
        except TooLongError as error:
            raise RetryError(sentences.TOO_LONG(host=place.host)) from error
        except NoHttpError as error:
            raise RetryError(sentences.NO_HTTP(host=place.host, reason=error)) from error
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message
            raise RetryError(sentences.BAD_CERTIFICATE(host=place.host, reason=why)) from error
        except TimeoutError:  # an OSError too, and of the whole look
            raise
        except OSError as error:
            why = error.strerror or str(error)
            raise RetryError(sentences.NOT_REACHED(host=place.host, reason=why)) from error

    async def _open(self, place: WebPlace) -> Streams:
        context = ssl.create_default_context() if place.is_tls else None
        name = place.host if place.is_tls else None
        if is_address(place.host) and not self._may_dial(place.host):
            raise RetryError(sentences.NOT_PUBLIC(host=place.host))
        if self._proxy is not None:
            raw = await open_name_by_proxy(self._proxy, place.host, place.port)
            return await asyncio.open_connection(sock=raw, ssl=context, server_hostname=name)
        addresses = await self._addresses(place)
        for number, address in enumerate(addresses, start=1):
            try:
                async with asyncio.timeout(CONNECTED_WITHIN_S):
                    return await asyncio.open_connection(
                        address, place.port, ssl=context, server_hostname=name
                    )
            except ssl.SSLCertVerificationError:
                raise
            except (OSError, TimeoutError):
                if number == len(addresses):
                    raise
        raise AssertionError("there is an address, and each returns or raises")

    async def _addresses(self, place: WebPlace) -> list[str]:
        """The public addresses of a name.  RetryError: it has none."""
        if is_address(place.host):
            return [place.host]
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._threads, self._look_up, place.host, place.port
            )
        except (gaierror, UnicodeError) as error:
            raise RetryError(sentences.NO_SUCH_NAME(host=place.host)) from error
        public = [each for each in dict.fromkeys(found) if self._may_dial(each)]
        if not public:
            raise RetryError(sentences.NOT_PUBLIC(host=place.host))
        return public[:ADDRESSES_MAX]


def _answer(spoken: Spoken, url: str) -> WebAnswer:
    headers = spoken.headers
    packing = headers.get("content-encoding", "").strip().lower()
    return WebAnswer(
        status=spoken.status,
        url=url,
        body=b"".join(_unpacked(spoken.body, packing, host_of(url))),
        type=headers.get("content-type", ""),
        etag=headers.get("etag", ""),
        modified=headers.get("last-modified", ""),
        retry_after=headers.get("retry-after", ""),
    )


def _unpacked(body: bytes, packing: str, host: str) -> Iterator[bytes]:
    """The bytes as they were before they were packed.  RetryError: too many, or broken."""
    if packing in ("", "identity") or not body:
        yield body
        return
    if packing not in _UNPACKS:
        raise RetryError(sentences.UNREADABLE(host=host))
    unpacking = zlib.decompressobj(_UNPACKS[packing])
    try:
        yield unpacking.decompress(body, FETCHED_BYTES_MAX)
    except zlib.error as error:
        raise RetryError(sentences.UNREADABLE(host=host)) from error
    if unpacking.unconsumed_tail:
        raise RetryError(sentences.TOO_LONG(host=host))
