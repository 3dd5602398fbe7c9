"""Lists of people; private state: ``list`` has their names, ``listed`` who is in them."""

import asyncio
from collections.abc import Iterable
from typing import Final

from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.limits import LIST_PEOPLE_MAX, LISTS_MAX
from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    ListTimeline,
    PeopleList,
    PeopleLists,
    RemoveList,
    RenameList,
    ShowLists,
    TakeFromList,
    clean_list_name,
)
from swarmfeed.core.asks.posts import Posts, page_of
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.words.folding import name_key
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.answers import AboutPeople
from swarmfeed.node.feeds.screen import Screen
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import LIST, LISTED, ON

_ID_BYTES: Final = 8


class ListKeeping:
    """Keeps them; belongs to the node's loop."""

    def __init__(self, ground: Ground, people: AboutPeople, screen: Screen) -> None:
        self._private = ground.private
        self._dice = ground.shells.dice
        self._shown = Shown(ground)
        self._people = people
        self._screen = screen

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(ShowLists, self.show),
            in_loop(CreateList, self.create),
            in_loop(RenameList, self.rename),
            in_loop(RemoveList, self.remove),
            in_loop(AddToList, self.add),
            in_loop(TakeFromList, self.take),
            in_loop(ListTimeline, self.timeline),
        )

    async def show(self, _: ShowLists) -> PeopleLists:
        named = sorted(self._named().items(), key=lambda row: (name_key(row[1]), row[0]))
        members = {list_id: self._members(list_id) for list_id, _ in named}
        everybody = sorted({each for people in members.values() for each in people})
        views = {each.author_id: each for each in await self._people.listed(everybody)}
        return PeopleLists(
            lists=tuple(
                PeopleList(
                    called=called, people=tuple(views[each] for each in members[list_id])
                )
                for list_id, called in named
            )
        )

    async def create(self, ask: CreateList) -> PeopleLists:
        """Raises UserError, PassingError: all is as it was."""
        called = self._free(ask.called)
        if len(self._named()) >= LISTS_MAX:
            raise UserError(sentences.TOO_MANY_LISTS(most=LISTS_MAX))
        self._private.set(LIST, {self._dice(_ID_BYTES): called.encode()})
        return await self.show(ShowLists())

    async def rename(self, ask: RenameList) -> PeopleLists:
        """Raises UserError, PassingError: all is as it was."""
        list_id = self._find(ask.called)
        if name_key(ask.called) != name_key(ask.to):
            self._free(ask.to)
        self._private.set(LIST, {list_id: clean_list_name(ask.to).encode()})
        return await self.show(ShowLists())

    async def remove(self, ask: RemoveList) -> PeopleLists:
        """Raises UserError, PassingError: all is as it was."""
        list_id = self._find(ask.called)
        self._private.set(LIST, {list_id: b""})
        self._private.set(LISTED, {list_id + each: b"" for each in self._members(list_id)})
        return await self.show(ShowLists())

    async def add(self, ask: AddToList) -> PeopleLists:
        """Raises UserError, PassingError: all is as it was."""
        list_id, author_id = self._find(ask.called), parse_link(ask.who).author_id
        members = self._members(list_id)
        if author_id not in members:
            if len(members) >= LIST_PEOPLE_MAX:
                raise UserError(sentences.LIST_FULL(most=LIST_PEOPLE_MAX))
            self._private.set(LISTED, {list_id + author_id: ON})
        return await self.show(ShowLists())

    async def take(self, ask: TakeFromList) -> PeopleLists:
        """Raises UserError, PassingError: all is as it was."""
        list_id, author_id = self._find(ask.called), parse_link(ask.who).author_id
        if author_id in self._members(list_id):
            self._private.set(LISTED, {list_id + author_id: b""})
        return await self.show(ShowLists())

    async def timeline(self, ask: ListTimeline) -> Posts:
        members = self._members(self._find(ask.called))
        found = await asyncio.to_thread(
            self._shown.posts_of, members[:LIST_PEOPLE_MAX], ask.limit, ask.before
        )
        page = page_of(found, ask.limit)
        return Posts(posts=tuple(self._screen.screened(page.posts)), next=page.next)

    # --- inside ---

    def _named(self) -> dict[bytes, str]:
        rows = self._private.all(LIST).items()
        return {key: name.decode("utf-8", "replace") for key, name in rows}

    def _find(self, called: str) -> bytes:
        """The list of a name, of two the first.  Raises UserError: there is none."""
        wanted = name_key(called)
        named = sorted(key for key, name in self._named().items() if name_key(name) == wanted)
        if not named:
            raise UserError(sentences.NO_SUCH_LIST(name=called))
        return named[0]

    def _free(self, typed: str) -> str:
        called = clean_list_name(typed)
        if name_key(called) in map(name_key, self._named().values()):
            raise UserError(sentences.LIST_THERE(name=called))
        return called

    def _members(self, list_id: bytes) -> list[AuthorId]:
        return sorted(_people_in(list_id, self._private.names(LISTED)))


def _people_in(list_id: bytes, keys: Iterable[bytes]) -> list[AuthorId]:
    size = len(list_id) + HASH_BYTES
    of_it = (each for each in keys if len(each) == size and each.startswith(list_id))
    return [AuthorId(each[len(list_id) :]) for each in of_it]
