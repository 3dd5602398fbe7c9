"""The port of the page, on both addresses of this machine.

A browser that is told ``NAME.localhost`` tries ``::1`` and 127.0.0.1.  A port of which another
program has one half is therefore no port for us: it would receive what is meant for us.
"""

import asyncio
import errno
from contextlib import suppress
from typing import Any, Final

from swarmfeed.errors import UserError

from webui.hosts import LISTENING

Socket = Any
"""A ``socket.socket`` that the loop opened; this room does without that library itself."""

TRIES_MAX: Final = 16
"""How often the system is asked for a free port before its other half is free as well."""

_TAKEN: Final = frozenset({errno.EADDRINUSE, errno.EACCES})
"""Everything else says that this machine does without IPv6; then no browser tries it either."""


async def listen_also(port: int, address: str) -> list[Socket]:
    """Return the same for one port, and a socket for another address if one is named."""
    sockets = await listen(port)
    if address and address not in LISTENING:
        try:
            sockets.append(await _listen(address, port))
        except OSError as error:
            for each in sockets:
                each.close()
            raise _refused(address, port, error) from error
    return sockets


async def listen(port: int) -> list[Socket]:
    """Return listening sockets of one port, the one for 127.0.0.1 first.

    Args:
        port: 0 takes any that is free.

    Raises:
        UserError: The port is taken, on one of the two addresses.
    """
    for _ in range(0 if port else TRIES_MAX):
        with suppress(UserError):
            return await _listen_on_both(port)
    return await _listen_on_both(port)


async def _listen_on_both(port: int) -> list[Socket]:
    first, second = LISTENING
    try:
        ours = await _listen(first, port)
    except OSError as error:
        raise _refused(first, port, error) from error
    port = int(ours.getsockname()[1])
    try:
        return [ours, await _listen(second, port)]
    except OSError as error:
        if error.errno in _TAKEN:
            ours.close()
            raise _refused(second, port, error) from error
        return [ours]


async def _listen(host: str, port: int) -> Socket:
    loop = asyncio.get_running_loop()
    bound = await loop.create_server(asyncio.Protocol, host, port, start_serving=False)
    if not bound.sockets:
        raise OSError(errno.EAFNOSUPPORT, "no such addresses")
    listening = bound.sockets[0].dup()
    bound.close()
    # From here on connections wait their turn; uvicorn accepts them in a moment.
    listening.listen()
    return listening


def _refused(host: str, port: int, error: OSError) -> UserError:
    return UserError(
        f"the page cannot listen on {host}:{port}: {error.strerror}; choose another port"
    )
