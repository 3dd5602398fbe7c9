"""Addresses and links: how people hand each other an author.

    address   base32(id (32) || checksum (2) || version (1)), lower case, 56 characters
    checksum  SHA3-256("swarmfeed address" || id || version)[:2]
    version   0x01 of a feed's or a node's public key, 0x02 of an author id
    link      swarmfeed:<author address>?name=NAME&at=host:port&at=[host]:port&next=HASH

The shape of an address is that of Tor v3 onion names: a mistyped one is refused.  In a link
the query is percent-encoded, and ``at`` repeats; keys it does not know are ignored.  ``next``
stands on the author's own sheets only: SHA-256 of the author key that may take over, in base32
without padding, lower case, 52 characters.
"""

import re
from base64 import b32decode, b32encode
from functools import lru_cache
from hashlib import sha3_256
from ipaddress import ip_address
from typing import Final
from unicodedata import category
from urllib.parse import parse_qsl, quote

from msgspec import Struct

from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.limits import (
    ADDRESSES_KEPT_MAX,
    ENDPOINTS_MAX,
    HASH_BYTES,
    KEY_BYTES,
    LINK_CHARS_MAX,
    NAME_CHARS_MAX,
)
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.errors import UserError

SCHEME: Final = "swarmfeed:"
_LINK_LINE: Final = re.compile(rf"^\s*({SCHEME}\S+)\s*$", re.MULTILINE)

ADDRESS_CHARS: Final = 56
"""Length of an address: 35 bytes in base32, which needs no padding."""

_OF_KEY: Final = b"\x01"
_OF_AUTHOR: Final = b"\x02"
_MEANT: Final = {_OF_KEY: "a feed or a machine", _OF_AUTHOR: "a person"}
_ALPHABET: Final = frozenset("abcdefghijklmnopqrstuvwxyz234567")
_stray_percent: Final = re.compile("%(?![0-9A-Fa-f]{2})").search
_PARAMETERS_MAX: Final = ENDPOINTS_MAX + 8
"""Parameters a link may have: its own, and a few that later versions may add."""


class Link(Struct, frozen=True):
    """An author, what they are called, and where a node that knows them may be."""

    author_id: AuthorId
    name: str = ""
    """What the link says; empty when it says nothing."""
    at: tuple[Endpoint, ...] = ()
    """Peer links to try first, at most ENDPOINTS_MAX."""
    next_key_hash: Hash | None = None
    """SHA-256 of the author key that may take over, on the author's own sheets; else None."""


def format_address(key: FeedId | NodeId) -> str:
    """Return the address of a feed's or a node's public key (32 bytes)."""
    return _format(key, _OF_KEY)


def format_author(author_id: AuthorId) -> str:
    """Return the address of an author (32 bytes)."""
    return _format(author_id, _OF_AUTHOR)


def parse_address(text: str) -> bytes:
    """Return the public key of a feed or a node, 32 bytes.

    White space around and upper case are forgiven.

    Raises:
        UserError: Which says whether length, a character, version or checksum is wrong.
    """
    return _parse(text, _OF_KEY)


def parse_author(text: str) -> AuthorId:
    """Return the author that an address names.  Forgives and raises as ``parse_address``."""
    return AuthorId(_parse(text, _OF_AUTHOR))


@lru_cache(ADDRESSES_KEPT_MAX)
def _format(key: bytes, version: bytes) -> str:
    if len(key) != KEY_BYTES:
        raise ValueError(f"key is {len(key)} bytes, not {KEY_BYTES}")
    return b32encode(key + _checksum(key, version) + version).decode("ascii").lower()


def _parse(text: str, wanted: bytes) -> bytes:
    address = text.strip()
    if len(address) != ADDRESS_CHARS:
        raise UserError(
            f"An address has {ADDRESS_CHARS} characters, this one has {len(address)}."
        )
    return _read(address.lower() if address.isascii() else address, wanted)


@lru_cache(ADDRESSES_KEPT_MAX)
def _read(address: str, wanted: bytes) -> bytes:
    for position, character in enumerate(address, start=1):
        if character not in _ALPHABET:
            raise UserError(
                f"Character {position} of the address is {character!a};"
                " only a-z and 2-7 occur in one."
            )
    return _split_address(b32decode(address.upper()), wanted)


def _split_address(raw: bytes, wanted: bytes) -> bytes:
    key, checksum, version = raw[:32], raw[32:34], raw[34:]
    if checksum != _checksum(key, version):
        raise UserError("The address is mistyped: its checksum does not match.")
    if version not in _MEANT:
        raise UserError(
            f"The address is of version {version[0]}; this swarmfeed knows versions 1 and 2."
        )
    if version != wanted:
        old = (
            " People of swarmfeed 0.1 had such addresses, and have others now."
            if wanted == _OF_AUTHOR
            else ""
        )
        raise UserError(
            f"The address is that of {_MEANT[version]}, not of {_MEANT[wanted]}.{old}"
        )
    return key


def _checksum(key: bytes, version: bytes) -> bytes:
    return sha3_256(b"swarmfeed address" + key + version).digest()[:2]


def format_link(link: Link) -> str:
    """Return the link, at most LINK_CHARS_MAX characters.

    Endpoints that no longer fit beside a long name are left out, last ones first.
    """
    if len(link.name) > NAME_CHARS_MAX:
        raise ValueError(f"name is {len(link.name)} characters, at most {NAME_CHARS_MAX}")
    text = SCHEME + format_author(link.author_id)
    parameters = [f"name={quote(link.name, safe='')}"] if link.name else []
    if link.next_key_hash is not None:
        parameters.append(f"next={_base32(link.next_key_hash)}")
    parameters += [f"at={quote(str(at), safe=':')}" for at in link.at[:ENDPOINTS_MAX]]
    for mark, parameter in zip("?" + "&" * len(parameters), parameters, strict=False):
        if len(text) + 1 + len(parameter) > LINK_CHARS_MAX:
            break
        text += mark + parameter
    return text


def link_in(sheet: str) -> Link | None:
    """Return the first link that has a line of its own; None: there is none.

    Raises:
        UserError: It is mistyped.
    """
    found = _LINK_LINE.search(sheet)
    return parse_link(found[1]) if found else None


def parse_link(text: str) -> Link:
    """Read a link, or a bare address.

    Raises:
        UserError: Which says what is wrong with it.
    """
    link = text.strip()
    if len(link) > LINK_CHARS_MAX:
        raise UserError(f"The link has {len(link)} characters, at most {LINK_CHARS_MAX} fit.")
    if link[: len(SCHEME)].lower() == SCHEME:
        link = link[len(SCHEME) :]
    address, _, query = link.partition("?")
    author_id = parse_author(address)
    parameters = parse_query(query)
    name = next((value for key, value in parameters if key == "name"), "")
    at = [parse_endpoint(value) for key, value in parameters if key == "at"]
    if len(at) > ENDPOINTS_MAX:
        raise UserError(f"The link names {len(at)} endpoints, at most {ENDPOINTS_MAX} fit.")
    next_hash = next((value for key, value in parameters if key == "next"), "")
    return Link(author_id, _check_name(name), tuple(at), _parse_hash(next_hash))


def _base32(raw: bytes) -> str:
    return b32encode(raw).decode("ascii").rstrip("=").lower()


def _parse_hash(text: str) -> Hash | None:
    """Read what ``next`` says; None when it says nothing."""
    if not text:
        return None
    try:
        raw = b32decode(text.upper() + "====")
    except ValueError:
        raw = b""
    if len(raw) != HASH_BYTES or _base32(raw) != text.lower():
        raise UserError("The link is mistyped after next=.")
    return Hash(raw)


def parse_query(query: str) -> list[tuple[str, str]]:
    """Read what follows the ? of a link: names and values, decoded, as often as they stand.

    Raises:
        UserError: It has too many parts, or is not percent-encoded UTF-8.
    """
    # The library would take both for letters of a value.
    if "#" in query or _stray_percent(query):
        raise UserError(
            "The link holds a # or a % that stands for nothing; write them as %23 and %25."
        )
    try:
        return parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=_PARAMETERS_MAX
        )
    except ValueError as error:
        raise UserError("The part of the link after the ? cannot be read.") from error


def _check_name(name: str) -> str:
    if len(name) > NAME_CHARS_MAX:
        raise UserError(
            f"The name in the link has {len(name)} characters, at most {NAME_CHARS_MAX} fit."
        )
    if any(category(character) == "Cc" for character in name):
        raise UserError("The name in the link holds a control character.")
    return seen_name(name)


def parse_endpoint(text: str) -> Endpoint:
    """Read ``host:port`` with an IP address as host, an IPv6 one in brackets.

    Raises:
        UserError: Not so; names are refused, because nothing here resolves them.
    """
    host, colon, port = text.strip().rpartition(":")
    if not (colon and port.isascii() and port.isdigit() and len(port) <= 5):
        raise UserError(f"{text[:64]!a} is no endpoint; write host:port.")
    if not 0 < int(port) < 65536:
        raise UserError(f"Port {int(port)} does not exist; ports are 1 to 65535.")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        # A zone ("fe80::1%eth0") means something on one machine only.
        address = ip_address(host[1:-1] if bracketed else host)
        if "%" in host or bracketed != (address.version == 6):
            raise ValueError("zone, or brackets where they do not belong")
    except ValueError as error:
        raise UserError(
            f"{text[:64]!a} does not start with an IP address; an IPv6 one stands in brackets."
        ) from error
    return Endpoint(str(address), int(port))
