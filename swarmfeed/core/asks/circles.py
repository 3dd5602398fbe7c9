"""Circles: who may read what one posts for some people only."""

from dataclasses import dataclass

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import AuthorId


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody, by name."""

    author_id: AuthorId
    name: str
    """Empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleView:
    """One of the person's own circles."""

    name: str
    people: tuple[Person, ...]
    """Who can read it, in the order in which they were let in: the first 1,000."""
    count: int
    """How many they are."""
    reads_back: bool
    """Whether who is let in can read what was posted before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableCircle:
    """A circle of somebody else that the person can read."""

    author: Person
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPerson:
    """Somebody the person asked to be let in."""

    person: Person
    declined: bool
    """Whether they said no; else they have not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circles:
    """Everything that is for some people only."""

    own: tuple[CircleView, ...]
    """By their names."""
    waiting: tuple[Person, ...]
    """Who asks to be let in, and waits for an answer."""
    readable: tuple[ReadableCircle, ...]
    asked: tuple[AskedPerson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleName:
    """An own circle, in short."""

    name: str
    count: int
    """People in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleNames:
    """For whom one can post."""

    own: tuple[CircleName, ...]
    """By their names."""
    waiting: int
    """How many people ask to be let in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CircleDone:
    """What was done, in words."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCircles(Ask[Circles]):
    """Own circles with their people, who waits for an answer, and what others let us read."""

    name = "circles"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichCircles(Ask[CircleNames]):
    """Own circles, without their people: for whom one can post."""

    name = "circle-names"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCircle(Ask[CircleDone]):
    """Make a circle with nobody in it."""

    name = "create-circle"
    changes = True

    circle: str
    """What it is called."""
    reads_back: bool = False
    """Whether who is let in can read what was posted before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskToRead(Ask[CircleDone]):
    """Ask somebody whether one may read what they post for some people only."""

    name = "ask-to-read"
    changes = True

    who: str
    """A link or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn(Ask[CircleDone]):
    """Let somebody read an own circle from now on, whether they asked or not."""

    name = "let-in"
    changes = True

    who: str
    """A link or an address."""
    circle: str = ""
    """Empty: the only one there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineReader(Ask[CircleDone]):
    """Tell somebody who asked that they are not let in."""

    name = "decline-reader"
    changes = True

    who: str
    """A link or an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveReader(Ask[CircleDone]):
    """Let somebody read what is posted to a circle no longer."""

    name = "remove-reader"
    changes = True

    who: str
    """A link or an address."""
    circle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePost(Ask[CircleDone]):
    """Let one more person read one protected post of one's own."""

    name = "share-post"
    changes = True

    ref: str
    """Its public id, ``<feed address>/<index>``, or the hex of its hash."""
    who: str
    """A link or an address."""
