"""swarmfeed that knows no name but those of one site on this machine: it asks nobody outside.

``python -m tools.ordeals.page.sheltered`` is the whole program, but that every name of the web
is that of a place on loopback, and that its reader of the web may dial there alone.
"""

import socket
from functools import partial
from typing import Final

from swarmfeed import online
from swarmfeed.cli.main import main
from swarmfeed.shell.wire.webreader import PublicWebReader

SITE_HOST: Final = "127.190.0.1"
"""Nodes have addresses from 127.192 on."""

_look_up = socket.getaddrinfo


def look_up_numbers(host: str | bytes | None, *more: object, **named: object) -> object:
    """As ``getaddrinfo``, but that nobody is asked for a name."""
    if host == "localhost":
        host = "127.0.0.1"
    return _look_up(host, *more, **named | {"flags": socket.AI_NUMERICHOST})  # type: ignore[arg-type]


if __name__ == "__main__":
    socket.getaddrinfo = look_up_numbers  # type: ignore[assignment]
    online.PublicWebReader = partial(  # type: ignore[attr-defined, assignment]
        PublicWebReader, may_dial=SITE_HOST.__eq__, look_up=lambda host, port: [SITE_HOST]
    )
    main()
