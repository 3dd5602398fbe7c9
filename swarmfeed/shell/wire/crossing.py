"""A socket that both ends connect at once, through routers that let nobody in.

Source: RFC 9293, 3.5 (simultaneous open); RFC 5382 (what routers do with it).

Each end connects from the port of a link that it has to somebody else, because routers show one
port outside for it, whoever is called.  What a router takes for an answer it lets in.
"""

import asyncio
import socket
from typing import Protocol

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.relay.limits import PUNCH_AGAIN_S, PUNCH_FOR_S
from swarmfeed.errors import RetryError


class HasOptions(Protocol):
    """What ``asyncio`` shows of a transport's socket."""

    def setsockopt(self, level: int, name: int, value: int, /) -> None: ...


def share_port(raw: HasOptions) -> None:
    """Let the port of a socket be bound once more, by another that says the same."""
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


async def connect_both(
    near: Endpoint, far: Endpoint, for_s: float = PUNCH_FOR_S
) -> socket.socket:
    """Connect from ``near`` to an end that does the same the other way round.

    A refusal says that the other one has not begun yet, or that its router speaks up for it.

    Raises:
        RetryError: They did not meet in time, or the port cannot be shared here.
    """
    reason = "nobody met us there"
    try:
        async with asyncio.timeout(for_s):
            while True:
                try:
                    return await _connect(near, far)
                except OSError as error:
                    reason = str(error.strerror or error)
                await asyncio.sleep(PUNCH_AGAIN_S)
    except TimeoutError as error:
        raise RetryError(f"{far}: {reason}") from error


async def _connect(near: Endpoint, far: Endpoint) -> socket.socket:
    family = socket.AF_INET6 if ":" in far.host else socket.AF_INET
    raw = socket.socket(family, socket.SOCK_STREAM)
    try:
        share_port(raw)
        raw.setblocking(False)
        raw.bind((near.host, near.port))
        await asyncio.get_running_loop().sock_connect(raw, (far.host, far.port))
    except BaseException:
        raw.close()
        raise
    return raw
