"""How two nodes open a link, as bytes, and with which words they close one.

client                                   server
  | -- TLS, WebSocket upgrade ------------> |
  | <------------- hello, with a nonce ---- |   is the hello's node id the TLS key?
  | -- hello, with a proof over nonce ----> |   does the proof verify?
  | <---------------------------- welcome - |
  | <----------- messages, both ways -----> |
"""

from enum import IntEnum
from typing import Final

from msgspec import Struct

from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Fields, decode_fields, encode
from swarmfeed.core.base.spelling import HOST_CHARS_MAX, check_word, read_host, take_word
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.words import PROTOCOL_VERSION, Hello
from swarmfeed.errors import BadEncodingError

PROOF_DOMAIN: Final = b"swarmfeed hello 1"
"""First bytes of what a client signs, so that no other signature can stand in for it."""


class CloseCode(IntEnum):
    """Why a link was closed, as the other end sees it (RFC 6455, 7.4.2: 4000-4999)."""

    GOODBYE = 4000
    """Nothing wrong; the node stops or needs the place."""
    FULL = 4001
    """Too many links; try later."""
    SELF = 4002
    """Both ends are the same node."""
    TOO_SLOW = 4003
    """The handshake took too long."""
    VERSION = 4010
    """No common protocol version."""
    BAD_HELLO = 4011
    """Hello malformed, or not from the node it names."""
    BAD_MESSAGE = 4012
    """Not one canonical message within its bounds."""
    OVER_BUDGET = 4013
    """More bytes or frames than a peer may send."""


BLAME_CODES: Final = frozenset(
    {1002, 1003, 1007, 1009, *(code for code in CloseCode if code >= CloseCode.VERSION)}
)
"""Codes with which the end that closes says that the other broke a rule (RFC 6455, 7.4.1)."""


class Greeting(Struct, frozen=True, kw_only=True):
    """A hello as it travels: the server's carries a nonce, the client's the proof."""

    hello: Hello
    version: int = PROTOCOL_VERSION
    nonce: bytes = b""
    """32 random bytes from the server; empty from the client."""
    proof: bytes = b""
    """Ed25519 signature by the client's node key; empty from the server."""


def encode_hello(greeting: Greeting) -> bytes:
    """Return the bytes of a hello."""
    hello = greeting.hello
    return encode(
        {
            b"a": hello.hosts,
            b"i": hello.node_id,
            b"l": hello.link_port,
            b"m": b"hello",
            b"n": greeting.nonce,
            b"p": greeting.proof,
            b"r": hello.roles,
            b"s": hello.swarm_port,
            b"v": greeting.version,
        }
    )


def decode_hello(data: bytes) -> Greeting:
    """Read a hello of any version.  Raises BadEncodingError."""
    fields = decode_fields(data, "hello", limit_bytes=limits.HELLO_BYTES_MAX)
    if take_word(fields, b"m") != b"hello":
        raise BadEncodingError("the first message is not a hello")
    hello = Hello(
        node_id=NodeId(fields.take_bytes(b"i", length=limits.KEY_BYTES)),
        roles=_take_roles(fields),
        hosts=_take_hosts(fields),
        link_port=fields.take_int(b"l", 0, 65_535),
        swarm_port=fields.take_int(b"s", 0, 65_535),
    )
    return Greeting(
        hello=hello,
        version=fields.take_int(b"v", 1, 2**31),
        nonce=_take_empty_or(fields, b"n", limits.NONCE_BYTES),
        proof=_take_empty_or(fields, b"p", limits.SIGNATURE_BYTES),
    )


def encode_welcome() -> bytes:
    """Return what a server sends last in a handshake: the client's proof was good."""
    return encode({b"m": b"welcome"})


def decode_welcome(data: bytes) -> None:
    """Check that a server's second message is a welcome.  Raises BadEncodingError."""
    fields = decode_fields(data, "welcome", limit_bytes=limits.HELLO_BYTES_MAX)
    if take_word(fields, b"m") != b"welcome":
        raise BadEncodingError("the second message is not a welcome")


def proof_text(certificate_hash: bytes, nonce: bytes, node_id: NodeId) -> bytes:
    """Return what a client signs to prove its node key to one server, once.

    Args:
        certificate_hash: SHA-256 of the server's TLS certificate in DER, 32 bytes.
        nonce: The server's, 32 bytes.
        node_id: The client's.
    """
    return PROOF_DOMAIN + certificate_hash + nonce + node_id


def _take_roles(fields: Fields) -> tuple[str, ...]:
    roles = fields.take_bytes_list(b"r", count_max=limits.ROLES_MAX)
    return tuple(check_word(role).decode("ascii") for role in roles)


def _take_hosts(fields: Fields) -> tuple[str, ...]:
    hosts = fields.take_bytes_list(
        b"a", count_max=limits.ENDPOINTS_MAX, bytes_max=HOST_CHARS_MAX
    )
    return tuple(read_host(host) for host in hosts)


def _take_empty_or(fields: Fields, key: bytes, length: int) -> bytes:
    value = fields.take_bytes(key, bytes_max=length)
    if len(value) not in (0, length):
        raise BadEncodingError(f"{key!r} is {len(value)} bytes, not {length} or none")
    return value
