"""Blocking and word filters: what is not to be shown, nor taken; private state."""

import asyncio
from typing import Final

from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.blocking import (
    Block,
    BlockAll,
    Blocked,
    BlockedNow,
    Unblock,
    WhoIsBlocked,
)
from swarmfeed.core.asks.filters import (
    ListFilters,
    RemoveFilter,
    SetFilter,
    WordFilters,
    clean_title,
    clean_words,
    read_filters,
    write_filter,
)
from swarmfeed.core.asks.input_sentences import THAT_IS_YOURSELF
from swarmfeed.core.asks.limits import FILTER_DAYS_MAX, FILTERS_MAX
from swarmfeed.core.asks.people import AboutAuthor, AuthorView, Passed, read_links
from swarmfeed.core.asks.state_sentences import THAT_IS_YOU
from swarmfeed.core.base.address import format_link, parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.answers import AboutPeople
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.feeds.screen import Screen
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BLOCK, FILTER, FILTER_TITLE, ON

DAY_MS: Final = 24 * 3_600 * 1_000


class Blocking:
    """Writes down whom the person blocked; belongs to the node's loop."""

    def __init__(
        self, ground: Ground, people: AboutPeople, carer: Carer, screen: Screen
    ) -> None:
        self._author_id = ground.identity.author_id
        self._index = ground.shells.index
        self._private = ground.private
        self._people = people
        self._carer = carer
        self._screen = screen

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(Block, self.block),
            in_loop(Unblock, self.unblock),
            in_loop(BlockAll, self.block_all),
            in_loop(WhoIsBlocked, self.blocked),
        )

    async def block(self, ask: Block) -> AuthorView:
        """Raises UserError, PassingError: all is as it was, or only part of it was done."""
        author_id = parse_link(ask.who).author_id
        if author_id == self._author_id:
            raise UserError(THAT_IS_YOU())
        self._private.set(BLOCK, {author_id: ON})
        await self._let_go([author_id])
        return await self._people.about(AboutAuthor(author=author_id))

    async def unblock(self, ask: Unblock) -> AuthorView:
        """Raises PassingError: all is as it was."""
        author_id = parse_link(ask.who).author_id
        if self._private.get(BLOCK, author_id):
            self._private.set(BLOCK, {author_id: b""})
        return await self._people.about(AboutAuthor(author=author_id))

    async def block_all(self, ask: BlockAll) -> BlockedNow:
        links, passed = await asyncio.to_thread(read_links, ask.who)
        named = {each.author_id: each for each in links}
        if own := named.pop(self._author_id, None):
            passed.append(Passed(who=format_link(own), reason=THAT_IS_YOURSELF()))
        new = [each for each in named if each not in self._private.names(BLOCK)]
        if new:
            self._private.set(BLOCK, dict.fromkeys(new, ON))
            await self._let_go(new)
        already = len(named) - len(new)
        return BlockedNow(blocked=len(new), already=already, passed=tuple(passed))

    async def blocked(self, _: WhoIsBlocked) -> Blocked:
        return Blocked(authors=await self._people.listed(self._screen.blocked()))

    async def _let_go(self, author_ids: list[AuthorId]) -> None:
        """Follow them no longer."""
        follows = await asyncio.to_thread(self._index.follows_of, self._author_id)
        for author_id in author_ids:
            if author_id in follows:
                await self._carer.unfollow(author_id)


class Filtering:
    """Writes down which words the person filters; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._private = ground.private
        self._clock = ground.shells.clock

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(ListFilters, self.list_all),
            in_loop(SetFilter, self.set),
            in_loop(RemoveFilter, self.remove),
        )

    def list_all(self, _: ListFilters) -> WordFilters:
        rows, titles = self._private.all(FILTER), self._private.all(FILTER_TITLE)
        return WordFilters(filters=tuple(read_filters(rows, self._clock.now_ms(), titles)))

    def set(self, ask: SetFilter) -> WordFilters:
        """Raises UserError, PassingError: all is as it was, but for its title."""
        words = clean_words(ask.words)
        known = {each.words for each in self.list_all(ListFilters()).filters}
        if words not in known and len(known) >= FILTERS_MAX:
            raise UserError(sentences.TOO_MANY_FILTERS(most=FILTERS_MAX))
        until_ms = self._until_ms(ask)
        if ask.title is not None:
            self._name(words, clean_title(ask.title))
        self._private.set(FILTER, {words.encode(): write_filter(ask.hides, until_ms)})
        return self.list_all(ListFilters())

    def remove(self, ask: RemoveFilter) -> WordFilters:
        """Raises UserError, PassingError: all is as it was."""
        words = " ".join(ask.words.split())
        if not self._private.get(FILTER, words.encode()):
            raise UserError(sentences.NO_FILTER(words=ask.words))
        self._private.set(FILTER, {words.encode(): b""})
        self._name(words, "")
        return self.list_all(ListFilters())

    # --- inside ---

    def _until_ms(self, ask: SetFilter) -> int | None:
        """When it ends; None: never.  Raises UserError: that is no time to come, or too far."""
        now_ms = self._clock.now_ms()
        lasts_ms = ask.days * DAY_MS + ask.seconds * 1_000
        if ask.until_ms:
            lasts_ms = ask.until_ms - now_ms
        elif not lasts_ms:
            return None
        if not 0 < lasts_ms <= FILTER_DAYS_MAX * DAY_MS:
            raise UserError(sentences.DAYS_WRONG(most=FILTER_DAYS_MAX))
        return now_ms + lasts_ms

    def _name(self, words: str, title: str) -> None:
        if self._private.get(FILTER_TITLE, words.encode()) != title.encode():
            self._private.set(FILTER_TITLE, {words.encode(): title.encode()})
