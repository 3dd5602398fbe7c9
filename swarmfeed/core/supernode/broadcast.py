"""From one supernode to all of them: each gives on a part of the list that all know.

    spread  id, [low, high)   here it is: take it, and give it on to the places of that range
    ack     id, low           I have it, and see to that range
    have    id                I have this
    want    id                give it to me; the answer is a spread of an empty range

A node's place is the first eight bytes of its id.  Who publishes sees to all places: it cuts
them into SPREAD_WAYS parts and gives each to one node in it, which cuts its part again.  A part
that is not confirmed in DELEGATE_MS goes to another node in it.  Ranges are of places, not of
list entries: where lists differ, the parts still cover everything, and each node gives on to
those that it knows.  A node that took a part and dropped it is made up for beside: everybody
tells LAZY_LINKS others what it has, its neighbours in the list among them; who lacks it asks.

No clock, no socket: what comes in is told with the time, what is to be done comes back.
Bytes of what is spread are the caller's; here they are named by their hash.

Source: the tree is that of range delegation in structured overlays (El-Ansary, Alima, Brand,
Haridi, "Efficient broadcast in structured P2P networks", 2003), over a list instead of a
routing table; lazy ids are Plumtree's (Leitao, Pereira, Rodrigues, 2007).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct, field

from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.supernode.dues import Dues
from swarmfeed.core.supernode.limits import (
    ANNOUNCERS_MAX,
    ASKED_WEIGHT,
    DELEGATE_MS,
    LATE_ACTIONS_MAX,
    LATE_AT_ONCE_MAX,
    LAZY_LINKS,
    NEAR_LINKS,
    SEEN_TO_MAX,
    SPREAD_KEPT_MAX,
    SPREAD_KEPT_MS,
    SPREAD_OPEN_MAX,
    SPREAD_WAYS,
)
from swarmfeed.core.supernode.sampling import Luck, pick_some

PLACES: Final = 2**64


class Places(Struct, frozen=True):
    """Places [low, high), 0 <= low <= high <= PLACES."""

    low: int
    high: int


EVERYWHERE: Final = Places(0, PLACES)
NOWHERE: Final = Places(0, 0)


class Spread(Struct, frozen=True):
    """Send it, and say which places the other one sees to."""

    to: NodeId
    id: Hash
    places: Places


class Acknowledge(Struct, frozen=True):
    """Tell that it came, and that those places are seen to."""

    to: NodeId
    id: Hash
    low: int


class Announce(Struct, frozen=True):
    """Tell that it is here."""

    to: NodeId
    id: Hash


class AskFor(Struct, frozen=True):
    """Ask for it."""

    to: NodeId
    id: Hash


class Deliver(Struct, frozen=True):
    """It came for the first time: this node makes of it what it likes."""

    id: Hash


Action = Spread | Acknowledge | Announce | AskFor | Deliver


def place_of(node_id: NodeId) -> int:
    """Return where a node stands: ids are public keys, so places are spread evenly."""
    return int.from_bytes(node_id[:8], "big")


class _Part(Struct):
    """A part that was given on and is not confirmed."""

    places: Places
    to: NodeId
    due_ms: int
    tried: set[NodeId]


class _Going(Struct):
    """Something that is here."""

    came_at_ms: int
    seen_to: set[Places] = field(default_factory=set)
    parts: dict[int, _Part] = field(default_factory=dict)
    """By their low end."""
    begins_at_ms: int | None = None
    """When it is begun here, unless it came from elsewhere by then."""

    def due_ms(self) -> int | None:
        """When something is to be done next; None: nothing is."""
        parts = [part.due_ms for part in self.parts.values()]
        return min(
            parts if self.begins_at_ms is None else [*parts, self.begins_at_ms], default=None
        )


class _Lacking(Struct):
    """Something that others have."""

    due_ms: int
    announcers: list[NodeId]


class Broadcast:
    """What one supernode does with what is to reach all."""

    def __init__(self, me: NodeId, luck: Luck) -> None:
        self._me = me
        self._luck = luck
        self._members: tuple[NodeId, ...] = ()
        self._where: list[int] = []
        self._going: dict[Hash, _Going] = {}
        """Oldest first."""
        self._open: dict[Hash, None] = {}
        """Those of which something is to be done yet."""
        self._lacking: dict[Hash, _Lacking] = {}
        self._asked_share = 0.0
        """Of what came lately, the share that came because it was asked for."""
        self._going_dues = Dues(self._going_due_ms)
        self._lacking_dues = Dues(self._lacking_due_ms)

    def know(self, members: Sequence[NodeId]) -> None:
        """All supernodes that this node knows of; itself may be among them."""
        others = sorted({each for each in members if each != self._me}, key=place_of)
        self._members = tuple(others)
        self._where = [place_of(each) for each in others]

    def has(self, message_id: Hash) -> bool:
        """Whether it is here, and not forgotten."""
        return message_id in self._going

    def publish(self, message_id: Hash, now_ms: int, wait_ms: int = 0) -> list[Action]:
        """Something begins here.  What is here already is not begun again.

        Args:
            wait_ms: How long another one, who was told as well, has to begin it: if it comes
                from there meanwhile, it is not begun here.
        """
        if message_id in self._going:
            return []
        taken = list(self._take(message_id, now_ms))
        if wait_ms:
            self._going[message_id].begins_at_ms = now_ms + wait_ms
            self._opened(message_id, now_ms + wait_ms)
            return taken
        return [*taken, *self._see_to(message_id, EVERYWHERE, now_ms)]

    def on_spread(
        self, sender: NodeId, message_id: Hash, places: Places, now_ms: int
    ) -> list[Action]:
        """Something came, checked by the caller, with the places this node is to see to."""
        if self._refuses(message_id, places):
            return []
        actions: list[Action] = [Acknowledge(sender, message_id, places.low)]
        if message_id not in self._going:
            was_asked = places.low == places.high
            self._asked_share += ASKED_WEIGHT * (was_asked - self._asked_share)
            actions += self._take(message_id, now_ms)
        if places.low < places.high:
            self._going[message_id].begins_at_ms = None
        if places not in self._going[message_id].seen_to:
            actions += self._see_to(message_id, places, now_ms)
        self._close(message_id)
        return actions

    def on_ack(self, sender: NodeId, message_id: Hash, low: int) -> None:
        """A part is seen to; what nobody waits for is passed over."""
        going = self._going.get(message_id)
        part = going.parts.get(low) if going else None
        if going and part and sender in part.tried:
            del going.parts[low]
            self._close(message_id)

    def on_have(
        self, sender: NodeId, message_id: Hash, now_ms: int, wait_ms: int | None = None
    ) -> None:
        """Another node has it.  Nearly always it is on its way here too, within ``wait_ms``.

        None: DELEGATE_MS where it is; the less, the more of what came had to be asked for, for
        then lists are shorter than the layer is, and what is not given is waited for in vain.
        """
        if message_id in self._going:
            return
        if wait_ms is None:
            wait_ms = round(DELEGATE_MS * (1 - self._asked_share))
        if message_id not in self._lacking:
            self._lacking[message_id] = _Lacking(now_ms + wait_ms, [])
            self._lacking_dues.set(message_id, now_ms + wait_ms)
        lacking = self._lacking[message_id]
        if sender not in lacking.announcers and len(lacking.announcers) < ANNOUNCERS_MAX:
            lacking.announcers.append(sender)
        while len(self._lacking) > SPREAD_KEPT_MAX:
            del self._lacking[next(iter(self._lacking))]

    def on_want(self, sender: NodeId, message_id: Hash) -> list[Action]:
        """Another node lacks it."""
        is_here = message_id in self._going
        return [Spread(sender, message_id, NOWHERE)] if is_here else []

    def tick(self, now_ms: int) -> list[Action]:
        """Time has passed: ask others where nobody confirmed, and forget what is old.

        At most LATE_AT_ONCE_MAX of each are looked after; the others are late next time too.
        """
        actions: list[Action] = []
        for _ in range(LATE_AT_ONCE_MAX):
            if len(actions) >= LATE_ACTIONS_MAX:
                break
            message_id = self._going_dues.take(now_ms)
            if message_id is None:
                break
            actions += self._look_after(message_id, self._going[message_id], now_ms)
            self._close(message_id)
        for _ in range(LATE_AT_ONCE_MAX):
            message_id = self._lacking_dues.take(now_ms)
            if message_id is None:
                break
            actions += self._ask(message_id, self._lacking[message_id], now_ms)
        self._forget(now_ms)
        return actions

    def due_ms(self) -> int | None:
        """When ``tick`` has something to do next; None: as far as is known, never."""
        dues = (self._going_dues.next_ms(), self._lacking_dues.next_ms())
        return min((each for each in dues if each is not None), default=None)

    def _going_due_ms(self, message_id: Hash) -> int | None:
        return self._going[message_id].due_ms() if message_id in self._open else None

    def _lacking_due_ms(self, message_id: Hash) -> int | None:
        lacking = self._lacking.get(message_id)
        return lacking.due_ms if lacking is not None else None

    def _look_after(self, message_id: Hash, going: _Going, now_ms: int) -> Iterator[Action]:
        if going.begins_at_ms is not None and going.begins_at_ms <= now_ms:
            going.begins_at_ms = None
            yield from self._see_to(message_id, EVERYWHERE, now_ms)
        for part in [each for each in going.parts.values() if each.due_ms <= now_ms]:
            yield from self._try_another(message_id, going, part, now_ms)

    def _refuses(self, message_id: Hash, places: Places) -> bool:
        """Whether so many ranges of it are seen to here that this one is another's to take."""
        going = self._going.get(message_id)
        if going is None or places in going.seen_to or places.low >= places.high:
            return False
        return len(going.seen_to) >= SEEN_TO_MAX

    def _opened(self, message_id: Hash, due_ms: int) -> None:
        """Look after it, and no longer after what has been open longest, beyond the bound."""
        self._open[message_id] = None
        self._going_dues.set(message_id, due_ms)
        if len(self._open) > SPREAD_OPEN_MAX:
            oldest = next(iter(self._open))
            self._going[oldest].parts.clear()
            self._going[oldest].begins_at_ms = None
            self._close(oldest)

    def _close(self, message_id: Hash) -> None:
        """Look after it no longer, if nothing is left to be done."""
        going = self._going[message_id]
        if not going.parts and going.begins_at_ms is None:
            self._open.pop(message_id, None)

    def _take(self, message_id: Hash, now_ms: int) -> Iterator[Action]:
        self._going[message_id] = _Going(now_ms)
        self._lacking.pop(message_id, None)
        yield Deliver(message_id)
        for other in self._beside():
            yield Announce(other, message_id)

    def _beside(self) -> list[NodeId]:
        """Whom to tell what is here: neighbours in the list, and some at random."""
        count = len(self._members)
        if count <= LAZY_LINKS:
            return list(self._members)
        here = bisect_left(self._where, place_of(self._me)) - NEAR_LINKS // 2
        near = [self._members[(here + at) % count] for at in range(NEAR_LINKS)]
        others = pick_some(self._members, LAZY_LINKS, self._luck)
        return [*near, *(each for each in others if each not in near)][:LAZY_LINKS]

    def _see_to(self, message_id: Hash, places: Places, now_ms: int) -> Iterator[Action]:
        going = self._going[message_id]
        going.seen_to.add(places)
        for part in self._cut(places):
            yield from self._give(message_id, going, part, set(), now_ms)

    def _cut(self, places: Places) -> Iterator[Places]:
        """Yield parts with about as many known nodes each, which cover all of it but here."""
        here = min(max(place_of(self._me), places.low), places.high)
        sides = [Places(places.low, here), Places(min(here + 1, places.high), places.high)]
        counts = [end - first for first, end in map(self._span, sides)]
        ways = min(SPREAD_WAYS, sum(counts))
        left = min(max(round(ways * counts[0] / max(sum(counts), 1)), counts[0] > 0), ways)
        if counts[1] and left == ways:
            left -= ways > 1
        for side, share in zip(sides, (left, max(ways - left, counts[1] > 0)), strict=True):
            yield from self._cut_evenly(side, share)

    def _cut_evenly(self, places: Places, ways: int) -> Iterator[Places]:
        first, end = self._span(places)
        if first == end:
            return
        cuts = [self._where[first + (end - first) * way // ways] for way in range(1, ways)]
        for low, high in pairwise([places.low, *cuts, places.high]):
            if low < high:  # two nodes at one place are one part
                yield Places(low, high)

    def _span(self, places: Places) -> tuple[int, int]:
        """Which of the known nodes stand there, as [first, end)."""
        first, end = (bisect_left(self._where, each) for each in (places.low, places.high))
        return first, end

    def _give(
        self, message_id: Hash, going: _Going, places: Places, tried: set[NodeId], now_ms: int
    ) -> Iterator[Action]:
        first, end = self._span(places)
        # For each message it begins at another one, so that nobody carries more than others.
        begin = int.from_bytes(message_id[:8], "big") ^ places.low
        ring = (
            self._members[first + (begin + at) % (end - first)] for at in range(end - first)
        )
        to = next((each for each in ring if each not in tried), None)
        if to is None:
            going.parts.pop(places.low, None)
            return
        part = _Part(places, to, now_ms + DELEGATE_MS, {*tried, to})
        going.parts[places.low] = part
        self._opened(message_id, part.due_ms)
        yield Spread(to, message_id, places)

    def _try_another(
        self, message_id: Hash, going: _Going, part: _Part, now_ms: int
    ) -> Iterator[Action]:
        del going.parts[part.places.low]
        yield from self._give(message_id, going, part.places, part.tried, now_ms)

    def _ask(self, message_id: Hash, lacking: _Lacking, now_ms: int) -> Iterator[Action]:
        yield AskFor(lacking.announcers.pop(0), message_id)
        lacking.due_ms = now_ms + 2 * DELEGATE_MS
        self._lacking_dues.set(message_id, lacking.due_ms)
        if not lacking.announcers:
            del self._lacking[message_id]

    def _forget(self, now_ms: int) -> None:
        while self._going:
            oldest = next(iter(self._going))
            is_old = self._going[oldest].came_at_ms <= now_ms - SPREAD_KEPT_MS
            if not is_old and len(self._going) <= SPREAD_KEPT_MAX:
                return
            del self._going[oldest]
            self._open.pop(oldest, None)
