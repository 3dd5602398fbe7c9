"""Records: what a node signs of itself, so that others can pass it on.

    record  = body (58) || signature (64), 122 bytes
    signed  = "swarmfeed supernode 1\\n" || body
    body    = node id (32) || address (16) || port (2) || class and flags (1) || load (1)
              || age (2) || made (4)

Numbers are big-endian, an IPv4 address is mapped into IPv6 (RFC 4291, 2.5.5.2).  Every node
signs one, whether it serves or not: views are made of them, and what others are like is known
by them.  A record is a claim: an address is true when somebody answers there, the rest as far
as its node is honest.
"""

import struct
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.supernode.limits import CAPACITIES, RECORD_AHEAD_S, RECORD_LASTS_S
from swarmfeed.errors import BadEncodingError

DOMAIN: Final = b"swarmfeed supernode 1\n"

_BODY: Final = struct.Struct(">32s16sHBBHI")

RECORD_BYTES: Final = _BODY.size + SIGNATURE_BYTES

UNKNOWN_HOST: Final = "0.0.0.0"  # noqa: S104  nobody listens there, it is said
"""Stands in the record of a node that does not know where it is reached from outside."""

LOAD_STEPS: Final = 255
"""A load of 1, as it is written."""

AGE_MINUTES_MAX: Final = 2**16 - 1
"""45 days; who is older says this."""

MADE_S_MAX: Final = 2**32 - 1

_CLASS: Final = 0b0011
_ELIGIBLE: Final = 0b0100
_SERVING: Final = 0b1000
_KNOWN_BITS: Final = _CLASS | _ELIGIBLE | _SERVING

_network_of: Final = lru_cache(maxsize=4_096)(domain_of)
"""Asked of the same few supernodes again and again; parsing takes 20 microseconds."""


class Record(Struct, frozen=True, kw_only=True):
    """What one node says of itself."""

    node_id: NodeId
    endpoint: Endpoint
    """Of its peer link, as seen from outside; UNKNOWN_HOST until somebody reached it."""
    size_class: int
    """0, 1, 2: which of CAPACITIES it has when it serves."""
    eligible: bool
    """It may become a supernode: every gate is open."""
    serving: bool
    """It is one."""
    load: float
    """Children over capacity, 0 to 1, in steps of 1/255; 0 of who does not serve."""
    age_minutes: int
    """How long it has been up, 0 to AGE_MINUTES_MAX."""
    made_s: int
    """Its clock when it signed: Unix time in seconds."""
    signature: bytes = b""

    @property
    def can_be_dialled(self) -> bool:
        """Whether it says where: a node that nobody reached yet does not know."""
        return self.endpoint.host != UNKNOWN_HOST

    @property
    def capacity(self) -> int:
        """Children it takes at most."""
        return CAPACITIES[self.size_class]

    @property
    def network(self) -> str:
        """Nodes of one network fail, and lie, together."""
        return _network_of(self.endpoint.host)

    def age_s(self, now_s: int) -> int:
        """How long its node has been up, if it still is."""
        return self.age_minutes * 60 + max(0, now_s - self.made_s)

    def counts(self, now_s: int) -> bool:
        """Whether it may be kept and passed on."""
        return -RECORD_AHEAD_S <= now_s - self.made_s < RECORD_LASTS_S


def encode_record(record: Record) -> bytes:
    """Return the 122 bytes of a signed record."""
    return _body(record) + record.signature


def sign_record(record: Record, node_key: SigningKey) -> Record:
    """Return it signed.  Requires the key of ``record.node_id``."""
    signature = node_key.sign(DOMAIN + _body(record))
    # What is read from the bytes: a load is rounded to its step.
    return _read(_body(record), signature)


def open_record(signed: bytes) -> Record:
    """Verify a record.

    Raises:
        BadEncodingError: It is malformed.
        BadSignatureError: The node it names did not sign it.
    """
    if len(signed) != RECORD_BYTES:
        raise BadEncodingError(f"record of {len(signed)} bytes, not {RECORD_BYTES}")
    body, signature = signed[: _BODY.size], signed[_BODY.size :]
    record = _read(body, signature)
    verify_signature(record.node_id, DOMAIN + body, signature)
    return record


class NewestRecords:
    """Opens records, and remembers of each node the newest: it comes from many others, too."""

    def __init__(self, nodes_max: int) -> None:
        self._nodes_max = nodes_max
        self._newest: dict[NodeId, tuple[bytes, Record]] = {}
        """As it was signed, and what it says; who was heard of last comes last."""

    def __len__(self) -> int:
        return len(self._newest)

    def open(self, signed: bytes) -> Record:
        """Verify a record, unless it was.  Raises as ``open_record``."""
        before = self._newest.get(NodeId(signed[:KEY_BYTES]))
        if before is not None and before[0] == signed:
            record = before[1]
        else:
            record = open_record(signed)
        if before is None or before[1].made_s <= record.made_s:
            self._remember(signed, record)
        return record

    def _remember(self, signed: bytes, record: Record) -> None:
        self._newest.pop(record.node_id, None)
        self._newest[record.node_id] = signed, record
        if len(self._newest) > self._nodes_max:
            del self._newest[next(iter(self._newest))]


def _body(record: Record) -> bytes:
    return _BODY.pack(
        record.node_id,
        _mapped(record.endpoint.host).packed,
        record.endpoint.port,
        record.size_class | _ELIGIBLE * record.eligible | _SERVING * record.serving,
        round(record.load * LOAD_STEPS),
        min(record.age_minutes, AGE_MINUTES_MAX),
        record.made_s,
    )


def _read(body: bytes, signature: bytes) -> Record:
    key, address, port, flags, load, age_minutes, made_s = _BODY.unpack(body)
    size_class = flags & _CLASS
    if flags & ~_KNOWN_BITS or size_class >= len(CAPACITIES):
        raise BadEncodingError(f"record with the flags {flags:#04x}")
    serving = bool(flags & _SERVING)
    if not port or (load and not serving):
        raise BadEncodingError("record without a port, or with a load of who does not serve")
    assert len(key) == KEY_BYTES
    return Record(
        node_id=NodeId(key),
        endpoint=Endpoint(_host(IPv6Address(address)), port),
        size_class=size_class,
        eligible=bool(flags & _ELIGIBLE),
        serving=serving,
        load=load / LOAD_STEPS,
        age_minutes=age_minutes,
        made_s=made_s,
        signature=signature,
    )


def _mapped(host: str) -> IPv6Address:
    address = ip_address(host)
    if isinstance(address, IPv6Address):
        return address
    return IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)


def _host(address: IPv6Address) -> str:
    mapped = address.ipv4_mapped
    return str(address if mapped is None else mapped)
