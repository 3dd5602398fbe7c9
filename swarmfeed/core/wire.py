"""Messages of the peer link as bytes: one canonical bencoded dict each.

    d ... 1:m4:want ... e           key ``m`` names the type, the other keys are its fields

A message of a type this version does not know decodes to ``Unknown`` and is ignored, and so
are unknown keys: later versions may add both.  Everything else is exact: a decoder gives a
value within the bounds of ``limits`` or raises BadEncodingError.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from swarmfeed.core import limits
from swarmfeed.core.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.messages import (
    AskHolders,
    Certificates,
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    Message,
    NewEntries,
    NotHeld,
    Receipt,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.core.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.errors import BadEncodingError

is_word: Final = re.compile(rb"[a-z][a-z-]{0,%d}" % (limits.ROLE_CHARS_MAX - 1)).fullmatch


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed message of a type this version does not know; to be ignored."""

    name: str


# --- messages --------------------------------------------------------------------------


def encode_message(message: Message) -> bytes:
    """Return the bytes of a message.

    Raises:
        ValueError: It is longer than a peer accepts; split it.
    """
    kind = _KINDS_BY_TYPE[type(message)]
    data = encode({b"m": kind.name, **kind.write(message)})
    if len(data) > limits.MESSAGE_BYTES_MAX:
        raise ValueError(f"message of {len(data)} bytes, at most {limits.MESSAGE_BYTES_MAX}")
    return data


def decode_message(data: bytes) -> Message | Unknown:
    """Read a message.  Raises BadEncodingError."""
    fields = decode_fields(data, "message", limit_bytes=limits.MESSAGE_BYTES_MAX)
    name = take_word(fields, b"m")
    kind = _KINDS_BY_NAME.get(name)
    return Unknown(name.decode("ascii")) if kind is None else kind.read(fields)


def _write_want(want: Want) -> dict[bytes, Encodable]:
    return {b"w": [_write_wanted_author(author) for author in want.authors]}


def _write_wanted_author(author: WantedAuthor) -> dict[bytes, Encodable]:
    feeds: list[Encodable] = [{b"f": feed.feed_id, b"n": feed.size} for feed in author.feeds]
    return {b"a": author.author_id, b"v": feeds}


def _read_want(fields: Fields) -> Want:
    wanted = fields.take_fields_list(b"w", count_max=limits.AUTHORS_PER_WANT_MAX)
    return Want(tuple(_read_wanted_author(author) for author in wanted))


def _read_wanted_author(fields: Fields) -> WantedAuthor:
    feeds = fields.take_fields_list(b"v", count_max=limits.FEEDS_PER_AUTHOR_MAX)
    return WantedAuthor(
        _take_author_id(fields),
        tuple(WantedFeed(_take_feed_id(feed), _take_size(feed)) for feed in feeds),
    )


def _write_not_held(answer: NotHeld) -> dict[bytes, Encodable]:
    return {b"a": answer.author_id}


def _read_not_held(fields: Fields) -> NotHeld:
    return NotHeld(_take_author_id(fields))


def _write_head_offer(offer: HeadOffer) -> dict[bytes, Encodable]:
    return {
        b"a": offer.author_id,
        b"c": offer.certificates,
        b"e": offer.tail,
        b"f": offer.feed_id,
        b"h": offer.signed_head,
        b"l": offer.chunk_list,
        b"p": offer.consistency,
    }


def _read_head_offer(fields: Fields) -> HeadOffer:
    return HeadOffer(
        author_id=_take_author_id(fields),
        feed_id=_take_feed_id(fields),
        signed_head=_take_head(fields, b"h"),
        certificates=_take_certificates(fields),
        chunk_list=_take_chunk_list(fields),
        tail=_take_entries(fields, limits.CHUNK_ENTRIES - 1),
        consistency=_take_consistency(fields),
    )


def _write_certificates(told: Certificates) -> dict[bytes, Encodable]:
    return {b"a": told.author_id, b"c": told.signed}


def _read_certificates(fields: Fields) -> Certificates:
    return Certificates(_take_author_id(fields), _take_certificates(fields))


def _write_new_entries(new: NewEntries) -> dict[bytes, Encodable]:
    return {
        b"e": new.stored,
        b"f": new.feed_id,
        b"h": new.signed_head,
        b"l": new.chunk_list,
        b"s": new.start,
    }


def _read_new_entries(fields: Fields) -> NewEntries:
    return NewEntries(
        feed_id=_take_feed_id(fields),
        start=fields.take_int(b"s", 0, limits.FEED_ENTRIES_MAX - 1),
        stored=_take_entries(fields, limits.CHUNK_ENTRIES),
        signed_head=_take_head(fields, b"h"),
        chunk_list=_take_chunk_list(fields),
    )


def _write_have(have: Have) -> dict[bytes, Encodable]:
    return {b"f": have.feed_id, b"n": have.size, b"y": int(have.complete)}


def _read_have(fields: Fields) -> Have:
    return Have(
        feed_id=_take_feed_id(fields),
        size=_take_size(fields),
        complete=_take_flag(fields),
    )


def _write_ask_holders(question: AskHolders) -> dict[bytes, Encodable]:
    return {b"a": question.author_id}


def _read_ask_holders(fields: Fields) -> AskHolders:
    return AskHolders(_take_author_id(fields))


def _write_holders(answer: Holders) -> dict[bytes, Encodable]:
    return {
        b"a": answer.author_id,
        b"f": answer.feed_id,
        b"o": [_write_holder(holder) for holder in answer.holders],
    }


def _write_holder(holder: HolderRecord) -> dict[bytes, Encodable]:
    return {
        b"i": holder.node_id,
        b"l": _write_endpoint(holder.link),
        b"n": holder.size,
        b"s": _write_endpoint(holder.swarm),
        b"y": int(holder.complete),
    }


def _read_holders(fields: Fields) -> Holders:
    holders = fields.take_fields_list(b"o", count_max=limits.HOLDERS_MAX)
    return Holders(
        _take_author_id(fields),
        _take_feed_id(fields),
        tuple(_read_holder(holder) for holder in holders),
    )


def _read_holder(fields: Fields) -> HolderRecord:
    return HolderRecord(
        node_id=take_node_id(fields),
        link=_read_endpoint(fields.take_fields(b"l")),
        swarm=_read_endpoint(fields.take_fields(b"s")),
        size=_take_size(fields),
        complete=_take_flag(fields),
    )


def _write_receipt(receipt: Receipt) -> dict[bytes, Encodable]:
    return {b"c": receipt.cosignature, b"f": receipt.feed_id, b"h": receipt.signed_head}


def _read_receipt(fields: Fields) -> Receipt:
    return Receipt(
        _take_feed_id(fields),
        _take_head(fields, b"h"),
        fields.take_bytes(b"c", bytes_max=limits.COSIGNATURE_BYTES_MAX),
    )


def _write_fork_proof(proof: ForkProof) -> dict[bytes, Encodable]:
    return {
        b"a": proof.author_id,
        b"f": proof.feed_id,
        b"g": proof.first,
        b"h": proof.second,
        b"p": proof.consistency,
    }


def _read_fork_proof(fields: Fields) -> ForkProof:
    return ForkProof(
        _take_author_id(fields),
        _take_feed_id(fields),
        _take_head(fields, b"g"),
        _take_head(fields, b"h"),
        _take_consistency(fields),
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """One row of the table of message types."""

    name: bytes
    type: type[Message]
    write: Callable[[Any], dict[bytes, Encodable]]
    read: Callable[[Fields], Message]


_KINDS: Final = (
    _Kind(b"want", Want, _write_want, _read_want),
    _Kind(b"not-held", NotHeld, _write_not_held, _read_not_held),
    _Kind(b"head", HeadOffer, _write_head_offer, _read_head_offer),
    _Kind(b"certificates", Certificates, _write_certificates, _read_certificates),
    _Kind(b"entries", NewEntries, _write_new_entries, _read_new_entries),
    _Kind(b"have", Have, _write_have, _read_have),
    _Kind(b"ask-holders", AskHolders, _write_ask_holders, _read_ask_holders),
    _Kind(b"holders", Holders, _write_holders, _read_holders),
    _Kind(b"receipt", Receipt, _write_receipt, _read_receipt),
    _Kind(b"fork", ForkProof, _write_fork_proof, _read_fork_proof),
)
_KINDS_BY_TYPE: Final = {kind.type: kind for kind in _KINDS}
_KINDS_BY_NAME: Final = {kind.name: kind for kind in _KINDS}


# --- fields that several messages share ------------------------------------------------


def _take_author_id(fields: Fields) -> AuthorId:
    return AuthorId(fields.take_bytes(b"a", length=limits.KEY_BYTES))


def _take_feed_id(fields: Fields) -> FeedId:
    return FeedId(fields.take_bytes(b"f", length=limits.KEY_BYTES))


def take_node_id(fields: Fields) -> NodeId:
    """Take a node id from key ``i``."""
    return NodeId(fields.take_bytes(b"i", length=limits.KEY_BYTES))


def _take_size(fields: Fields) -> int:
    return fields.take_int(b"n", 0, limits.FEED_ENTRIES_MAX)


def _take_flag(fields: Fields) -> bool:
    return fields.take_int(b"y", 0, 1) == 1


def _take_head(fields: Fields, key: bytes) -> bytes:
    return fields.take_bytes(key, bytes_max=limits.HEAD_BYTES_MAX)


def _take_certificates(fields: Fields) -> tuple[bytes, ...]:
    return fields.take_bytes_list(
        b"c", count_max=limits.CERTIFICATES_MAX, bytes_max=limits.CERTIFICATE_BYTES_MAX
    )


def _take_chunk_list(fields: Fields) -> bytes:
    return fields.take_bytes(b"l", bytes_max=limits.CHUNK_LIST_BYTES_MAX)


def _take_entries(fields: Fields, count_max: int) -> tuple[bytes, ...]:
    return fields.take_bytes_list(b"e", count_max=count_max, bytes_max=limits.STORED_BYTES_MAX)


def _take_consistency(fields: Fields) -> tuple[Hash, ...]:
    hashes = fields.take_bytes_list(
        b"p", count_max=limits.CONSISTENCY_HASHES_MAX, length=limits.HASH_BYTES
    )
    return tuple(Hash(item) for item in hashes)


def take_word(fields: Fields, key: bytes) -> bytes:
    """Take a short lower-case word, such as the type of a message."""
    return check_word(fields.take_bytes(key, bytes_max=limits.ROLE_CHARS_MAX))


def check_word(word: bytes) -> bytes:
    """Return a short lower-case word as it is.  Raises BadEncodingError."""
    if not is_word(word):
        raise BadEncodingError(f"{word[:40]!r} is not a short lower-case word")
    return word


def _write_endpoint(endpoint: Endpoint) -> dict[bytes, Encodable]:
    return {b"h": endpoint.host, b"p": endpoint.port}


def _read_endpoint(fields: Fields) -> Endpoint:
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
