"""Groups of up to 32 people whose letters come in any order, are lost, repeated and overtaken.

Those who write, found and read are the node's own; what carries letters is the machine, which
delivers by luck what is on its way until somebody confirms it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from msgspec.structs import replace
from street.fakes.ledger import FakeLedger
from street.loop import VirtualLoop
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.letters.content import TEXT, decode_content, read_text
from swarmfeed.core.letters.groups import Group, encode_made, open_group
from swarmfeed.core.letters.limits import GROUP_PEOPLE_MAX
from swarmfeed.core.letters.rows import LetterDevice, TalkRow
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import UserError
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.founding import Founding
from swarmfeed.node.letters.reading import LetterReader
from swarmfeed.node.letters.sealing import OpenedLetter
from swarmfeed.node.letters.writing import LetterWriter

from tests.examples import at_most

T = TypeVar("T")

ROUNDS_MAX = 40
"""Deliveries of all that is on its way, until nothing is: each brings what an answer needs."""


@dataclass
class Clock:
    """One for all: letters have other times, and so other ids."""

    ms: int = 1_700_000_000_000

    def now_ms(self) -> int:
        self.ms += 1
        return self.ms


@dataclass
class Member:
    """A person with one device, as far as letters go."""

    number: int
    clock: Clock
    everybody: frozenset[AuthorId]
    confirms: set[bytes] = field(default_factory=set)
    """Letters that it has, and says so."""

    def __post_init__(self) -> None:
        self.author_id = AuthorId(bytes([self.number + 1]) * 32)
        self.feed_id = FeedId(bytes([self.number + 101]) * 32)
        identity = SimpleNamespace(
            author_id=self.author_id, feed_id=self.feed_id, node_id=self.feed_id
        )
        ground = cast(
            "Any",
            SimpleNamespace(
                identity=identity,
                shells=SimpleNamespace(
                    clock=self.clock,
                    index=SimpleNamespace(follows_of=lambda _: self.everybody),
                ),
                mail=SimpleNamespace(own_token=lambda: None),
                media=SimpleNamespace(
                    attach=_no_media, name_by_letter=_no_media, sent=_no_media
                ),
                beside=SimpleNamespace(spawn=lambda work: asyncio.ensure_future(work)),
            ),
        )
        private = cast("Any", SimpleNamespace(names=lambda _: frozenset()))
        self.book = LetterBook(FakeLedger(), private)
        keyring = cast("Any", SimpleNamespace(publish=_nothing))
        parts: Any = cast("Any", None)
        self.writing = LetterWriter(ground, self.book, parts, keyring, _wake)
        self.founding = Founding(ground, self.book, keyring, self.writing, _wake)
        receipts = cast(
            "Any", SimpleNamespace(owe=lambda _f, _a, name: self.confirms.add(name))
        )
        self.reader = LetterReader(ground, self.book, parts, self.writing, receipts, _wake)

    def talk(self) -> tuple[bytes, TalkRow] | None:
        return next(((name, row) for name, row in self.book.talks.items() if row.group), None)

    def group(self) -> Group | None:
        talk = self.talk()
        return open_group(talk[1].group) if talk and talk[1].group else None

    def is_in(self) -> bool:
        talk = self.talk()
        return talk is not None and talk[1].standing == Acquaintance.ACCEPTED

    async def take(self, sender: "Member", content: bytes) -> None:
        """What a parcel says comes out of a session."""
        device = LetterDevice(author_id=sender.author_id)
        opened = OpenedLetter(feed_id=sender.feed_id, device=device, content=content)
        async with self.book.lock:
            await self.reader._read(Edits(), opened)

    async def texts(self, talk: bytes) -> list[str]:
        letters = (await self.book.letters(talk)).values()
        contents = [decode_content(each.content) for each in letters]
        return sorted(read_text(each.body) for each in contents if each.kind == TEXT)


async def _nothing() -> None: ...


async def _no_media(*_: object, **__: object) -> tuple[()]:
    return ()


def _wake() -> None: ...


class GroupWorld(RuleBasedStateMachine):
    """What people do in a group, and a carrier without any order."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.members: list[Member] = []
        self.group_id = b""
        self.told: dict[str, tuple[Member, frozenset[AuthorId]]] = {}
        """Each text, who wrote it, and for whom."""

    def run(self, work: Awaitable[T]) -> T:
        async def whole() -> T:
            found = await work
            await asyncio.sleep(0.001)  # what was spawned has its turn
            return found

        return self.loop.run_until_complete(whole())

    def teardown(self) -> None:
        try:
            if self.members:
                self.deliver_all()
                self.check()
        finally:
            self.loop.close()

    # --- what people do ---

    @initialize(
        count=st.integers(4, GROUP_PEOPLE_MAX + 2), first=st.integers(1, 6), data=st.data()
    )
    def make(self, count: int, first: int, data: st.DataObject) -> None:
        clock = Clock()
        everybody = frozenset(AuthorId(bytes([n + 1]) * 32) for n in range(count))
        self.members = [Member(number, clock, everybody) for number in range(count)]
        founder, others = self.members[0], self.members[1 : 1 + first]
        more = data.draw(st.integers(0, min(2, len(others))))
        admins = tuple(each.author_id for each in others[:more])
        writes = "swarmfeed.node.letters.founding.encode_made"
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(writes, lambda made: encode_made(replace(made, admins=admins)))
            people = [each.author_id for each in others]
            self.group_id = self.run(founder.founding.make("us", people))

    def who(self, place: int) -> Member:
        return self.members[place % len(self.members)]

    @rule(place=st.integers(0, 99))
    def write(self, place: int) -> None:
        writer, text = self.who(place), f"text {len(self.told)}"
        if not writer.is_in():
            return
        people = writer.founding.people(self.group_id, writer.book.talks[self.group_id])
        self.run(writer.writing.say(self.group_id, people, text))
        self.told[text] = writer, frozenset(people)

    @rule(place=st.integers(0, 99), of=st.integers(0, 99), on=st.booleans())
    def change(self, place: int, of: int, on: bool) -> None:
        """An admin adds or removes somebody; others are refused."""
        admins = [each for each in self.members if _may_change(each)]
        if admins:
            admin, other = admins[place % len(admins)], self.who(of)
            self.try_change(admin, other, on)

    @rule(place=st.integers(0, 99))
    def leave(self, place: int) -> None:
        if self.who(place).is_in():
            self.try_change(self.who(place), self.who(place), False)

    def try_change(self, admin: Member, other: Member, on: bool) -> None:
        try:
            self.run(admin.founding.change(self.group_id, other.author_id, on=on))
        except UserError:
            group = admin.group()
            assert group is not None
            assert on == (other.author_id in group.people) or len(group.people) >= 32

    # --- what carries it ---

    def on_the_way(self) -> list[Callable[[], None]]:
        """Each letter to each person who has not confirmed it."""
        return [
            partial(self.deliver, sender, receiver, name)
            for sender in self.members
            for name, letter in sender.book.sent.items()
            for receiver in self.members
            if receiver.author_id in letter.people and receiver is not sender
            if name not in receiver.confirms
        ]

    def deliver(self, sender: Member, receiver: Member, name: bytes) -> None:
        if name in sender.book.sent:  # else it was told anew meanwhile
            self.run(receiver.take(sender, sender.book.sent[name].content))

    @rule(luck=st.randoms(use_true_random=False), share=st.sampled_from([0.1, 0.5, 1.0]))
    def some_arrive(self, luck: Any, share: float) -> None:
        """In any order; what does not is lost for now, and sent again."""
        ways = [each for each in self.on_the_way() if luck.random() < share]
        luck.shuffle(ways)
        for each in ways:
            each()
        if ways:
            luck.choice(ways)()  # and one comes twice

    def deliver_all(self) -> None:
        for _ in range(ROUNDS_MAX):
            ways = [*reversed(self.on_the_way())]
            if not ways:
                return
            before = self.known()
            for each in ways:
                each()
            if before == self.known():
                return  # what is left is of people that who is to have it does not see in it
        raise AssertionError("it has no end")

    def known(self) -> list[tuple[int, int]]:
        return [(len(each.confirms), len(each.book.sent)) for each in self.members]

    # --- what has to be so ---

    def check(self) -> None:
        """Once all has come: those in it agree who is, and have what was written to them."""
        inside = [each for each in self.members if each.is_in()]
        views = {each.number: self.numbers(each) for each in inside}
        assert all({*views} <= {*view} for view in views.values()), views
        if any(map(_may_change, inside)):
            # Without an admin nobody tells a newcomer who left at the same time.
            assert all({*views} == {*view} for view in views.values()), views
        for text, (writer, people) in self.told.items():
            for member in self.members:
                shown = self.run(member.texts(self.group_id)).count(text)
                assert shown <= 1
                if member.author_id not in people:
                    assert not shown, f"{text} came to somebody it was not for"
                elif member in inside and writer in inside:
                    assert shown, f"{text} is missing"

    def numbers(self, member: Member) -> tuple[int, ...]:
        group = member.group()
        assert group is not None
        return tuple(sorted(each[0] - 1 for each in group.people))


def _may_change(member: Member) -> bool:
    group = member.group()
    return member.is_in() and group is not None and member.author_id in group.admins


@pytest.mark.slow
@pytest.mark.attack("A215")
class TestGroups(GroupWorld.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(max_examples=at_most(20), stateful_step_count=20, deadline=None)


del GroupWorld
