"""A home: what stands in it, and what is told of one that was made, or is in use.

Plain data between whoever opens homes and the commands: loading it costs nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.types import Endpoint


class SecureAt(Struct, frozen=True, kw_only=True):
    """Where apps find the page's API by https, and how they know that it is this one."""

    url: str
    fingerprint: str
    """SHA-256 of its certificate, as browsers show it."""


class Ready(Struct, frozen=True, kw_only=True):
    """A node that was started says how it is reached."""

    page_link: str
    """``http://127.0.0.1:...`` with a key that logs a browser in once."""

    link: str
    """``swarmfeed:`` link of its author, with the endpoints of this node."""

    link_port: int = 0
    """Where links of others are taken; 0: nobody is to know."""

    trouble: str = ""
    """Why nothing can be written, and what to do; empty while something can."""

    secure: SecureAt | None = None
    """None: apps find it by http alone."""


class Begun(Struct, frozen=True, kw_only=True):
    """A home that the page of a first start made, or opened: its node is to go on there."""

    __repr__ = hiding("passphrase")

    passphrase: str
    sockets: Sequence[Any]
    """That listen on the page's port."""


class Created(Struct, frozen=True, kw_only=True):
    """A home that was just made."""

    whoami: Whoami

    author_words: str
    """24 words of the author key, with spaces between: the only way back to being this
    author when the disk is gone."""

    next_words: str
    """24 words of the key that takes over if the author key is ever stolen."""

    sheet_link: str
    """What stands on both sheets: the author's address, and what a new machine that reaches
    nobody needs beside the words."""


class Restored(Struct, frozen=True, kw_only=True):
    """An author who is here again."""

    whoami: Whoami
    entries: int = 0
    """That others were seen to have of what was written before."""
    devices: int = 0
    """How many wrote them."""
    at: tuple[Endpoint, ...] = ()
    """Where to ask first."""


class Joining(Struct, frozen=True, kw_only=True):
    """How a new machine waits to become a device."""

    device: str
    """What it is called; may be empty."""
    listen: str
    """Address on which it waits."""
    port: int
    """TCP port there; 0: any."""
    at: tuple[Endpoint, ...]
    """Where others reach it; empty: at the addresses of this machine."""


class Invited(Struct, frozen=True, kw_only=True):
    """A new machine waits to become a device."""

    link: str
    minutes: int
    """How long it waits."""


def key_path(home: Path) -> Path:
    """Where a home keeps its seeds; there is no author before this file is."""
    return home / "keys"


def page_path(home: Path) -> Path:
    """Where a running node says how its own programs reach it: a JSON object, mode 0600,
    with ``url`` of the page, ``key`` for the API and ``pid``; gone when it stops."""
    return home / "run" / "page.json"
