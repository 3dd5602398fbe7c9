"""In which order the letters of a conversation stand, and where one is missing.

A letter stands behind those it names as seen; of two that do not know each other, the one
whose writer's clock was earlier is first.  Whoever has the same letters sees the same order.
"""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from msgspec import Struct

from swarmfeed.core.letters.limits import AFTER_MAX


class Placed(Struct, frozen=True, kw_only=True):
    """What of a letter says where it stands."""

    letter_id: bytes
    after: tuple[bytes, ...]
    time_ms: int


class OrderedLetter(Struct, frozen=True):
    """A letter in its place."""

    letter_id: bytes
    missing: int
    """How many letters its writer had seen right before it, and nobody here has."""


def in_order(letters: Iterable[Placed], known: Iterable[bytes] = ()) -> list[OrderedLetter]:
    """Return letters in the order in which they are read.

    Args:
        known: Letters that were here and are not among these: not missing.
    """
    found = {each.letter_id: each for each in letters}
    elsewhere = frozenset(known)
    waits = {
        each.letter_id: {ref for ref in each.after if ref in found and ref != each.letter_id}
        for each in found.values()
    }
    behind: dict[bytes, list[bytes]] = {}
    for letter_id, refs in waits.items():
        for ref in refs:
            behind.setdefault(ref, []).append(letter_id)
    ready = [(found[each].time_ms, each) for each, refs in waits.items() if not refs]
    ready.sort()
    order: list[OrderedLetter] = []
    while ready:
        _, letter_id = heappop(ready)
        letter = found[letter_id]
        missing = sum(ref not in found and ref not in elsewhere for ref in letter.after)
        order.append(OrderedLetter(letter_id, missing))
        for other in behind.get(letter_id, ()):
            waits[other].discard(letter_id)
            if not waits[other]:
                heappush(ready, (found[other].time_ms, other))
    return order  # ids are hashes of what names others: there is no circle


def newest_with(tips: Sequence[bytes], letter_id: bytes, after: Iterable[bytes]) -> list[bytes]:
    """Return the letters that the next one names, once one more is here; the last one last."""
    seen = {*after, letter_id}
    return [*(each for each in tips if each not in seen), letter_id][-AFTER_MAX:]
