"""People in the same network: who shows themselves there, to those who do so too."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.types import AuthorId


class PersonNear(Struct, frozen=True, kw_only=True):
    """Somebody who shows themselves now; that the address is theirs is proven."""

    author_id: AuthorId
    name: str
    """As their profile says if it is here, else as they say now; anybody may choose any."""
    link: str
    """Leads to them in this network, too."""
    followed: bool


class PeopleNear(Struct, frozen=True, kw_only=True):
    """Who is there, and whether one is shown oneself."""

    shown: bool
    """Whether everybody in this network can see who writes here."""
    left_s: int
    """For how long still; 0 when not."""
    sentence: str
    """The same for a person."""
    people: tuple[PersonNear, ...]
    """Who came first comes first; none while one is not shown oneself."""
    trouble: Annotated[str, Spare()] = ""
    """Why nobody can be found just now."""


class WhoIsNear(Ask[PeopleNear], frozen=True, kw_only=True):
    """Who shows themselves in this network; nothing is asked of anybody for it."""

    name = "near"


class ShowYourself(Ask[PeopleNear], frozen=True, kw_only=True):
    """Let everybody in this network see who writes here, for a quarter of an hour, and see who
    does the same.

    The answer comes as soon as somebody is found, in 4 seconds at most.
    """

    name = "show-yourself"
    changes = True


class HideYourself(Ask[PeopleNear], frozen=True, kw_only=True):
    """Be shown no longer."""

    name = "hide-yourself"
    changes = True
