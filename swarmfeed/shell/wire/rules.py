"""What others are allowed on the peer link, before and after they proved who they are."""

from typing import TypedDict

from msgspec import Struct

from swarmfeed.core.base import limits
from swarmfeed.core.net.limits import (
    DIALS_AT_ONCE,
    STRANGERS_OF_ONE_ADDRESS_MAX,
    STRANGERS_SILENT_MAX,
    STRANGERS_SPEAKING_MAX,
)
from swarmfeed.core.talk.limits import MESSAGES_SENT_PER_S


class LinkRules(Struct, frozen=True, kw_only=True):
    """What a peer is allowed; tests make it narrower."""

    handshake_timeout_s: float = limits.HANDSHAKE_TIMEOUT_S
    send_timeout_s: float = limits.SEND_TIMEOUT_S
    close_timeout_s: float = limits.CLOSE_TIMEOUT_S
    send_bytes_per_s_min: float = limits.SEND_BYTES_PER_S_MIN
    bytes_per_s: float = limits.PEER_BYTES_PER_S
    messages_per_s: float = limits.PEER_MESSAGES_PER_S
    sends_per_s: float = MESSAGES_SENT_PER_S
    window_s: float = limits.BUDGET_WINDOW_S
    peers_max: int = limits.PEERS_MAX
    """Links that others may open."""
    dials_max: int = DIALS_AT_ONCE
    """Dials under way at once; more wait for their turn."""
    silent_max: int = STRANGERS_SILENT_MAX
    speaking_max: int = STRANGERS_SPEAKING_MAX
    one_address_max: int = STRANGERS_OF_ONE_ADDRESS_MAX
    """Strangers of either kind from one address."""


class Keeping(TypedDict):
    ping_interval: float
    ping_timeout: float
    close_timeout: float
    max_queue: int


def keeping(rules: LinkRules) -> Keeping:
    """Return how both ends keep a connection."""
    return Keeping(
        ping_interval=limits.PING_EVERY_S,
        ping_timeout=limits.PONG_TIMEOUT_S,
        close_timeout=rules.close_timeout_s,
        max_queue=limits.LINK_QUEUE_FRAMES,
    )
