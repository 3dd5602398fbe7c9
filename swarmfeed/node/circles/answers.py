"""What people ask about circles, and what they want done with them."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from typing import Final

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
    SharePost,
    WhichCircles,
)
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles import sentences
from swarmfeed.core.circles.keyring import Keyring
from swarmfeed.core.circles.rows import OwnCircle
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.core.feed.sealed_kinds import ProtectedBody
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.circles.book import Book
from swarmfeed.node.circles.managing import Managing
from swarmfeed.node.circles.requests import DECLINED_US, Requests
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground

PEOPLE_SHOWN: Final = 1_000
"""People of one circle that are listed: as many as a page holds."""


class CircleAnswers:
    """Answers; belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        book: Book,
        managing: Managing,
        requests: Requests,
        keyring: Keyring,
    ) -> None:
        self._own_id = ground.identity.author_id
        self._index = ground.shells.index
        self._letters = ground.letters
        self._shelf = ground.shelf
        self._book = book
        self._managing = managing
        self._requests = requests
        self._keyring = keyring
        self._reading = Reading(Shown(ground))

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(ListCircles, self.list_all),
            in_loop(WhichCircles, self.names),
            in_loop(CreateCircle, self.create),
            in_loop(AskToRead, self.ask_to_read),
            in_loop(LetIn, self.let_in),
            in_loop(DeclineReader, self.decline),
            in_loop(RemoveReader, self.remove),
            in_loop(SharePost, self.share),
        )

    async def list_all(self, _: ListCircles) -> Circles:
        own = self._book.all()
        admitted = {(who, each.circle_id): each for who, each in self._requests.admissions()}
        asked, waiting = self._requests.asked(), self._managing.waiting()
        people = {who for each in own for who in islice(each.members(), PEOPLE_SHOWN)}
        people |= {*waiting, *asked, *(who for who, _ in admitted)}
        names = await asyncio.to_thread(self._names, people)

        def person(who: AuthorId) -> Person:
            return Person(author_id=who, name=names[who])

        readable = [
            ReadableCircle(author=person(who), name=each.name)
            for (who, _), each in admitted.items()
        ]
        return Circles(
            own=tuple(
                CircleView(
                    name=each.name,
                    people=tuple(map(person, islice(each.members(), PEOPLE_SHOWN))),
                    count=len(each.members()),
                    reads_back=each.reads_back,
                )
                for each in own
            ),
            waiting=tuple(map(person, waiting)),
            readable=tuple(sorted(readable, key=lambda each: (each.author.name, each.name))),
            asked=tuple(
                AskedPerson(person=person(who), declined=said == DECLINED_US)
                for who, said in asked.items()
            ),
        )

    def names(self, _: WhichCircles) -> CircleNames:
        own = [
            CircleName(name=each.name, count=len(each.members())) for each in self._book.all()
        ]
        return CircleNames(own=tuple(own), waiting=len(self._managing.waiting()))

    async def create(self, ask: CreateCircle) -> CircleDone:
        circle = self._book.create(ask.circle, reads_back=ask.reads_back)
        with suppress(UserError, PassingError):  # it is tried again by itself
            await self._letters.expect()  # who wants to read it asks by letter
        return CircleDone(sentence=sentences.CIRCLE_MADE(name=circle.name))

    async def ask_to_read(self, ask: AskToRead) -> CircleDone:
        who = parse_link(ask.who).author_id
        await self._requests.ask(who)
        return CircleDone(sentence=sentences.ASKED(who=self._called(who)))

    async def let_in(self, ask: LetIn) -> CircleDone:
        who, circle = parse_link(ask.who).author_id, self._meant(ask.circle)
        if who == self._own_id:
            raise UserError(sentences.NOT_YOURSELF())
        if who in circle.members():
            raise UserError(sentences.IN_ALREADY(who=self._called(who), name=circle.name))
        await self._managing.let_in(circle, [who])
        return CircleDone(sentence=sentences.APPROVED(who=self._called(who), name=circle.name))

    async def decline(self, ask: DeclineReader) -> CircleDone:
        who = parse_link(ask.who).author_id
        if who not in self._managing.waiting():
            raise UserError(sentences.NO_REQUEST(who=self._called(who)))
        await self._requests.decline(who)
        return CircleDone(sentence=sentences.DECLINED(who=self._called(who)))

    async def remove(self, ask: RemoveReader) -> CircleDone:
        who, circle = parse_link(ask.who).author_id, self._meant(ask.circle)
        if who not in circle.members():
            raise UserError(sentences.NOT_IN(who=self._called(who), name=circle.name))
        await self._managing.remove(circle, who)
        return CircleDone(sentence=sentences.REMOVED(who=self._called(who), name=circle.name))

    async def share(self, ask: SharePost) -> CircleDone:
        who = parse_link(ask.who).author_id
        post = await asyncio.to_thread(self._reading.find, ask.ref)
        if not post.audience:
            raise UserError(sentences.NOT_PROTECTED())
        if post.author_id != self._own_id:
            raise UserError(sentences.ONLY_WHO_WRITES())
        (stored,) = self._shelf.read_entries(
            post.ref.feed_id, post.ref.index, post.ref.index + 1
        )
        entry = decode_entry(stored)
        body = decode_body(entry.kind, entry.body or b"")
        assert isinstance(body, ProtectedBody), "it was opened from there"
        found = self._keyring.find(body, self._own_id, post.ref.feed_id)
        if found is None:
            raise UserError(sentences.NO_KEY_YET())
        await self._requests.share(post.ref, found[1], who)
        return CircleDone(sentence=sentences.SHARED(who=self._called(who)))

    # --- inside ---

    def _meant(self, name: str) -> OwnCircle:
        circles = self._book.all()
        if name or len(circles) == 1:
            return self._book.called(name) if name else circles[0]
        if not circles:
            raise UserError(sentences.NO_CIRCLES())
        raise UserError(sentences.WHICH_CIRCLE(names=", ".join(each.name for each in circles)))

    def _called(self, who: AuthorId) -> str:
        known = self._index.author(who)
        return (known.name if known else "") or format_author(who)

    def _names(self, people: Iterable[AuthorId]) -> dict[AuthorId, str]:
        found = {who: self._index.author(who) for who in people}
        return {who: known.name if known else "" for who, known in found.items()}
