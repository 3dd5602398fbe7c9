"""The role of letters: what people write to each other, and nobody else can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from swarmfeed.core.letters.parcel import parcel_id
from swarmfeed.core.letters.words import Letter, LetterKept
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    Doubted,
    Indexed,
    LinkClosed,
    LinkOpened,
    Listens,
    ParcelCame,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.letters.answers import LetterAnswers
from swarmfeed.node.letters.book import LetterBook
from swarmfeed.node.letters.delivery import Delivery
from swarmfeed.node.letters.directory import Directory
from swarmfeed.node.letters.founding import Founding
from swarmfeed.node.letters.keyring import PrekeyRing
from swarmfeed.node.letters.reading import LetterReader
from swarmfeed.node.letters.receipts import Receipts
from swarmfeed.node.letters.sealing import Sealing
from swarmfeed.node.letters.settings import LetterSettings
from swarmfeed.node.letters.writing import LetterWriter
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

KEYS_EVERY_S = 300
"""How often it is looked whether keys are to be published: first when it is known that the
node stays, for each set of them stands in the log for ever."""
DELIVER_EVERY_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterParts:
    """The parts, put together."""

    ground: Ground
    book: LetterBook
    directory: Directory
    keyring: PrekeyRing
    writing: LetterWriter
    delivery: Delivery
    reading: LetterReader

    async def on_letter(self, session: Session, message: Letter) -> None:
        """A peer brings a parcel: it hears what became of it once that is synced."""
        result = await self.reading.take(message.parcel)
        name = parcel_id(message.parcel)
        told = LetterKept(name, result)
        session.outbox.put(("letter-kept", name), partial(session.send, told))

    async def deliver(self) -> str:
        """Tell contacts our token, and look for what is due."""
        await self.book.open()
        await self.writing.tell_token()
        self.delivery.wake()
        return ""

    async def start(self) -> None:
        """Have boxes looked into, if others know keys to seal to."""
        if self.ground.settings.network:
            await self.book.open()
            if any(each.published for each in self.book.keys.values()):
                self.ground.mail.receive()

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(ParcelCame, self.reading.on_parcel),
            listens(Indexed, self.delivery.on_indexed),
            listens(LinkOpened, self.delivery.on_opened),
            listens(LinkClosed, lambda event: self.delivery.on_closed(event.session)),
            listens(Doubted, self.directory.on_doubted),
        )

    def jobs(self) -> Sequence[Job]:
        deliver = Job(name="letters", run=self.deliver, every_s=DELIVER_EVERY_S, jitter_s=1)
        if not self.ground.settings.of(LetterSettings).letters:
            return (deliver,)
        keys = Job(
            name="letter-keys",
            run=self.keyring.look,
            every_s=KEYS_EVERY_S,
            jitter_s=60,
            at_start=False,
        )
        return (deliver, keys)


def letters_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    book, directory = LetterBook(ground.shells.letters), Directory(ground)
    keyring, shells = PrekeyRing(ground, feeds.writer, book), ground.shells
    sealing = Sealing(
        ground.identity.feed_id, shells.envelopes, shells.ratchets, shells.dice, directory
    )
    delivery = Delivery(ground, feeds.carer, book, directory, keyring, sealing)
    writing = LetterWriter(ground, book, keyring, delivery.wake)
    receipts = Receipts(ground, book, writing, delivery.wake)
    founding = Founding(ground, book, keyring, writing, delivery.wake)
    parts = LetterParts(
        ground=ground,
        book=book,
        directory=directory,
        keyring=keyring,
        writing=writing,
        delivery=delivery,
        reading=LetterReader(ground, book, sealing, writing, receipts, delivery.wake),
    )
    ground.letters.connect(writing)
    answers = LetterAnswers(ground, feeds.carer, book, writing, founding, receipts)
    return Role(
        name="letters",
        parts=parts,
        hears=(
            hears(Letter, parts.on_letter),
            hears(LetterKept, delivery.on_kept),
        ),
        answers=answers.rows(),
        listens=parts.listens(),
        jobs=parts.jobs,
        start=parts.start,
    )
