"""The role of media: pictures and files of posts, published, fetched, given and shown."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from swarmfeed.core.asks.faces import Faces
from swarmfeed.core.asks.media import Attached, HandedFile, HandedOver, ShowHanded
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.media.limits import FETCH_ANSWER_S
from swarmfeed.core.media.words import MediumHave, MediumWant
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.shown import Shown
from swarmfeed.node.ground.desk import in_loop, in_reader
from swarmfeed.node.ground.events import (
    HoldingTold,
    Indexed,
    LinkClosed,
    Listens,
    ProtectedOpened,
    TorrentTold,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.media.answers import MediaAnswers
from swarmfeed.node.media.attaching import Attaching
from swarmfeed.node.media.displaying import Displaying
from swarmfeed.node.media.drafting import Drafting
from swarmfeed.node.media.fetching import Fetching
from swarmfeed.node.media.giving import Giving
from swarmfeed.node.media.portraits import Portraits
from swarmfeed.node.media.stock import Stock, named_by_letter
from swarmfeed.node.media.wishing import Wishing
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

NAME = "media"
WATCH_EVERY_S = 5
TIDY_EVERY_S = 60


class MediaRole(Struct, frozen=True, kw_only=True):
    """The parts, put together."""

    stock: Stock
    giving: Giving
    fetching: Fetching
    attaching: Attaching
    drafting: Drafting
    displaying: Displaying
    portraits: Portraits
    wishing: Wishing

    async def attach(
        self, attached: Sequence[Attached], *, is_protected: bool
    ) -> tuple[Medium, ...]:
        return await self.attaching.attach(attached, is_protected=is_protected)

    async def portray(self, attached: Attached, side: int) -> Medium:
        return await self.attaching.portray(attached, side)

    async def published(
        self,
        ref: EntryRef,
        media: Sequence[Medium],
        attached: Sequence[Attached],
        *,
        in_profile: bool,
    ) -> None:
        await self.attaching.published(ref, media, attached, in_profile=in_profile)

    async def name_by_letter(self, letter: LetterName, media: Sequence[Medium]) -> None:
        await self.attaching.name_by_letter(letter, media)

    async def sent(self, media: Sequence[Medium], attached: Sequence[Attached]) -> None:
        await self.attaching.sent(media, attached)

    def naming_letters(self) -> frozenset[bytes]:
        return self.stock.naming_letters()

    def drafted(self) -> Mapping[str, tuple[HandedFile, ...]]:
        return self.drafting.all()

    async def draft(self, place: str, attached: Sequence[Attached]) -> None:
        await self.drafting.keep(place, attached)

    async def discard(self, place: str) -> None:
        await self.drafting.discard(place)

    def want_of_letter(self, medium: Medium, letter: LetterName) -> None:
        self.wishing.want_of_letter(medium, letter)

    async def fetch_of_letter(self, medium: Medium, letter: LetterName) -> None:
        await self.fetching.want_now(named_by_letter(medium, letter), FETCH_ANSWER_S)

    async def expired(self, letter_id: bytes) -> None:
        await self.stock.forget_letter(letter_id)

    def state(self, medium_id: Hash) -> str:
        return self.displaying.state(medium_id)

    def used_bytes(self) -> int:
        return self.stock.used_bytes()

    def hears(self) -> tuple[Hears, ...]:
        return (
            hears(MediumWant, self.giving.on_want),
            hears(MediumHave, self.fetching.on_have),
        )

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(HoldingTold, self.fetching.on_holding),
            listens(LinkClosed, self.fetching.on_closed),
            listens(TorrentTold, self.fetching.on_torrent),
            listens(Indexed, self.wishing.on_indexed),
            listens(ProtectedOpened, self.wishing.on_indexed),
        )

    def jobs(self) -> Sequence[Job]:
        return (
            Job(name="media", run=self._watch, every_s=WATCH_EVERY_S, at_start=False),
            Job(
                name="media-tidy",
                run=self._tidy,
                every_s=TIDY_EVERY_S,
                jitter_s=10,
                at_start=False,
            ),
        )

    async def start(self) -> None:
        await self.stock.start()
        await self.drafting.start()

    async def _tidy(self) -> str:
        await self.drafting.tidy()
        return await self.wishing.tidy()

    async def _watch(self) -> str:
        self.giving.rest()
        return await self.fetching.watch()


def media_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    parts = _make(ground)
    ground.media.connect(parts)
    reading = Reading(Shown(ground))
    answers = MediaAnswers(
        ground, reading, parts.stock, parts.fetching, parts.attaching, parts.displaying
    )

    async def stop() -> None:
        ground.shells.pictures.close()

    return Role(
        name=NAME,
        parts=parts,
        hears=parts.hears(),
        answers=(
            *answers.rows(),
            in_loop(HandedOver, parts.drafting.handed_over),
            in_loop(ShowHanded, parts.drafting.show),
            in_reader(Faces, parts.portraits.answer),
        ),
        listens=parts.listens(),
        jobs=parts.jobs,
        start=parts.start,
        stop=stop,
    )


def _make(ground: Ground) -> MediaRole:
    """Put the parts together; nothing runs yet."""
    stock = Stock(ground)
    giving = Giving(ground, stock)
    fetching = Fetching(ground, stock, giving)
    portraits = Portraits(ground)
    drafting = Drafting(ground)
    return MediaRole(
        stock=stock,
        giving=giving,
        fetching=fetching,
        attaching=Attaching(ground, stock, giving, drafting),
        drafting=drafting,
        displaying=Displaying(ground, stock, fetching),
        portraits=portraits,
        wishing=Wishing(ground, stock, fetching, giving, portraits),
    )
