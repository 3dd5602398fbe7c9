"""A thousand strangers write to one person over real links, to the machine and to its mailbox.

Each has an author, a device and keys of their own, and links as a node does.  Some of them work
for their parcel, the rest put in what they have.  Meanwhile and afterwards somebody whom the
person follows writes: all of that arrives.
"""

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from msgspec import Struct
from street.sealers import Published, SealingDevice
from swarmfeed.core.base.address import parse_address, parse_link
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.content import TEXT, Content, encode_content, text_body
from swarmfeed.core.letters.limits import REQUESTS_MAX
from swarmfeed.core.letters.words import Letter, LetterKept
from swarmfeed.core.mailboxes.ids import box_of, parcel_id
from swarmfeed.core.mailboxes.limits import STRANGERS_PER_DAY, WORK_BYTES
from swarmfeed.core.mailboxes.words import MailAnswer, MailKept, MailPut
from swarmfeed.core.mailboxes.work import day_of, find_work
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.wire.link import WebSocketLink

from ordeals.letters.story import wait
from ordeals.letters.town import HONEST, Town
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import Refused

STRANGERS: Final = 1_000
ANNA, BEN = "anna", "ben"
AT_ONCE: Final = 8
WORKING: Final = STRANGERS_PER_DAY + 4
"""Strangers who work a second for their parcel: more than come in on a day."""
ANSWER_S: Final = 60
MEANWHILE: Final = 5
AFTERWARDS: Final = 30
"""Letters of a friend: more than strangers may put in together."""
TOLD_S: Final = 15
"""Within that a contact is told by what token mailboxes are open."""


class Victim(Struct, frozen=True, kw_only=True):
    """Whom they write to, as everybody can read in a log."""

    author_id: AuthorId
    feed_id: FeedId
    keys: PrekeysBody


@dataclass(slots=True)
class Stranger:
    """Somebody nobody knows, and their machine."""

    number: int
    folder: Path
    device: SealingDevice = field(init=False)

    def parcel(self, victim: Victim) -> bytes:
        """A first letter, as long as a request may be."""
        published = Published({victim.feed_id: victim.keys})
        self.device = SealingDevice(self.number, published)
        text = f"You do not know me, I am number {self.number}. ".ljust(400, "x")
        said = Content(
            body=text_body(text),
            kind=TEXT,
            time_ms=time.time_ns() // 1_000_000,
            to=victim.author_id,
        )
        return self.device.seal_to(victim.feed_id, victim.author_id, encode_content(said))

    async def say(self, at: Endpoint, message: Message) -> int | None:
        """Link, say one thing, and hear what becomes of it; None: nothing is heard."""
        seed = self.number.to_bytes(2, "big") * 16
        link = WebSocketLink(seed, self.folder)
        try:
            async with asyncio.timeout(ANSWER_S):
                hello = Hello(node_id=NodeId(SigningKey(seed).public))
                peer = await link.dial(at, hello)
                await peer.send(message)
                async for heard in peer.messages():
                    if isinstance(heard, LetterKept):
                        return heard.result
                    if isinstance(heard, MailKept):
                        return heard.answer
        except (RemoteError, RetryError, TimeoutError):
            pass
        finally:
            await link.stop()
        return None


async def besiege(strangers: Iterator[tuple[Stranger, Message]], at: Endpoint) -> Counter[str]:
    """Have each say one thing, some at a time; returns how often what was answered."""
    answers = Counter[str]()

    async def one_after_the_other() -> None:
        for stranger, message in strangers:
            answers[str(await stranger.say(at, message))] += 1

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    return answers


class Siege:
    """Plays it; what gave way is a line each."""

    def __init__(self, folder: Path, count: int) -> None:
        self.town = Town(folder)
        self.outcome = Outcome(cases=count)
        self._folder = folder
        self._count = count
        self._said: list[str] = []

    def play(self) -> None:
        self._make_friends()
        victim = self._victim()
        self._at_the_machine(victim)
        self.town.stop(BEN)
        self._at_the_mailbox(victim)
        self._friend_writes(AFTERWARDS)
        wait("mailboxes keep all of the friend's", lambda: "waits" not in self._states())
        self.town.start(BEN)
        self._all_is_there()
        self._count_requests()

    # --- what happens ---

    def _make_friends(self) -> None:
        town = self.town
        town.start(HONEST)
        town.follow(HONEST, ANNA, BEN)
        for name, other in ((ANNA, BEN), (BEN, ANNA)):
            town.start(name)
            town.follow(name, other, HONEST)
        self._friend_writes(1)
        town.write(BEN, ANNA, "hello")
        wait("a mailbox for ben", lambda: town.holders(BEN) >= 1)
        self._all_is_there()
        wait("ben's answer", lambda: bool(town.letters(ANNA, BEN, own=False)))
        time.sleep(TOLD_S)

    def _victim(self) -> Victim:
        """Read in a copy of the log what letters are sealed to."""
        copy = self._folder / "log of ben"
        shutil.copytree(self.town.home(BEN) / "feeds", copy)
        shelf = Shelf(FileLogs(copy), Events())
        shelf.load()
        author_id = parse_link(self.town.machines[BEN].author).author_id
        (feed_id,) = (each.feed_id for each in shelf.certified(author_id).feeds)
        replica = shelf.replica(feed_id)
        assert replica is not None
        entries = map(decode_entry, shelf.read_entries(feed_id, 0, replica.size))
        bodies = [decode_body(each.kind, each.body) for each in entries if each.body]
        keys = [each for each in bodies if isinstance(each, PrekeysBody)]
        return Victim(author_id=author_id, feed_id=feed_id, keys=keys[-1])

    def _strangers(self, first: int) -> Iterator[Stranger]:
        for number in range(first, first + self._count):
            folder = self._folder / "strangers" / str(number)
            folder.mkdir(parents=True)
            yield Stranger(number, folder)

    def _at_the_machine(self, victim: Victim) -> None:
        messages = ((each, Letter(each.parcel(victim))) for each in self._strangers(1_000))

        async def both() -> Counter[str]:
            friend = asyncio.to_thread(self._friend_writes, MEANWHILE, pause_s=1.0)
            answers, _ = await asyncio.gather(besiege(messages, self._at(BEN)), friend)
            return answers

        began = time.monotonic()
        self._note("at the machine", asyncio.run(both()), time.monotonic() - began)
        self._all_is_there()
        self._count_requests()

    def _at_the_mailbox(self, victim: Victim) -> None:
        holder = NodeId(self._node_of(HONEST))
        box = box_of(victim.feed_id, holder)

        def puts() -> Iterator[tuple[Stranger, Message]]:
            for number, each in enumerate(self._strangers(3_000)):
                parcel, work = each.parcel(victim), bytes(WORK_BYTES)
                if number < WORKING:
                    day = day_of(int(time.time()))
                    work = find_work(box, day, parcel_id(parcel), range(2**30)) or work
                yield each, MailPut(box=box, parcel=parcel, work=work)

        began = time.monotonic()
        answers = asyncio.run(besiege(puts(), self._at(HONEST)))
        self._note("at the mailbox", answers, time.monotonic() - began)
        kept = answers[str(int(MailAnswer.KEPT))]
        if not 0 < kept <= STRANGERS_PER_DAY:
            self.outcome.gave_way.append(f"the mailbox took in {kept} parcels of strangers")

    def _friend_writes(self, letters: int, *, pause_s: float = 0) -> None:
        for _ in range(letters):
            self._said.append(f"{len(self._said)} of a friend")
            self.town.write(ANNA, BEN, self._said[-1])
            time.sleep(pause_s)

    # --- what is looked at ---

    def _states(self) -> list[str]:
        """How far the friend's letters are."""
        return [each["state"] for each in self.town.letters(ANNA, BEN, own=True)]

    def _at(self, name: str) -> Endpoint:
        return Endpoint(*self.town.machines[name].on.ports()["link"])

    def _node_of(self, name: str) -> bytes:
        return parse_address(self.town.machines[name].on.get("whoami")["node"])

    def _all_is_there(self) -> None:
        def misses() -> list[str]:
            found = [each["text"] for each in self.town.letters(BEN, ANNA, own=False)]
            return [each for each in self._said if each not in found]

        try:
            wait("ben has all of a friend's", lambda: not misses())
        except Refused:
            self.outcome.gave_way.append(f"of a friend's, ben misses {misses()}")

    def _count_requests(self) -> None:
        found = self.town.machines[BEN].on.get("conversations")
        self.outcome.figures["requests that are shown"] = str(found["requests"])
        if not 0 < found["requests"] <= REQUESTS_MAX:
            self.outcome.gave_way.append(f"{found['requests']} requests are shown")

    def _note(self, where: str, answers: Counter[str], took_s: float) -> None:
        said = ", ".join(f"{count} times {answer}" for answer, count in answers.most_common())
        self.outcome.figures[f"{self._count} strangers {where}"] = f"{said}; {took_s:.0f} s"
        if answers["None"] > self._count // 10:
            self.outcome.gave_way.append(f"{where}, {answers['None']} heard nothing")


def play(plan: Plan) -> Outcome:
    """Play it with as many strangers as there are cases."""
    with tempfile.TemporaryDirectory(prefix="swarmfeed-crowd-") as name:
        siege = Siege(Path(name), plan.cases)
        try:
            siege.play()
        except Refused as error:
            siege.outcome.gave_way.append(str(error))
        finally:
            siege.town.close()
    return siege.outcome


LETTERS_CROWD: Final = Ordeal(
    name="letters-crowd",
    about="a thousand strangers write to somebody, at the machine and at a mailbox; a friend's"
    " letters all arrive",
    cases=STRANGERS,
    sample=0,
    play=play,
)
