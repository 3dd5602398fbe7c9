"""Which of the posts that were found are shown first when the best ones are wanted.

    score    (1 + words) * recency * backing
    words    BM25 over the words and phrases that are looked for (Robertson and Zaragoza, 2009)
    recency  1 / (1 + age / 30 days), where the newest candidate has no age
    backing  1 + log2(1 + authors who answered it), each counted once

Nothing here asks for a clock: the order of posts does not change while nobody writes.
"""

import math
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from swarmfeed.core.words.query import All
from swarmfeed.core.words.seeking import Sought, count_in

K1: Final = 1.2
"""How soon more of a word stops to count: the lower end of what is usual, for short texts."""

B: Final = 0.75
"""How much a long text is held to repeat itself: BM25's usual choice."""

RECENCY_MS: Final = 30 * 86_400_000
"""A post of that age counts half as much as one of now."""


class Candidate(Struct, frozen=True, kw_only=True):
    """A post that was found."""

    row: Sequence[str]
    """Terms of its text, as the index keeps them."""
    time_ms: int
    backers: int = 0
    """Different authors who answered it."""


def best_first(
    candidates: Sequence[Candidate], words: Sequence[All], found: Sequence[int] = ()
) -> list[int]:
    """Return the places of the candidates, the best ones first; of equals the newer one.

    Args:
        words: What was looked for.
        found: How many posts hold each of ``words``, as far as that was counted: what few hold
            counts more.  Empty: nobody counted, and all count the same.
    """
    if not candidates:
        return []
    rarities = [_rarity(count, found) for count in found] or [1.0] * len(words)
    average = sum(len(each.row) for each in candidates) / len(candidates) or 1.0
    newest_ms = max(each.time_ms for each in candidates)

    def score(each: Candidate) -> float:
        length = 1 - B + B * len(each.row) / average
        said = sum(
            rarity * _saturated(each.row, one, length)
            for one, rarity in zip(words, rarities, strict=True)
        )
        recency = 1 / (1 + (newest_ms - each.time_ms) / RECENCY_MS)
        return (1 + said) * recency * (1 + math.log2(1 + each.backers))

    order = [(-score(each), -each.time_ms, at) for at, each in enumerate(candidates)]
    return [at for *_, at in sorted(order)]


def _rarity(count: int, found: Sequence[int]) -> float:
    """BM25's weight of a word among as many posts as the most frequent one of them has."""
    most = max(found)
    return math.log(1 + (most - count + 0.5) / (count + 0.5)) + 0.5


def _saturated(row: Sequence[str], wanted: Sequence[Sought], length: float) -> float:
    often = min(count_in(row, sought) for sought in wanted)
    return often * (K1 + 1) / (often + K1 * length)
