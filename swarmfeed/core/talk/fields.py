"""Fields that several messages have in common, and the words of the wire.

Each ``take_`` reads one key of a message and gives a value within the bounds of ``limits``,
or raises BadEncodingError.
"""

import re
from ipaddress import IPv6Address, ip_address
from typing import Final

from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Encodable, Fields
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.errors import BadEncodingError

is_word: Final = re.compile(rb"[a-z][a-z-]{0,%d}" % (limits.ROLE_CHARS_MAX - 1)).fullmatch


def take_author_id(fields: Fields) -> AuthorId:
    return AuthorId(fields.take_bytes(b"a", length=limits.KEY_BYTES))


def take_feed_id(fields: Fields) -> FeedId:
    return FeedId(fields.take_bytes(b"f", length=limits.KEY_BYTES))


def take_node_id(fields: Fields) -> NodeId:
    """Take a node id from key ``i``."""
    return NodeId(fields.take_bytes(b"i", length=limits.KEY_BYTES))


def take_size(fields: Fields) -> int:
    return fields.take_int(b"n", 0, limits.FEED_ENTRIES_MAX)


def take_flag(fields: Fields, key: bytes = b"y") -> bool:
    return fields.take_int(key, 0, 1) == 1


def take_head(fields: Fields, key: bytes) -> bytes:
    return fields.take_bytes(key, bytes_max=limits.HEAD_BYTES_MAX)


def take_certificates(fields: Fields) -> tuple[bytes, ...]:
    return fields.take_bytes_list(
        b"c", count_max=limits.CERTIFICATES_MAX, bytes_max=limits.CERTIFICATE_BYTES_MAX
    )


def take_chunk_list(fields: Fields) -> bytes:
    return fields.take_bytes(b"l", bytes_max=limits.CHUNK_LIST_BYTES_MAX)


def take_entries(fields: Fields, count_max: int) -> tuple[bytes, ...]:
    return fields.take_bytes_list(b"e", count_max=count_max, bytes_max=limits.STORED_BYTES_MAX)


def take_hashes(fields: Fields, count_max: int) -> tuple[Hash, ...]:
    """Take the hashes of a proof from key ``p``."""
    hashes = fields.take_bytes_list(b"p", count_max=count_max, length=limits.HASH_BYTES)
    return tuple(Hash(item) for item in hashes)


def take_word(fields: Fields, key: bytes) -> bytes:
    """Take a short lower-case word, such as the type of a message."""
    return check_word(fields.take_bytes(key, bytes_max=limits.ROLE_CHARS_MAX))


def check_word(word: bytes) -> bytes:
    """Return a short lower-case word as it is.  Raises BadEncodingError."""
    if not is_word(word):
        raise BadEncodingError(f"{word[:40]!r} is not a short lower-case word")
    return word


def write_endpoint(endpoint: Endpoint) -> dict[bytes, Encodable]:
    return {b"h": endpoint.host, b"p": endpoint.port}


def read_endpoint(fields: Fields) -> Endpoint:
    host = read_host(fields.take_bytes(b"h", bytes_max=45))
    return Endpoint(host, fields.take_int(b"p", 1, 65_535))


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
