"""Who keeps Anna's letters, and whose are kept by her."""

from typing import Final

from swarmfeed.core.asks.mailboxes import MailboxHolder, MailboxStatus
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.mailboxes import sentences

_HOUR_MS: Final = 3_600_000


def mailbox_status(now_ms: int) -> MailboxStatus:
    """Two machines keep hers, one of which is away; she keeps those of three people."""
    holders = (
        MailboxHolder(
            node_id=NodeId(bytes([number]) * 32),
            is_linked=number == 21,
            since_ms=now_ms - 100 * _HOUR_MS,
            heard_ms=now_ms - _HOUR_MS,
        )
        for number in (21, 22)
    )
    return MailboxStatus(
        receives=True,
        sentence=sentences.KEPT_AT(boxes=2),
        holders=tuple(holders),
        kept_sentence=sentences.KEPT_FOR(people=3, size="41 kB"),
        kept_boxes=3,
        kept_parcels=52,
        kept_bytes=41_000,
        disk_bytes=128_000_000,
    )
