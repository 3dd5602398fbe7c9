"""The link of a machine that wants to be a device of somebody: shown there, as text and QR.

    swarmfeed-device:<code>?until=SECONDS&at=host:port&at=[host]:port

    code      base32(feed id (32) || key hash (32) || checksum (5) || version (1)), lower case
    checksum  SHA3-256("swarmfeed device link" || feed id || key hash || version)[:5]
    version   0x01

``key hash`` is SHA-256 of the machine's recipient key.  Nobody else knows it, so whoever shows
to know it has the link; and whoever is shown a key compares it with the hash.  Unknown keys of
the query are ignored.
"""

import re
from base64 import b32decode, b32encode
from binascii import Error as NoBase32Error
from hashlib import sha3_256, sha256
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from swarmfeed.core.base.address import SCHEME, parse_endpoint, parse_query
from swarmfeed.core.base.limits import (
    ENDPOINTS_MAX,
    HASH_BYTES,
    KEY_BYTES,
    LINK_CHARS_MAX,
)
from swarmfeed.core.base.types import Endpoint, FeedId, Hash
from swarmfeed.errors import UserError

DEVICE_SCHEME: Final = "swarmfeed-device:"

CODE_CHARS: Final = 112
"""Length of the code: 70 bytes in base32, which needs no padding."""

_VERSION: Final = b"\x01"
_match_seconds: Final = re.compile("[0-9]{1,12}").fullmatch
"""As many digits as the last time that there is, in seconds."""


class DeviceLink(Struct, frozen=True, kw_only=True):
    """Which machine wants in, and where it waits."""

    feed_id: FeedId
    """What it will write."""
    key_hash: Hash
    """SHA-256 of its recipient key."""
    until_s: int
    """Until when it waits: Unix time in seconds, by its clock."""
    at: tuple[Endpoint, ...]
    """Where it waits, at most ENDPOINTS_MAX."""


def hash_recipient(recipient: bytes) -> Hash:
    """Return what a link says of a recipient key."""
    return Hash(sha256(recipient).digest())


def format_device_link(link: DeviceLink) -> str:
    """Return the link, at most LINK_CHARS_MAX characters."""
    body = link.feed_id + link.key_hash
    code = b32encode(body + _checksum(body, _VERSION) + _VERSION).decode("ascii").lower()
    places = [f"at={quote(str(at), safe=':[]')}" for at in link.at[:ENDPOINTS_MAX]]
    return f"{DEVICE_SCHEME}{code}?{'&'.join([f'until={link.until_s}', *places])}"


def parse_device_link(text: str) -> DeviceLink:
    """Read a link; white space, also inside, and upper case are forgiven.

    Raises:
        UserError: Which says what is wrong with it.
    """
    link = "".join(text.split())
    if len(link) > LINK_CHARS_MAX:
        raise UserError(f"The link has {len(link)} characters, at most {LINK_CHARS_MAX} fit.")
    if link[: len(DEVICE_SCHEME)].lower() != DEVICE_SCHEME:
        raise UserError(_what_else(link))
    code, _, query = link[len(DEVICE_SCHEME) :].partition("?")
    body = _open_code(code)
    values = parse_query(query)
    return DeviceLink(
        feed_id=FeedId(body[:KEY_BYTES]),
        key_hash=Hash(body[KEY_BYTES:]),
        until_s=_one_time([value for key, value in values if key == "until"]),
        at=_places([value for key, value in values if key == "at"]),
    )


def _what_else(link: str) -> str:
    if link[: len(SCHEME)].lower() == SCHEME:
        return (
            "This is the link of a person. The one of a machine begins with"
            f" {DEVICE_SCHEME} and is shown there by swarmfeed devices join"
        )
    return (
        f"The link of a machine begins with {DEVICE_SCHEME} and is shown there by"
        " swarmfeed devices join"
    )


def _open_code(code: str) -> bytes:
    """Return feed id and key hash.  Raises UserError."""
    if len(code) != CODE_CHARS:
        raise UserError(
            f"The link is not whole: between the colon and the ? it has {CODE_CHARS}"
            f" characters, this one {len(code)}."
        )
    try:
        raw = b32decode(code.encode("utf-8", "replace"), casefold=True)
    except (NoBase32Error, ValueError) as error:
        raise UserError("The link is mistyped: only a-z and 2-7 occur in its code.") from error
    size = KEY_BYTES + HASH_BYTES
    body, checksum, version = raw[:size], raw[size:-1], raw[-1:]
    if checksum != _checksum(body, version):
        raise UserError("The link is mistyped: its checksum does not match.")
    if version != _VERSION:
        raise UserError(f"The link is of version {version[0]}; this swarmfeed knows version 1.")
    return body


def _checksum(body: bytes, version: bytes) -> bytes:
    return sha3_256(b"swarmfeed device link" + body + version).digest()[:5]


def _one_time(values: list[str]) -> int:
    if len(values) != 1 or _match_seconds(values[0]) is None:
        raise UserError("The link does not say until when it holds.")
    return int(values[0])


def _places(values: list[str]) -> tuple[Endpoint, ...]:
    if not 1 <= len(values) <= ENDPOINTS_MAX:
        raise UserError(f"The link names {len(values)} places, and has to name 1 to 8.")
    return tuple(parse_endpoint(value) for value in values)
