"""Where something is on the web."""

import re
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.spelling import read_host
from swarmfeed.core.net import sentences
from swarmfeed.core.net.reach import is_everywhere
from swarmfeed.errors import BadEncodingError, UserError

WEB_ADDRESS: Final = re.compile(
    r"https?://([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::\d{1,5})?(?:[/?#][!-~]*)?",
    re.ASCII | re.IGNORECASE,
)
"""What is an address of the web and nothing else, and its host: no name of somebody before it,
no sign that looks like another."""


class WebPlace(Struct, frozen=True, kw_only=True):
    """Where to ask, or to post to."""

    is_tls: bool
    host: str
    """A name, or an IP address."""
    port: int
    path: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' * self.is_tls}://{host}:{self.port}{self.path}"


def require_tls_address(address: str, port: int) -> None:
    """Raise UserError unless apps can be told to find a page at this address by https.

    Args:
        address: Beside those of the machine itself; empty: none.
        port: 0: there is no such door.
    """
    if not address:
        return
    try:
        is_one = not is_everywhere(read_host(address.encode()))
    except BadEncodingError:
        is_one = False
    if not is_one:
        raise UserError(sentences.NO_TLS_ADDRESS(typed=address))
    if not port:
        raise UserError(sentences.NO_TLS_PORT())
