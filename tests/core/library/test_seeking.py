"""Searches as holders are asked them: people by their addresses."""

from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.library.limits import NAMES_TRIED_MAX
from swarmfeed.core.library.seeking import addressed
from swarmfeed.core.words.query import parse_query

ANNA, BEN, ZOE = (AuthorId(letter * 32) for letter in (b"a", b"b", b"z"))
PEOPLE = {
    "anna": Meant(authors=frozenset({ANNA})),
    "ben b": Meant(authors=frozenset({BEN, ZOE})),
    "crowd": Meant(authors=frozenset(AuthorId(bytes([n]) * 32) for n in range(1, 40))),
}


def at(author_id: AuthorId) -> str:
    return format_author(author_id)


def test_names_become_addresses_and_all_else_stays() -> None:
    typed = 'green "black tea"* -milk #tag from:anna lang:de since:2020 order:best'
    (said,) = addressed(typed, PEOPLE)
    assert said == typed.replace("from:anna", f"from:{at(ANNA)}")
    assert parse_query(said).wanted.words == parse_query(typed).wanted.words


def test_each_of_several_who_are_called_so_is_asked_for() -> None:
    assert addressed('tea from:"ben b"', PEOPLE) == [
        f"tea from:{at(BEN)}",
        f"tea from:{at(ZOE)}",
    ]
    assert addressed('tea -from:"ben b" to:anna', PEOPLE) == [
        f"tea -from:{at(BEN)} -from:{at(ZOE)} to:{at(ANNA)}"
    ]
    assert len(addressed("from:crowd", PEOPLE)) == NAMES_TRIED_MAX
    assert addressed("from:crowd " + "tea " * 240, PEOPLE) == [], "it grew too long"


def test_who_is_nobody_is_not_asked_for() -> None:
    assert addressed("tea from:nobody", PEOPLE) == []
    assert addressed("tea -from:nobody", PEOPLE) == ["tea"]
