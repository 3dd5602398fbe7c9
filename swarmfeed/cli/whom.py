"""Whom a person means: a link, an address, or a name that only one of those known here has."""

from typing import Final

from msgspec import Struct

from swarmfeed.core.asks import input_sentences as sentences
from swarmfeed.core.asks.people import AuthorView, Namesake, WhoIsCalled
from swarmfeed.core.base.address import Link, format_author
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError

NAMED_MAX: Final = 5
"""Namesakes that are listed; whoever has more of them looks for the address elsewhere."""


class Name(Struct, frozen=True):
    """What somebody is called, as it was typed."""

    text: str


Whom = Link | Name


def find(desk: Answerer, whom: Whom) -> Link:
    """Return the link of whom somebody means.

    Raises:
        UserError: Nobody has that name, or several have; then with their addresses.
    """
    if isinstance(whom, Link):
        return whom
    people = desk.ask(WhoIsCalled(called=whom.text)).people
    if not people:
        raise UserError(sentences.NOBODY_CALLED(name=whom.text))
    if len(people) > 1:
        raise UserError(sentences.SEVERAL_CALLED(name=whom.text, people=_listed(people)))
    return Link(people[0].author_id, people[0].name)


def name_of(author: AuthorView, link: Link) -> str:
    """What to call somebody: their own name, that of the link, or the address."""
    return author.name or link.name or format_author(author.author_id)


def _listed(people: tuple[Namesake, ...]) -> str:
    said = [_told(each) for each in people[:NAMED_MAX]]
    if len(people) > NAMED_MAX:
        said.append(sentences.AND_MORE(more=len(people) - NAMED_MAX))
    return "; ".join(said)


def _told(person: Namesake) -> str:
    text = sentences.ONE_YOU_FOLLOW if person.followed else sentences.ONE_OF_SEVERAL
    told = sentences.ONE_IS_YOU if person.is_self else text
    return told(name=person.name, address=format_author(person.author_id))
