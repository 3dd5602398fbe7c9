"""Mailboxes: who keeps our letters while we are away, and whose are kept here."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import NodeId


class MailboxHolder(Struct, frozen=True, kw_only=True):
    """A machine that keeps letters for this device."""

    node_id: NodeId
    is_linked: bool
    """Whether it is looked into now."""
    since_ms: int
    """Since when it keeps them."""
    heard_ms: int
    """When it was last looked into."""


class MailboxStatus(Struct, frozen=True, kw_only=True):
    """Mailboxes of this device, and those of others that are kept here."""

    receives: bool
    """Whether letters for this device are opened here."""
    sentence: str
    """Who keeps letters while this device is away."""
    holders: tuple[MailboxHolder, ...]
    kept_sentence: str
    """What is kept here for others."""
    kept_boxes: int
    """Devices whose letters are kept here."""
    kept_parcels: int
    kept_bytes: int
    disk_bytes: int
    """What is given for that at most."""


class Mailboxes(Ask[MailboxStatus], frozen=True, kw_only=True):
    """Who keeps letters for this device, and whose letters it keeps."""

    name = "mailboxes"
