"""Which machines keep our own letters, and which do so no longer: pure decisions.

A box is given up when its holder was away for GONE_S, though it was looked for; when it lacked
most of what other boxes had; when it lost what we put in ourselves.  It goes as soon as another
can take its place, and at once where it was found to lose parcels and is not the last.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.limits import MAILBOXES_MAX
from swarmfeed.core.mailboxes.limits import (
    GONE_LOOKS,
    GONE_S,
    MISSED_MIN,
    PROBES_LOST_MAX,
)


class BoxRecord(Struct, kw_only=True):
    """How one of our boxes has done."""

    since_s: int
    """When it began, in seconds since 1970."""
    heard_s: int
    """When its holder last let us look into it."""
    renewed_s: int = 0
    """When the lease was last confirmed."""
    looks: int = 0
    """How often it was looked for in vain since."""
    had: int = 0
    """Parcels it had, of those that two boxes had."""
    missed: int = 0
    """Parcels it lacked of them."""
    probes_lost: int = 0
    """Own parcels that it lost, one after the other."""
    probe: bytes = b""
    """Id of the own parcel that lies there now; empty: none does."""
    probed_s: int = 0
    """When it was put there."""
    refuses: bool = False
    """Whether its holder said that it keeps no box for us."""

    def is_gone(self, now_s: int) -> bool:
        """Whether its holder seems to have left for good."""
        return now_s - self.heard_s >= GONE_S and self.looks >= GONE_LOOKS

    def loses(self) -> bool:
        """Whether what is put there does not come here."""
        lacks = self.missed >= MISSED_MIN and self.missed > self.had
        return self.refuses or lacks or self.probes_lost >= PROBES_LOST_MAX


class BoxOffer(Struct, frozen=True, kw_only=True):
    """A machine that keeps a box for us, if we want."""

    node_id: NodeId
    is_server: bool
    """Whether it holds the history of others: such are up most of the time."""
    is_friend: bool
    """Whether it proved to be a machine of somebody we follow."""
    is_own: bool
    """Whether it is a device of our own author: it may be off whenever this one is."""
    network: str
    """Those that fail together; empty when nobody can say."""


class Choice(Struct, frozen=True):
    """What is to be done about our boxes."""

    kept: tuple[NodeId, ...]
    """Holders that stay, and new ones, the longest there first."""
    given_up: tuple[NodeId, ...]


def choose(
    records: dict[NodeId, BoxRecord],
    offers: Iterable[BoxOffer],
    networks: dict[NodeId, str],
    now_s: int,
) -> Choice:
    """Return which holders are to keep our boxes.

    Args:
        records: Of those who do, the longest there first.
        offers: Of others.
        networks: Of those who do, where it is known.
    """
    bad = [each for each, record in records.items() if record.loses()]
    gone = [each for each, record in records.items() if record.is_gone(now_s)]
    good = [each for each in records if each not in bad and each not in gone]
    new = _pick(offers, [networks.get(each, "") for each in good], MAILBOXES_MAX - len(good))
    # Whoever went may come back, and is better than nobody; who loses parcels is not.
    spare = MAILBOXES_MAX - len(good) - len(new)
    stays = [each for each in gone if each not in bad][:spare]
    if not good and not new and not stays:
        stays = bad
    kept = (*(each for each in records if each in good or each in stays), *new)
    return Choice(kept, tuple(each for each in records if each not in kept))


def wanted(records: Collection[BoxRecord], now_s: int) -> int:
    """How many more boxes are to be looked for."""
    good = [each for each in records if not each.loses() and not each.is_gone(now_s)]
    return MAILBOXES_MAX - len(good)


def _pick(offers: Iterable[BoxOffer], networks: Sequence[str], count: int) -> list[NodeId]:
    """The best so many of some offers, in networks of their own as far as possible."""
    left, taken, found = list(offers), set(networks), list[NodeId]()
    while left and len(found) < count:
        best = min(left, key=lambda each: _rank(each, taken))
        left.remove(best)
        taken.add(best.network)
        found.append(best.node_id)
    return found


def _rank(offer: BoxOffer, taken: Collection[str]) -> tuple[bool, bool, bool, bytes]:
    is_beside = bool(offer.network) and offer.network in taken
    return is_beside, offer.is_own, not offer.is_server, offer.node_id
