"""Lists of people, each with a timeline of its own, which nobody but the person knows."""

from msgspec import Struct

from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.input_sentences import THE_NAME
from swarmfeed.core.asks.limits import LIST_NAME_BYTES_MAX
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.posts import Limit, Posts
from swarmfeed.core.asks.utf8 import require_visible
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.errors import UserError


class PeopleList(Struct, frozen=True, kw_only=True):
    """A list, and who is in it."""

    called: str
    people: tuple[AuthorView, ...]
    """In the order of their addresses."""


class PeopleLists(Struct, frozen=True, kw_only=True):
    """All lists, by their names."""

    lists: tuple[PeopleList, ...]


class ShowLists(Ask[PeopleLists], frozen=True, kw_only=True):
    """The lists that the person keeps, on any of their devices."""

    name = "lists"


class CreateList(Ask[PeopleLists], frozen=True, kw_only=True):
    """Make a list; nobody hears of it, nor who is in it."""

    name = "create-list"
    changes = True

    called: str


class RenameList(Ask[PeopleLists], frozen=True, kw_only=True):
    """Call a list otherwise."""

    name = "rename-list"
    changes = True

    called: str
    to: str


class RemoveList(Ask[PeopleLists], frozen=True, kw_only=True):
    """Take a list away; who was in it stays followed, or not."""

    name = "remove-list"
    changes = True

    called: str


class AddToList(Ask[PeopleLists], frozen=True, kw_only=True):
    """Put somebody into a list, followed or not."""

    name = "add-to-list"
    changes = True

    called: str
    who: str
    """A link or an address."""


class TakeFromList(Ask[PeopleLists], frozen=True, kw_only=True):
    """Take somebody out of a list."""

    name = "take-from-list"
    changes = True

    called: str
    who: str
    """A link or an address."""


class ListTimeline(Ask[Posts], frozen=True, kw_only=True):
    """What those in a list wrote, newest first, as far as it is here."""

    name = "list-timeline"

    called: str
    limit: Limit = PAGE_POSTS
    """At most so many posts."""
    before: Cursor | None = None
    """Only posts after this place."""


def clean_list_name(typed: str) -> str:
    """Return the name of a list as it is kept.  Raises UserError."""
    called = require_visible(" ".join(typed.split()), THE_NAME())
    if not called:
        raise UserError(sentences.NO_LIST_NAME())
    if len(called.encode("utf-8")) > LIST_NAME_BYTES_MAX:
        raise UserError(sentences.LIST_NAME_LONG())
    return called
