"""What the person of the shown world keeps: drafts, lists, saved posts, filters."""

from typing import Any, Protocol, TypeVar

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.blocking import Block
from swarmfeed.core.asks.bookmarks import AddBookmark
from swarmfeed.core.asks.filters import SetFilter
from swarmfeed.core.asks.near import PersonNear
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.people_lists import PeopleList, PeopleLists, ShowLists
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.state import KeepDraft
from swarmfeed.core.base.address import Link, format_author, format_link
from swarmfeed.core.base.types import AuthorId, Endpoint

A = TypeVar("A")

LISTS = {"Choir": ("Mira Aaltonen", "Grete Möller"), "Harbour": ("Ada Lind", "Rui", "Tomek")}
"""Whom each has."""


class Keeping(Protocol):
    """What is needed of a desk."""

    authors: dict[AuthorId, AuthorView]
    posts: list[PostView]
    rows: Any
    is_shown: bool
    near: tuple[PersonNear, ...]

    def ask(self, question: Ask[A]) -> A: ...

    def add_author(self, name: str, *, size: int = 0) -> AuthorId: ...


def keep(desk: Keeping, people: dict[str, AuthorId]) -> None:
    """All of it; ``people`` are those whom the person follows, by name."""
    lists = [
        PeopleList(called=called, people=tuple(desk.authors[people[name]] for name in names))
        for called, names in LISTS.items()
    ]
    desk.rows[ShowLists] = lambda _, __: PeopleLists(lists=tuple(lists))
    pictured = [ref_text(each.ref) for each in desk.posts if each.media]
    for ref in pictured[:2]:
        desk.ask(AddBookmark(ref=ref))
    desk.ask(KeepDraft(text="The second one from the left is my aunt, and", place=pictured[0]))
    desk.ask(SetFilter(words="world cup", days=30))
    desk.ask(SetFilter(words="spiders", hides=False))
    desk.ask(Block(who=format_author(desk.add_author("Prizes Every Day"))))


def sit_at_one_table(desk: Keeping, name: str) -> None:
    """Somebody is in the same network, and both show themselves there."""
    author_id = desk.add_author(name, size=120)
    link = format_link(Link(author_id, name, (Endpoint("192.168.1.7", 4711),)))
    desk.is_shown = True
    desk.near = (PersonNear(author_id=author_id, name=name, link=link, followed=False),)
