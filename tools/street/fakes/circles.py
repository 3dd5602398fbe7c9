"""Circles of a desk for the faces: who is in them, and who asks; nothing is encrypted."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from swarmfeed.core.asks.circles import (
    AskedPerson,
    AskToRead,
    CircleDone,
    CircleName,
    CircleNames,
    Circles,
    CircleView,
    CreateCircle,
    DeclineReader,
    LetIn,
    ListCircles,
    Person,
    ReadableCircle,
    RemoveReader,
    WhichCircles,
)
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles import sentences
from swarmfeed.errors import UserError

from street.fakes.table import Rows


@dataclass
class FakeCircles:
    """What is for some people only."""

    people: dict[str, list[AuthorId]] = field(default_factory=dict)
    """Who is in each own circle."""
    read_back: set[str] = field(default_factory=set)
    waiting: list[AuthorId] = field(default_factory=list)
    asked: dict[AuthorId, bool] = field(default_factory=dict)
    """Whom the person asked, and whether they declined."""
    readable: dict[AuthorId, str] = field(default_factory=dict)

    def words(self, name: str) -> str:
        """Who can read what is posted there.  Raises UserError: there is no such circle."""
        people = len(self.called(name))
        if not people:
            return sentences.ONLY_YOU(name=name)
        return sentences.ONLY_OWN(people=people, name=name)

    def called(self, name: str) -> list[AuthorId]:
        if not name and len(self.people) == 1:
            (name,) = self.people
        if name not in self.people:
            raise UserError(sentences.NO_SUCH_CIRCLE(name=name))
        return self.people[name]


class Encircled(Protocol):
    """A desk whose person has circles."""

    authors: dict[AuthorId, AuthorView]
    circles: FakeCircles


def _person(desk: Encircled, who: AuthorId) -> Person:
    known = desk.authors.get(who)
    return Person(author_id=who, name=known.name if known is not None else "")


def listed(desk: Encircled, _: ListCircles) -> Circles:
    own = desk.circles
    return Circles(
        own=tuple(
            CircleView(
                name=name,
                people=tuple(_person(desk, who) for who in people),
                count=len(people),
                reads_back=name in own.read_back,
            )
            for name, people in sorted(own.people.items())
        ),
        waiting=tuple(_person(desk, who) for who in own.waiting),
        readable=tuple(
            ReadableCircle(author=_person(desk, who), name=name)
            for who, name in own.readable.items()
        ),
        asked=tuple(
            AskedPerson(person=_person(desk, who), declined=declined)
            for who, declined in own.asked.items()
        ),
    )


def names(desk: Encircled, _: WhichCircles) -> CircleNames:
    own = desk.circles
    found = sorted(own.people.items())
    return CircleNames(
        own=tuple(CircleName(name=name, count=len(people)) for name, people in found),
        waiting=len(own.waiting),
    )


def create(desk: Encircled, ask: CreateCircle) -> CircleDone:
    name = " ".join(ask.circle.split())
    if not name:
        raise UserError(sentences.CIRCLE_NAME_EMPTY())
    if name in desk.circles.people:
        raise UserError(sentences.CIRCLE_EXISTS(name=name))
    desk.circles.people[name] = []
    if ask.reads_back:
        desk.circles.read_back.add(name)
    return CircleDone(sentence=sentences.CIRCLE_MADE(name=name))


def let_in(desk: Encircled, ask: LetIn) -> CircleDone:
    who = parse_link(ask.who).author_id
    people = desk.circles.called(ask.circle)
    name = _person(desk, who).name
    if who in people:
        raise UserError(sentences.IN_ALREADY(who=name, name=ask.circle))
    people.append(who)
    if who in desk.circles.waiting:
        desk.circles.waiting.remove(who)
    return CircleDone(sentence=sentences.APPROVED(who=name, name=ask.circle))


def decline(desk: Encircled, ask: DeclineReader) -> CircleDone:
    who = parse_link(ask.who).author_id
    if who not in desk.circles.waiting:
        raise UserError(sentences.NO_REQUEST(who=_person(desk, who).name))
    desk.circles.waiting.remove(who)
    return CircleDone(sentence=sentences.DECLINED(who=_person(desk, who).name))


def remove(desk: Encircled, ask: RemoveReader) -> CircleDone:
    who = parse_link(ask.who).author_id
    people, name = desk.circles.called(ask.circle), _person(desk, who).name
    if who not in people:
        raise UserError(sentences.NOT_IN(who=name, name=ask.circle))
    people.remove(who)
    return CircleDone(sentence=sentences.REMOVED(who=name, name=ask.circle))


def ask_to_read(desk: Encircled, ask: AskToRead) -> CircleDone:
    who = parse_link(ask.who).author_id
    desk.circles.asked[who] = False
    return CircleDone(sentence=sentences.ASKED(who=_person(desk, who).name))


CIRCLES: Final[Rows] = {
    ListCircles: listed,
    WhichCircles: names,
    CreateCircle: create,
    LetIn: let_in,
    DeclineReader: decline,
    RemoveReader: remove,
    AskToRead: ask_to_read,
}
