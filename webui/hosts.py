"""The names a page answers to: those of the machine, and one of its own that is secret.

Cookies do not know ports: what is set for 127.0.0.1 goes to every server there.  So a browser
is logged in at ``NAME.localhost`` only, a host nobody else is on, and NAME is told to nobody
but the person: neither in a redirect nor in a refusal.  See ADR 23.

Source: RFC 6761, section 6.3 (every name that ends in .localhost is this machine).
"""

import base64
import secrets
from typing import Final

LISTENING: Final = ("127.0.0.1", "::1")
"""Both are ours, as a browser tries both for one name: who had the other one on the same
port would be taken for us."""

NAME_BYTES: Final = 10
"""80 random bits, 16 letters and digits: nobody finds it by trying."""


def new_name() -> str:
    """Return the name of a host nobody knows yet."""
    return base64.b32encode(secrets.token_bytes(NAME_BYTES)).decode("ascii").lower()


def own_host(name: str, port: int) -> str:
    """Return the Host header of the host where browsers are logged in."""
    return f"{name}.localhost:{port}"


def machine_hosts(port: int) -> frozenset[str]:
    """Return the Host headers of the machine: for programs, and nobody is logged in there."""
    return frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
