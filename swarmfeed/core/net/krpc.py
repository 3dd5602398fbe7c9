"""KRPC, the words DHT nodes exchange: one bencoded dict in one UDP packet.

    query    {t: transaction, y: q, q: name, a: {id, ...}, ro: 1}
    reply    {t: transaction, y: r, r: {id, nodes, token, k, v, seq, sig}}
    failure  {t: transaction, y: e, e: [code, text]}

Only what storing signed items needs.  Packets of others are read leniently where others
differ (order of keys, keys we do not know), and never beyond the bounds of ``limits``.

Source: BEP 5 (DHT), BEP 43 (read-only nodes), BEP 44 (items).
"""

import hashlib
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, Fields, Value, decode_lenient, encode
from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import (
    KRPC_PACKET_BYTES_MAX,
    KRPC_SALT_BYTES_MAX,
    KRPC_TOKEN_BYTES_MAX,
    KRPC_TRANSACTION_BYTES_MAX,
    KRPC_VALUE_BYTES_MAX,
)
from swarmfeed.errors import BadEncodingError

NODE_ID_BYTES: Final = 20
"""A DHT node's id, and a target: as long as a SHA-1 digest."""

COMPACT_NODE_BYTES: Final = NODE_ID_BYTES + 6
"""A node in ``nodes``: its id, IPv4 address, port."""

HEAD_SALT: Final = b"head"
"""The salt under which a feed key stores the feed's head."""

SEALED_SALT: Final = b"sealed"
"""The salt under which a feed key stores the deposit: what the sealed chunks are checked by."""

GATE_SALT: Final = b"feed"
"""The salt under which an author's gate stores the newest feed."""

SHEET_SALT: Final = b"author"
"""The salt under which the key of a sheet stores whose it is."""

METHOD_UNKNOWN: Final = 204
"""The failure code of BEP 5 for a query that is not served."""

SEQ_MAX: Final = 2**63 - 1

_NAME_BYTES_MAX: Final = 32
_TEXT_BYTES_MAX: Final = 512


class DhtNode(Struct, frozen=True):
    """A node somebody told us of."""

    node_id: bytes
    """20 bytes, claimed and not proven."""
    endpoint: Endpoint
    """IPv4."""


class Item(Struct, frozen=True, kw_only=True):
    """A mutable item of BEP 44 whose value is bytes.  Not verified by being here."""

    public: bytes
    """Ed25519 public key of its owner, 32 bytes."""
    value: bytes
    """At most 996 bytes."""
    seq: int
    """0 <= seq < 2**63; nodes keep the highest."""
    signature: bytes
    """64 bytes, over ``signed_buffer``."""


class Ping(Struct, frozen=True):
    """Are you there?"""

    name = b"ping"


class FindNode(Struct, frozen=True):
    """Which nodes do you know near ``target``?"""

    name = b"find_node"
    target: bytes


class Get(Struct, frozen=True):
    """Do you have the item ``target``, and who is near it?"""

    name = b"get"
    target: bytes


class Put(Struct, frozen=True):
    """Please store this; ``token`` comes from your reply to a ``Get``."""

    name = b"put"
    token: bytes
    salt: bytes
    item: Item


class OtherQuestion(Struct, frozen=True):
    """A query we do not serve."""

    name: bytes


Question = Ping | FindNode | Get | Put | OtherQuestion


class Query(Struct, frozen=True):
    """A question of a node."""

    transaction: bytes
    node_id: bytes
    question: Question


class Reply(Struct, frozen=True, kw_only=True):
    """An answer; what it holds depends on the question."""

    transaction: bytes
    node_id: bytes
    nodes: tuple[DhtNode, ...] = ()
    token: bytes | None = None
    """Allows one ``Put`` to this node, for some minutes."""
    item: Item | None = None


class Failure(Struct, frozen=True):
    """An answer that says no."""

    transaction: bytes
    code: int
    text: bytes


Packet = Query | Reply | Failure


def mutable_target(public: bytes, salt: bytes) -> bytes:
    """Return the 20 bytes under which an item is stored."""
    return hashlib.sha1(public + salt).digest()  # noqa: S324  # BEP 44 says SHA-1


def signed_buffer(value: bytes, seq: int, salt: bytes) -> bytes:
    """Return what the owner of an item signs.  ``value`` is not yet bencoded."""
    with_salt = b"4:salt" + encode(salt) if salt else b""
    return with_salt + b"3:seq" + encode(seq) + b"1:v" + encode(value)


def distance(first: bytes, second: bytes) -> int:
    """How far apart two ids are: their exclusive or as a number."""
    return int.from_bytes(first, "big") ^ int.from_bytes(second, "big")


# --- encode --------------------------------------------------------------------------


def encode_packet(packet: Packet) -> bytes:
    """Return the bytes of a packet; queries say that we are read-only."""
    match packet:
        case Query():
            return encode(
                {
                    b"t": packet.transaction,
                    b"y": b"q",
                    b"q": packet.question.name,
                    b"a": {b"id": packet.node_id} | _encode_question(packet.question),
                    b"ro": 1,
                }
            )
        case Reply():
            return encode({b"t": packet.transaction, b"y": b"r", b"r": _encode_reply(packet)})
        case Failure():
            answer: list[Encodable] = [packet.code, packet.text]
            return encode({b"t": packet.transaction, b"y": b"e", b"e": answer})


def _encode_question(question: Question) -> dict[bytes, Encodable]:
    match question:
        case FindNode() | Get():
            return {b"target": question.target}
        case Put():
            salt: Mapping[bytes, Encodable] = {b"salt": question.salt} if question.salt else {}
            return {b"token": question.token} | dict(salt) | _encode_item(question.item)
        case Ping() | OtherQuestion():
            return {}


def _encode_reply(reply: Reply) -> dict[bytes, Encodable]:
    fields: dict[bytes, Encodable] = {b"id": reply.node_id, b"nodes": _pack(reply.nodes)}
    if reply.token is not None:
        fields[b"token"] = reply.token
    return fields if reply.item is None else fields | _encode_item(reply.item)


def _encode_item(item: Item) -> dict[bytes, Encodable]:
    return {b"k": item.public, b"v": item.value, b"seq": item.seq, b"sig": item.signature}


def _pack(nodes: Iterable[DhtNode]) -> bytes:
    return b"".join(
        node.node_id
        + IPv4Address(node.endpoint.host).packed
        + node.endpoint.port.to_bytes(2, "big")
        for node in nodes
    )


# --- decode --------------------------------------------------------------------------


def decode_packet(raw: bytes) -> Packet:
    """Read a packet of a stranger.

    Raises:
        BadEncodingError: Not KRPC, or beyond a bound; whatever the bytes are.
    """
    fields = Fields(decode_lenient(raw, limit_bytes=KRPC_PACKET_BYTES_MAX), "packet")
    transaction = fields.take_bytes(b"t", bytes_max=KRPC_TRANSACTION_BYTES_MAX)
    match fields.take_bytes(b"y", bytes_max=1):
        case b"q":
            return _decode_query(transaction, fields)
        case b"r":
            return _decode_reply(transaction, fields.take_fields(b"r"))
        case b"e":
            return _decode_failure(transaction, fields.take_list(b"e", count_max=8))
        case _:
            raise BadEncodingError("packet.y is not q, r or e")


def _decode_query(transaction: bytes, fields: Fields) -> Query:
    arguments = fields.take_fields(b"a")
    node_id = arguments.take_bytes(b"id", length=NODE_ID_BYTES)
    name = fields.take_bytes(b"q", bytes_max=_NAME_BYTES_MAX)
    return Query(transaction, node_id, _decode_question(name, arguments))


def _decode_question(name: bytes, arguments: Fields) -> Question:
    match name:
        case b"ping":
            return Ping()
        case b"find_node":
            return FindNode(arguments.take_bytes(b"target", length=NODE_ID_BYTES))
        case b"get":
            return Get(arguments.take_bytes(b"target", length=NODE_ID_BYTES))
        case b"put" if b"k" in arguments:
            return Put(
                arguments.take_bytes(b"token", bytes_max=KRPC_TOKEN_BYTES_MAX),
                arguments.optional_bytes(b"salt", bytes_max=KRPC_SALT_BYTES_MAX) or b"",
                _decode_item(arguments),
            )
        case _:
            return OtherQuestion(name)


def _decode_reply(transaction: bytes, fields: Fields) -> Reply:
    node_id = fields.take_bytes(b"id", length=NODE_ID_BYTES)
    packed = fields.optional_bytes(b"nodes", bytes_max=KRPC_PACKET_BYTES_MAX) or b""
    token = fields.optional_bytes(b"token", bytes_max=KRPC_TOKEN_BYTES_MAX)
    has_item = b"k" in fields and b"sig" in fields and b"v" in fields
    return Reply(
        transaction=transaction,
        node_id=node_id,
        nodes=_unpack(packed),
        token=token,
        item=_decode_item(fields) if has_item else None,
    )


def _decode_item(fields: Fields) -> Item:
    return Item(
        public=fields.take_bytes(b"k", length=KEY_BYTES),
        value=fields.take_bytes(b"v", bytes_max=KRPC_VALUE_BYTES_MAX),
        seq=fields.take_int(b"seq", 0, SEQ_MAX),
        signature=fields.take_bytes(b"sig", length=SIGNATURE_BYTES),
    )


def _decode_failure(transaction: bytes, answer: list[Value]) -> Failure:
    match answer:
        case [int() as code, bytes() as text, *_]:
            return Failure(transaction, code, text[:_TEXT_BYTES_MAX])
        case _:
            raise BadEncodingError("packet.e is not a code and a text")


def _unpack(packed: bytes) -> tuple[DhtNode, ...]:
    """Nodes with port 0 are left out: nobody can be asked there."""
    if len(packed) % COMPACT_NODE_BYTES:
        raise BadEncodingError(f"packet.r.nodes is {len(packed)} bytes")
    nodes = []
    for at in range(0, len(packed), COMPACT_NODE_BYTES):
        host = str(IPv4Address(packed[at + NODE_ID_BYTES : at + NODE_ID_BYTES + 4]))
        port = int.from_bytes(packed[at + COMPACT_NODE_BYTES - 2 : at + COMPACT_NODE_BYTES])
        if port:
            node_id = packed[at : at + NODE_ID_BYTES]
            nodes.append(DhtNode(node_id, Endpoint(host, port)))
    return tuple(nodes)


def decode_compact(node: bytes) -> Endpoint:
    """Return an endpoint from BEP 5's compact form: address (4 or 16 bytes), port (2)."""
    address = IPv4Address(node[:-2]) if len(node) == 6 else IPv6Address(node[:-2])
    return Endpoint(str(address), int.from_bytes(node[-2:], "big"))
