"""What rises: tags that far more people write of than did in the days before.

    people of a tag    different authors in the last day, by steps of six hours
    rise               how far that is from the mean of the seven days before, by what is usual
                       (the square root of it)

One author counts once, however much is written.  Who says that a tag rises shows posts of three
authors with it, proven; how many there were nobody proves, so the median of several is shown.
"""

import math
from collections.abc import Iterable, Sequence
from hashlib import sha256
from statistics import median_low
from typing import Final

from msgspec import Struct

from swarmfeed.core.feed.matching import Meant, Written
from swarmfeed.core.feed.proven import Checked, ProvenPost
from swarmfeed.core.lookup.limits import (
    RISEN_MAX,
    RISING_DAYS,
    RISING_LEAST,
    RISING_PAIRS_MAX,
    RISING_STEP_MS,
    RISING_TAGS_MAX,
)
from swarmfeed.core.lookup.results import check_hit
from swarmfeed.core.words.query import parse_query
from swarmfeed.core.words.tags import find_tags
from swarmfeed.errors import BadProofError

STEPS_A_DAY: Final = 24 * 60 * 60 * 1000 // RISING_STEP_MS

AUTHOR_BYTES: Final = 6
"""Of a hash of an author: enough to tell some hundred apart."""


class Rise(Struct, frozen=True, kw_only=True):
    """A tag, and how many write of it."""

    tag: str
    """``#`` and what it is found by."""
    authors: int
    """Different ones in the last day."""
    before: float
    """The mean of a day in the week before."""

    @property
    def height(self) -> float:
        """How unusual it is."""
        return (self.authors - self.before) / math.sqrt(self.before + 1)


class TagCounts:
    """Who wrote of which tags in the last eight days; may be asked while posts are added."""

    def __init__(self) -> None:
        self._steps: dict[int, dict[str, set[bytes]]] = {}
        self._pairs: dict[int, int] = {}

    def add(self, written: Written, now_ms: int) -> None:
        """A post came by, that is proven."""
        tags = {each.term for each in find_tags(written.post.text)}
        step, now = written.time_ms // RISING_STEP_MS, now_ms // RISING_STEP_MS
        first = now - RISING_DAYS * STEPS_A_DAY + 1
        if not tags or not first <= step <= now:
            return
        for old in [each for each in self._steps if each < first]:
            del self._steps[old], self._pairs[old]
        counts, author = self._steps.setdefault(step, {}), _author(written)
        self._pairs.setdefault(step, 0)
        for tag in tags:
            self._add(step, counts, tag, author)

    def _add(self, step: int, counts: dict[str, set[bytes]], tag: str, author: bytes) -> None:
        if author in counts.get(tag, ()):
            return
        if len(counts) >= RISING_TAGS_MAX or self._pairs[step] >= RISING_PAIRS_MAX:
            for alone in [each for each, authors in counts.items() if len(authors) == 1]:
                del counts[alone]
                self._pairs[step] -= 1
        has_room = tag in counts or len(counts) < RISING_TAGS_MAX
        if has_room and self._pairs[step] < RISING_PAIRS_MAX:
            counts.setdefault(tag, set()).add(author)
            self._pairs[step] += 1

    def rising(self, now_ms: int) -> list[Rise]:
        """Return the tags that rise most, the highest rise first."""
        now = now_ms // RISING_STEP_MS
        today = self._people(range(now - STEPS_A_DAY + 1, now + 1))
        days = [
            self._people(range(now - (day + 1) * STEPS_A_DAY + 1, now - day * STEPS_A_DAY + 1))
            for day in range(1, RISING_DAYS)
        ]
        rises = (
            Rise(
                tag=tag,
                authors=len(authors),
                before=sum(len(day.get(tag, ())) for day in days) / len(days),
            )
            for tag, authors in today.items()
            if len(authors) >= RISING_LEAST
        )
        risen = [each for each in rises if each.authors >= 2 * each.before]
        return sorted(risen, key=lambda each: (-each.height, each.tag))[:RISEN_MAX]

    def _people(self, steps: Iterable[int]) -> dict[str, set[bytes]]:
        found: dict[str, set[bytes]] = {}
        for step in steps:
            for tag, authors in list(self._steps.get(step, {}).items()):
                found.setdefault(tag, set()).update(authors)
        return found


def _author(written: Written) -> bytes:
    return sha256(written.author_id).digest()[:AUTHOR_BYTES]


def check_examples(tag: str, examples: Sequence[ProvenPost], now_ms: int) -> list[Checked]:
    """Return the posts by which a supernode shows that a tag rises.

    Raises:
        RemoteError: One is not proven, or has another tag.
        BadProofError: They are not of RISING_LEAST different authors.
    """
    nobody = Meant()
    if not tag.startswith("#"):
        raise BadProofError("what rises is no tag")
    query = parse_query(tag)
    checked = [check_hit(each, query, lambda _: nobody, now_ms) for each in examples]
    if len({each.written.author_id for each in checked}) < RISING_LEAST:
        raise BadProofError("a tag rises by one author alone")
    return checked


def agreed(claims: Sequence[Sequence[Rise]]) -> list[Rise]:
    """Return what most of several supernodes say that rises, by the medians of their counts."""
    told: dict[str, list[Rise]] = {}
    for claim in claims:
        for each in claim:
            told.setdefault(each.tag, []).append(each)
    found = [
        Rise(
            tag=tag,
            authors=median_low(each.authors for each in rises),
            before=median_low(each.before for each in rises),
        )
        for tag, rises in told.items()
        if 2 * len(rises) > len(claims)
    ]
    return sorted(found, key=lambda each: (-each.height, each.tag))[:RISEN_MAX]
