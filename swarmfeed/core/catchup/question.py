"""Questions for news: cut into messages, put together again, and whose turn it is."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Final, Generic, TypeVar

from msgspec import Struct, field

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup.limits import (
    ANSWERED_AT_ONCE,
    FEEDS_ASKED_AT_ONCE,
    FEEDS_ASKED_MAX,
    WAITING_FEEDS_MAX,
    WAITING_MAX,
)
from swarmfeed.core.catchup.words import BUSY, TOO_MUCH, CatchUp
from swarmfeed.core.talk.words import WantedFeed
from swarmfeed.errors import BadEncodingError

A = TypeVar("A", bound=Hashable)
"""Who asks: a link, not a node, for whoever comes back asks anew."""


def ask(number: int, sizes: Mapping[FeedId, int]) -> Iterator[CatchUp]:
    """Yield the messages of a question; at least one."""
    feeds = [WantedFeed(*each) for each in sizes.items()]
    for at in range(0, max(len(feeds), 1), FEEDS_ASKED_AT_ONCE):
        stop = at + FEEDS_ASKED_AT_ONCE
        yield CatchUp(number=number, feeds=tuple(feeds[at:stop]), goes_on=stop < len(feeds))


class Question(Struct):
    """What somebody asked, as far as it came."""

    number: int
    sizes: dict[FeedId, int] = field(default_factory=dict)


class Refusal(Struct, frozen=True):
    """A question that is not answered."""

    number: int
    why: int
    """As in ``CaughtUp``."""


class Queue(Generic[A]):
    """Questions, and whose turn it is; does no more than remember."""

    def __init__(self) -> None:
        """Begin with none."""
        self._coming: Final[dict[A, Question]] = {}
        self._waiting: Final[dict[A, Question]] = {}
        self._answered: Final[dict[A, Question]] = {}

    @property
    def count(self) -> int:
        """Questions that wait, or are answered."""
        return len(self._waiting) + len(self._answered)

    @property
    def feed_count(self) -> int:
        """Feeds of all questions that are remembered."""
        rows = (self._coming, self._waiting, self._answered)
        return sum(len(each.sizes) for row in rows for each in row.values())

    def hear(self, asker: A, said: CatchUp) -> Refusal | None:
        """Take one message of a question in; the last one has it wait for its turn.

        Raises:
            BadEncodingError: It asks while its last question has no answer yet, or for a feed
                twice.
        """
        if asker in self._waiting or asker in self._answered:
            raise BadEncodingError("asked anew before the answer was there")
        question = self._coming.pop(asker, None)
        if question is None or question.number != said.number:
            question = Question(said.number)
        for each in said.feeds:
            if each.feed_id in question.sizes:
                raise BadEncodingError("asked for a feed twice")
            question.sizes[each.feed_id] = each.size
        if len(question.sizes) > FEEDS_ASKED_MAX:
            return Refusal(said.number, TOO_MUCH)
        if self.feed_count + len(question.sizes) > WAITING_FEEDS_MAX or self._is_crowded():
            return Refusal(said.number, BUSY)
        row = self._coming if said.goes_on else self._waiting
        row[asker] = question
        return None

    def next(self) -> Iterator[tuple[A, Question]]:
        """Yield questions whose turn it is now, who asked first before the others."""
        while self._waiting and len(self._answered) < ANSWERED_AT_ONCE:
            asker = next(iter(self._waiting))
            question = self._answered[asker] = self._waiting.pop(asker)
            yield asker, question

    def end(self, asker: A) -> None:
        """Somebody has the answer, or is gone."""
        for row in (self._coming, self._waiting, self._answered):
            row.pop(asker, None)

    def _is_crowded(self) -> bool:
        return len(self._waiting) + len(self._coming) >= WAITING_MAX


def pick(sizes: Iterable[tuple[FeedId, int]]) -> dict[FeedId, int]:
    """Return what one question asks for: as many feeds as it may, the first ones."""
    picked: dict[FeedId, int] = {}
    for feed_id, size in sizes:
        if len(picked) == FEEDS_ASKED_MAX:
            break
        picked[feed_id] = size
    return picked
