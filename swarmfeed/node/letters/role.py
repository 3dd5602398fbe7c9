"""The role of letters: what people write to each other, and nobody else can read."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from swarmfeed.core.letters.parcel import parcel_id
from swarmfeed.core.letters.words import Letter, LetterKept
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    ApproachesChanged,
    Doubted,
    Indexed,
    LinkClosed,
    LinkOpened,
    Listens,
    ParcelCame,
    PrivateChanged,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BLOCK
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.letters.answers import LetterAnswers
from swarmfeed.node.letters.book import LetterBook
from swarmfeed.node.letters.delivery import Delivery
from swarmfeed.node.letters.directory import Directory
from swarmfeed.node.letters.founding import Founding
from swarmfeed.node.letters.handing import Handing
from swarmfeed.node.letters.illustrations import Illustrations
from swarmfeed.node.letters.keyring import PrekeyRing
from swarmfeed.node.letters.reading import LetterReader
from swarmfeed.node.letters.receipts import Receipts
from swarmfeed.node.letters.sealing import Sealing
from swarmfeed.node.letters.settings import LetterSettings
from swarmfeed.node.letters.strangers import Strangers
from swarmfeed.node.letters.writing import LetterWriter
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

KEYS_EVERY_S = 300
"""How often it is looked whether keys are to be published: first when it is known that the
node stays, for each set of them stands in the log for ever."""
DELIVER_EVERY_S = 5
PICTURES_EVERY_S = 24 * 3_600
"""How often pictures are let go of whose letter is not there: nearly all such go at a start."""


class LetterParts(Struct, frozen=True, kw_only=True):
    """The parts, put together."""

    ground: Ground
    book: LetterBook
    directory: Directory
    keyring: PrekeyRing
    writing: LetterWriter
    delivery: Delivery
    handing: Handing
    reading: LetterReader
    illustrations: Illustrations

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

    def on_private(self, event: PrivateChanged) -> None:
        """Whoever is blocked here is to put no more parcels into our mailboxes."""
        is_block = any(row.scope == BLOCK and row.value for row in event.rows)
        if is_block and event.source is None and self.ground.mail.own_token():
            self.ground.beside.spawn(self.ground.mail.renew_token())

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
            listens(LinkClosed, lambda event: self.handing.on_closed(event.session)),
            listens(Doubted, self.directory.on_doubted),
            listens(PrivateChanged, self.on_private),
        )

    def jobs(self) -> Sequence[Job]:
        deliver = Job(name="letters", run=self.deliver, every_s=DELIVER_EVERY_S, jitter_s=1)
        pictures = Job(
            name="letter-pictures",
            run=self.illustrations.tidy,
            every_s=PICTURES_EVERY_S,
            jitter_s=600,
        )
        if not self.ground.settings.of(LetterSettings).letters:
            return (deliver, pictures)
        keys = Job(
            name="letter-keys",
            run=self.keyring.look,
            every_s=KEYS_EVERY_S,
            jitter_s=60,
            at_start=False,
        )
        return (deliver, pictures, keys)


def _tell(ground: Ground) -> None:
    """A conversation changed: open pages hear of it, and who asks may have."""
    ground.changes.tell("messages")
    ground.events.tell(ApproachesChanged())


def letters_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    book = LetterBook(ground.shells.letters, ground.private, partial(_tell, ground))
    directory = Directory(ground)
    keyring, shells = PrekeyRing(ground, feeds.writer, book), ground.shells
    sealing = Sealing(
        ground.identity.feed_id, shells.envelopes, shells.ratchets, shells.dice, directory
    )
    handing = Handing(ground)
    delivery = Delivery(ground, feeds.carer, book, directory, keyring, sealing, handing)
    writing = LetterWriter(ground, book, directory, keyring, delivery.wake)
    receipts = Receipts(ground, book, writing, delivery.wake)
    founding = Founding(ground, book, keyring, writing, delivery.wake)
    parts = LetterParts(
        ground=ground,
        book=book,
        directory=directory,
        keyring=keyring,
        writing=writing,
        delivery=delivery,
        handing=handing,
        reading=LetterReader(ground, book, sealing, writing, receipts, delivery.wake),
        illustrations=Illustrations(ground.media, book),
    )
    ground.letters.connect(writing)
    ground.approaches.connect(Strangers(book))
    answers = LetterAnswers(ground, feeds.carer, book, writing, founding, receipts)
    return Role(
        name="letters",
        parts=parts,
        hears=(
            hears(Letter, parts.on_letter),
            hears(LetterKept, handing.on_kept),
        ),
        answers=answers.rows(),
        listens=parts.listens(),
        jobs=parts.jobs,
        start=parts.start,
    )
