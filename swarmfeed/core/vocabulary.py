"""Messages of the peer link as bytes: one canonical bencoded dict each.

    d ... 1:m4:want ... e           key ``m`` names the type, the other keys are its fields

A message of a type this version does not know decodes to ``Unknown`` and is ignored, and so
are unknown keys: later versions may add both.  Everything else is exact: a decoder gives a
value within the bounds of ``limits`` or raises BadEncodingError.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.history import wire as history
from swarmfeed.core.history.words import Audit, AuditProof, Farewell, Notices, Report, Watch
from swarmfeed.core.talk.fields import (
    read_endpoint,
    take_author_id,
    take_certificates,
    take_chunk_list,
    take_entries,
    take_feed_id,
    take_flag,
    take_hashes,
    take_head,
    take_node_id,
    take_size,
    take_word,
    write_endpoint,
)
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    NewEntries,
    NotHeld,
    Receipt,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
)

Message = (
    Want
    | NotHeld
    | HeadOffer
    | Certificates
    | NewEntries
    | Have
    | Wake
    | Holders
    | Receipt
    | ForkProof
    | Watch
    | Notices
    | Farewell
    | Report
    | Audit
    | AuditProof
)
"""Everything a peer may say after hello."""


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
        take_author_id(fields),
        tuple(WantedFeed(take_feed_id(feed), take_size(feed)) for feed in feeds),
    )


def _write_not_held(answer: NotHeld) -> dict[bytes, Encodable]:
    return {b"a": answer.author_id}


def _read_not_held(fields: Fields) -> NotHeld:
    return NotHeld(take_author_id(fields))


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
        author_id=take_author_id(fields),
        feed_id=take_feed_id(fields),
        signed_head=take_head(fields, b"h"),
        certificates=take_certificates(fields),
        chunk_list=take_chunk_list(fields),
        tail=take_entries(fields, limits.CHUNK_ENTRIES - 1),
        consistency=take_hashes(fields, limits.CONSISTENCY_HASHES_MAX),
    )


def _write_certificates(told: Certificates) -> dict[bytes, Encodable]:
    return {b"a": told.author_id, b"c": told.signed}


def _read_certificates(fields: Fields) -> Certificates:
    return Certificates(take_author_id(fields), take_certificates(fields))


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
        feed_id=take_feed_id(fields),
        start=fields.take_int(b"s", 0, limits.FEED_ENTRIES_MAX - 1),
        stored=take_entries(fields, limits.CHUNK_ENTRIES),
        signed_head=take_head(fields, b"h"),
        chunk_list=take_chunk_list(fields),
    )


def _write_have(have: Have) -> dict[bytes, Encodable]:
    return {
        b"f": have.feed_id,
        b"n": have.size,
        b"w": int(have.awake),
        b"y": int(have.complete),
    }


def _read_have(fields: Fields) -> Have:
    return Have(
        feed_id=take_feed_id(fields),
        size=take_size(fields),
        complete=take_flag(fields),
        awake=take_flag(fields, b"w"),
    )


def _write_holders(answer: Holders) -> dict[bytes, Encodable]:
    return {
        b"a": answer.author_id,
        b"f": answer.feed_id,
        b"o": [_write_holder(holder) for holder in answer.holders],
    }


def _write_holder(holder: HolderRecord) -> dict[bytes, Encodable]:
    return {
        b"i": holder.node_id,
        b"l": write_endpoint(holder.link),
        b"n": holder.size,
        b"s": write_endpoint(holder.swarm),
        b"y": int(holder.complete),
    }


def _read_holders(fields: Fields) -> Holders:
    holders = fields.take_fields_list(b"o", count_max=limits.HOLDERS_MAX)
    return Holders(
        take_author_id(fields),
        take_feed_id(fields),
        tuple(_read_holder(holder) for holder in holders),
    )


def _read_holder(fields: Fields) -> HolderRecord:
    return HolderRecord(
        node_id=take_node_id(fields),
        link=read_endpoint(fields.take_fields(b"l")),
        swarm=read_endpoint(fields.take_fields(b"s")),
        size=take_size(fields),
        complete=take_flag(fields),
    )


def _write_receipt(receipt: Receipt) -> dict[bytes, Encodable]:
    return {b"c": receipt.cosignature, b"f": receipt.feed_id, b"h": receipt.signed_head}


def _read_receipt(fields: Fields) -> Receipt:
    return Receipt(
        take_feed_id(fields),
        take_head(fields, b"h"),
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
        take_author_id(fields),
        take_feed_id(fields),
        take_head(fields, b"g"),
        take_head(fields, b"h"),
        take_hashes(fields, limits.CONSISTENCY_HASHES_MAX),
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
    _Kind(b"holders", Holders, _write_holders, _read_holders),
    _Kind(b"receipt", Receipt, _write_receipt, _read_receipt),
    _Kind(b"fork", ForkProof, _write_fork_proof, _read_fork_proof),
    _Kind(b"wake", Wake, history.write_wake, history.read_wake),
    _Kind(b"watch", Watch, history.write_watch, history.read_watch),
    _Kind(b"notices", Notices, history.write_notices, history.read_notices),
    _Kind(b"farewell", Farewell, history.write_farewell, history.read_farewell),
    _Kind(b"report", Report, history.write_report, history.read_report),
    _Kind(b"audit", Audit, history.write_audit, history.read_audit),
    _Kind(b"audit-proof", AuditProof, history.write_proof, history.read_proof),
)
_KINDS_BY_TYPE: Final = {kind.type: kind for kind in _KINDS}
_KINDS_BY_NAME: Final = {kind.name: kind for kind in _KINDS}
