"""What people type, turned into values: authors, endpoints, sizes, cursors."""

import ipaddress
import re
import socket
import sys
from typing import Any, BinaryIO, Final

import click

from swarmfeed.cli.whom import Name, Whom
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.core.asks.input_sentences import INPUT_TOO_LONG, STANDARD_INPUT
from swarmfeed.core.asks.sentences import what_a_link_is
from swarmfeed.core.asks.utf8 import read_utf8, require_whole
from swarmfeed.core.base.address import SCHEME, Link, parse_link
from swarmfeed.core.base.sizes import parse_size
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import UserError

PORT_MAX: Final = 65_535

STDIN: Final = "-"
"""Stands for what standard input holds."""

_LIKE_AN_ADDRESS: Final = re.compile(r"[a-z0-9]{40,}(\?.*)?", re.IGNORECASE | re.ASCII)
_HOST_PORT: Final = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+)):(\d{1,5})", re.ASCII)
_POST: Final = re.compile(r"\d{1,19}|[a-z2-7]{56}/\d{1,10}", re.ASCII)

PORT: Final = click.IntRange(0, PORT_MAX)


class TextParam(click.ParamType[str]):
    """What a person typed: UTF-8, whole."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> str:
        what = param.human_readable_name if param else self.name
        try:
            return require_whole(str(value), what)
        except UserError as error:
            self.fail(str(error), param, ctx)


class WhomParam(click.ParamType[Whom]):
    """A ``swarmfeed:`` link, a bare address, or a name."""

    name = "WHOM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Whom:
        if isinstance(value, Link | Name):
            return value
        try:
            typed = require_whole(str(value), "the name").strip()
            return _link(typed) if is_address(typed) else Name(typed)
        except UserError as error:
            self.fail(str(error), param, ctx)


class PostOrWhomParam(click.ParamType[Whom | str]):
    """What names a post, as it was typed: a number, FEED/INDEX; or whom somebody means."""

    name = "WHOM|NUMBER"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Whom | str:
        if isinstance(value, str) and _POST.fullmatch(value.strip()):
            return value.strip()
        return WhomParam().convert(value, param, ctx)


def read_stdin(bytes_max: int) -> str:
    """Return what standard input holds.  UserError: it is longer, or no UTF-8."""
    # Bytes, because Python would hand on half of what is no UTF-8.
    return read_source(sys.stdin.buffer, bytes_max, STANDARD_INPUT())


def read_source(source: BinaryIO, bytes_max: int, what: str) -> str:
    """Return the text of a file, which a message calls ``what``.

    Raises:
        UserError: It is longer, or no UTF-8.
    """
    raw = source.read(bytes_max + 1)
    if len(raw) > bytes_max:
        raise UserError(INPUT_TOO_LONG(what=what, most=bytes_max))
    return require_whole(read_utf8(raw, what), what)


def _link(typed: str) -> Link:
    try:
        return parse_link(typed)
    except UserError as error:
        raise UserError(what_a_link_is(str(error))) from error


def is_address(typed: str) -> bool:
    """Whether this has to be a link or an address, be it a mistyped one: no name is so long,
    and of small letters and digits alone."""
    starts = typed.lower().startswith((SCHEME, "http://", "https://", "magnet:"))
    return starts or _LIKE_AN_ADDRESS.fullmatch(typed) is not None


class EndpointParam(click.ParamType[Endpoint]):
    """``203.0.113.7:4000``, ``[2001:db8::1]:4000`` or ``name.example:4000``."""

    name = "HOST:PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Endpoint:
        if isinstance(value, Endpoint):
            return value
        match = _HOST_PORT.fullmatch(value)
        if match is None or not 0 < int(match[3]) <= PORT_MAX:
            self.fail(f"{value!r} is not HOST:PORT", param, ctx)
        try:
            return Endpoint(_resolve(match[1] or match[2]), int(match[3]))
        except (OSError, UnicodeError):
            self.fail(f"nobody knows the address of {value!r}", param, ctx)


class SizeParam(click.ParamType[int]):
    """``500M``, ``20 GB``, ``1.5T``: bytes, in powers of a thousand as disks are sold."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> int:
        if isinstance(value, int):
            return value
        try:
            return parse_size(value)
        except UserError as error:
            self.fail(str(error), param, ctx)


class CursorParam(click.ParamType[Cursor]):
    """A ``cursor`` as posts carry it."""

    name = "CURSOR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: Any) -> Cursor:
        if isinstance(value, Cursor):
            return value
        try:
            return parse_cursor(value)
        except UserError:
            self.fail(f"{value!r} is not the cursor of a post", param, ctx)


def _resolve(host: str) -> str:
    """Return the canonical text of an address, looked up when ``host`` is a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        # IPv4 first: the swarm and most homes reach it in any case.
        chosen = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        return str(ipaddress.ip_address(chosen[4][0]))
