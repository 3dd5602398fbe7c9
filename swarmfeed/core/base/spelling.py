"""Words, IP addresses and base64 in their one spelling."""

import re
from base64 import b64decode, b64encode
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from swarmfeed.core.base.bencoding import Fields
from swarmfeed.core.base.limits import ROLE_CHARS_MAX
from swarmfeed.errors import BadEncodingError

HOST_CHARS_MAX: Final = 45
"""Longest IP address in text: an IPv6 address that ends in an IPv4 one (RFC 4291, 2.2)."""

HOSTS_KEPT_MAX: Final = 1_024
"""Addresses that are not taken apart again: those of the same few nodes come in every notice
and offer.  100 kB."""

is_word: Final = re.compile(rb"[a-z][a-z-]{0,%d}" % (ROLE_CHARS_MAX - 1)).fullmatch


def take_word(fields: Fields, key: bytes) -> bytes:
    """Take a short lower-case word, such as the type of a message."""
    return check_word(fields.take_bytes(key, bytes_max=ROLE_CHARS_MAX))


def check_word(word: bytes) -> bytes:
    """Return a short lower-case word as it is.  Raises BadEncodingError."""
    if not is_word(word):
        raise BadEncodingError(f"{word[:40]!r} is not a short lower-case word")
    return word


@lru_cache(HOSTS_KEPT_MAX)
def read_host(host: bytes) -> str:
    """Return an IP address in its one canonical spelling.  Raises BadEncodingError."""
    try:
        text = host.decode("ascii")
        address = ip_address(text)
    except ValueError as error:
        raise BadEncodingError(f"{host!r} is not an IP address") from error
    # An IPv4 address in IPv6 clothes has two spellings, and a zone means nothing elsewhere.
    dressed = isinstance(address, IPv6Address) and (
        address.ipv4_mapped is not None or address.scope_id is not None
    )
    if dressed or str(address) != text:
        raise BadEncodingError(f"{text!r} is not the canonical form of an IP address")
    return text


def read_base64(text: bytes | str) -> bytes:
    """Decode base64 that has exactly one spelling: padded, unused bits zero (RFC 4648, 3.5).

    Raises BadEncodingError.
    """
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise BadEncodingError("not base64") from error
    if b64encode(raw) != (text.encode("ascii") if isinstance(text, str) else text):
        raise BadEncodingError("base64 has stray bits")
    return raw
