"""Messages about who holds what, and how surely, as bencoded fields: see ``wire``."""

from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Encodable, Fields
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.history.placement import ROOM_STEPS
from swarmfeed.core.history.words import (
    Audit,
    AuditProof,
    Farewell,
    NoticeRecord,
    Notices,
    Report,
    RequestRate,
    Watch,
)
from swarmfeed.core.talk.fields import read_endpoint, take_feed_id, take_hashes, write_endpoint
from swarmfeed.core.talk.words import Wake


def write_wake(wake: Wake) -> dict[bytes, Encodable]:
    return {b"f": wake.feed_id}


def read_wake(fields: Fields) -> Wake:
    return Wake(take_feed_id(fields))


def write_watch(watch: Watch) -> dict[bytes, Encodable]:
    return {b"w": watch.authors}


def read_watch(fields: Fields) -> Watch:
    authors = fields.take_bytes_list(
        b"w", count_max=limits.AUTHORS_PER_WANT_MAX, length=limits.KEY_BYTES
    )
    return Watch(tuple(AuthorId(each) for each in authors))


def write_notices(notices: Notices) -> dict[bytes, Encodable]:
    return {b"o": [write_record(each) for each in notices.records]}


def write_record(record: NoticeRecord) -> dict[bytes, Encodable]:
    """A notice and its hints, as messages and the ledger spell them."""
    fields: dict[bytes, Encodable] = {b"n": record.signed}
    if record.link is not None:
        fields[b"l"] = write_endpoint(record.link)
    if record.swarm is not None:
        fields[b"s"] = write_endpoint(record.swarm)
    return fields


def read_notices(fields: Fields) -> Notices:
    records = fields.take_fields_list(b"o", count_max=limits.NOTICES_PER_MESSAGE_MAX)
    return Notices(tuple(read_record(each) for each in records))


def read_record(fields: Fields) -> NoticeRecord:
    """Raises BadEncodingError."""
    link, swarm = fields.optional_fields(b"l"), fields.optional_fields(b"s")
    return NoticeRecord(
        fields.take_bytes(b"n", bytes_max=limits.NOTICE_BYTES_MAX),
        None if link is None else read_endpoint(link),
        None if swarm is None else read_endpoint(swarm),
    )


def write_farewell(farewell: Farewell) -> dict[bytes, Encodable]:
    return {b"n": farewell.signed}


def read_farewell(fields: Fields) -> Farewell:
    return Farewell(fields.take_bytes(b"n", bytes_max=limits.NOTICE_BYTES_MAX))


def write_report(report: Report) -> dict[bytes, Encodable]:
    return {
        b"o": report.seen,
        b"r": [{b"f": each.feed_id, b"n": each.per_month} for each in report.rates],
        b"s": report.room,
    }


def read_report(fields: Fields) -> Report:
    seen = fields.take_bytes_list(b"o", count_max=limits.SEEN_MAX, length=limits.KEY_BYTES)
    rates = fields.take_fields_list(b"r", count_max=limits.SEEN_MAX)
    return Report(
        seen=tuple(NodeId(each) for each in seen),
        rates=tuple(_read_rate(each) for each in rates),
        room=fields.take_int(b"s", 0, ROOM_STEPS),
    )


def _read_rate(fields: Fields) -> RequestRate:
    return RequestRate(
        take_feed_id(fields), fields.take_int(b"n", 0, limits.REQUESTS_PER_MONTH_MAX)
    )


def write_audit(audit: Audit) -> dict[bytes, Encodable]:
    return {b"f": audit.feed_id, b"i": audit.index}


def read_audit(fields: Fields) -> Audit:
    return Audit(take_feed_id(fields), _take_index(fields))


def write_proof(proof: AuditProof) -> dict[bytes, Encodable]:
    return {
        b"e": proof.stored,
        b"f": proof.feed_id,
        b"h": proof.signed_head,
        b"i": proof.index,
        b"p": proof.path,
    }


def read_proof(fields: Fields) -> AuditProof:
    return AuditProof(
        feed_id=take_feed_id(fields),
        index=_take_index(fields),
        signed_head=fields.take_bytes(b"h", bytes_max=limits.HEAD_BYTES_MAX),
        stored=fields.take_bytes(b"e", bytes_max=limits.STORED_BYTES_MAX),
        path=take_hashes(fields, limits.INCLUSION_HASHES_MAX),
    )


def _take_index(fields: Fields) -> int:
    return fields.take_int(b"i", 0, limits.FEED_ENTRIES_MAX - 1)
