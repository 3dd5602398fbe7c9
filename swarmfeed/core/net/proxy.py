"""A SOCKS5 proxy that all goes by which leads to others (RFC 1928)."""

import re
from typing import Final

from swarmfeed.core.base.spelling import read_host
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net import sentences
from swarmfeed.core.net.reach import is_everywhere
from swarmfeed.errors import BadEncodingError, UserError

_URL: Final = re.compile(r"socks5h?://(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})/?")

ALONE: Final = "127.0.0.1"
"""Where sockets are bound that nobody outside of this machine is to reach."""


def read_proxy(url: str) -> Endpoint | None:
    """Read ``socks5://HOST:PORT``; None: it is empty, and there is no proxy.

    Raises:
        UserError: It is something else: a name would have to be looked up beside the proxy, and
            no user is told to it.
    """
    if not url:
        return None
    match = _URL.fullmatch(url.strip())
    if match is None or not 0 < int(match[3]) < 2**16:
        raise UserError(sentences.NO_PROXY(typed=url))
    try:
        return Endpoint(read_host((match[1] or match[2]).encode()), int(match[3]))
    except BadEncodingError as error:
        raise UserError(sentences.NO_PROXY(typed=url)) from error


def door(listen_host: str, proxy: Endpoint | None) -> str:
    """Return the address to bind to: who listens everywhere, and goes by a proxy, is not to be
    found beside it."""
    return ALONE if proxy is not None and is_everywhere(listen_host) else listen_host
