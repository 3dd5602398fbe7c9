"""Circles: who may read what one posts for some people only."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.base.types import AuthorId


class Person(Struct, frozen=True, kw_only=True):
    """Somebody, by name."""

    author_id: AuthorId
    name: str
    """Empty when unknown."""


class CircleView(Struct, frozen=True, kw_only=True):
    """One of the person's own circles."""

    name: str
    people: tuple[Person, ...]
    """Who can read it, in the order in which they were let in: the first 1,000."""
    count: int
    """How many they are."""
    reads_back: bool
    """Whether who is let in can read what was posted before."""


class ReadableCircle(Struct, frozen=True, kw_only=True):
    """A circle of somebody else that the person can read."""

    author: Person
    name: str


class AskedPerson(Struct, frozen=True, kw_only=True):
    """Somebody the person asked to be let in."""

    person: Person
    declined: bool
    """Whether they said no; else they have not answered."""


class Circles(Struct, frozen=True, kw_only=True):
    """Everything that is for some people only."""

    own: tuple[CircleView, ...]
    """By their names."""
    waiting: tuple[Person, ...]
    """Who asks to be let in, and waits for an answer."""
    readable: tuple[ReadableCircle, ...]
    asked: tuple[AskedPerson, ...]


class CircleName(Struct, frozen=True, kw_only=True):
    """An own circle, in short."""

    name: str
    count: int
    """People in it."""


class CircleNames(Struct, frozen=True, kw_only=True):
    """For whom one can post."""

    own: tuple[CircleName, ...]
    """By their names."""
    waiting: int
    """How many people ask to be let in."""


class CircleDone(Struct, frozen=True, kw_only=True):
    """What was done, in words."""

    sentence: str


class ListCircles(Ask[Circles], frozen=True, kw_only=True):
    """Own circles with their people, who waits for an answer, and what others let us read."""

    name = "circles"


class WhichCircles(Ask[CircleNames], frozen=True, kw_only=True):
    """Own circles, without their people: for whom one can post."""

    name = "circle-names"


class CreateCircle(Ask[CircleDone], frozen=True, kw_only=True):
    """Make a circle with nobody in it."""

    name = "create-circle"
    changes = True

    circle: str
    """What it is called."""
    reads_back: bool = False
    """Whether who is let in can read what was posted before."""


class AskToRead(Ask[CircleDone], frozen=True, kw_only=True):
    """Ask somebody whether one may read what they post for some people only."""

    name = "ask-to-read"
    changes = True

    who: str
    """A link or an address."""


class LetIn(Ask[CircleDone], frozen=True, kw_only=True):
    """Let somebody read an own circle from now on, whether they asked or not."""

    name = "let-in"
    changes = True

    who: str
    """A link or an address."""
    circle: str = ""
    """Empty: the only one there is."""


class DeclineReader(Ask[CircleDone], frozen=True, kw_only=True):
    """Tell somebody who asked that they are not let in."""

    name = "decline-reader"
    changes = True

    who: str
    """A link or an address."""


class RemoveReader(Ask[CircleDone], frozen=True, kw_only=True):
    """Let somebody read what is posted to a circle no longer."""

    name = "remove-reader"
    changes = True

    who: str
    """A link or an address."""
    circle: str


class SharePost(Ask[CircleDone], frozen=True, kw_only=True):
    """Let one more person read one protected post of one's own."""

    name = "share-post"
    changes = True

    ref: str
    """Its public id, ``<feed address>/<index>``, or the hex of its hash."""
    who: str
    """A link or an address."""
