"""Giving files: their torrents are loaded when somebody comes for them, and rest again."""

from collections import OrderedDict
from collections.abc import Iterable
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.limits import AWAKE_S
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.medium import medium_torrent
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import MEDIA_AWAKE_MAX, WANTS_PER_S, WANTS_WAITING_MAX
from swarmfeed.core.media.words import MediumHave, MediumWant
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.media.stock import Stock


class GivingSide(Struct):
    """How often one peer asked lately."""

    pace: TokenBucket = field(
        default_factory=lambda: TokenBucket(WANTS_WAITING_MAX, WANTS_PER_S, 0)
    )


class Giving:
    """Loads torrents of media, and answers who asks for one."""

    def __init__(self, ground: Ground, stock: Stock) -> None:
        self._swarm = ground.shells.swarm
        self._folder = ground.shells.media.folder
        self._clock = ground.shells.clock
        self._stock = stock
        self._loaded: OrderedDict[Hash, tuple[bytes, int]] = OrderedDict()
        """Info-hash and when somebody asked, the one asked for longest ago first."""

    def on_want(self, session: Session, want: MediumWant) -> None:
        """A peer comes for a file."""
        if not session.part(GivingSide).pace.take(1, self._clock.monotonic_ms() / 1000):
            return
        given = self.load(want.medium)
        answer = MediumHave(want.medium, given)
        session.outbox.put(("medium", want.medium), partial(session.send, answer))

    def load(self, medium_id: Hash) -> bool:
        """Give a file from now on; returns whether it is here."""
        kept = self._stock.find(medium_id)
        if kept is None:
            return False
        torrent = medium_torrent(kept.pieces)
        try:
            self._swarm.seed(torrent, self._folder)
        except RetryError:
            return False  # without the network nobody is given anything
        self._loaded.pop(medium_id, None)
        self._loaded[medium_id] = torrent.info_hash, self._clock.monotonic_ms()
        while len(self._loaded) > MEDIA_AWAKE_MAX:
            self.rest_one(next(iter(self._loaded)))
        return True

    def rest_one(self, medium_id: Hash) -> None:
        """Give a file no more, until somebody asks."""
        info_hash, _ = self._loaded.pop(medium_id, (b"", 0))
        if info_hash:
            self._swarm.drop(info_hash)

    async def let_go(self, ids: Iterable[Hash]) -> None:
        """Delete files, which nobody is given any more."""
        gone = list(ids)
        for each in gone:
            self.rest_one(each)
        await self._stock.let_go(gone)

    def rest(self) -> str:
        """Let rest what nobody asked for lately."""
        now_ms = self._clock.monotonic_ms()
        for medium_id, (_, asked_ms) in list(self._loaded.items()):
            if now_ms - asked_ms < AWAKE_S * 1000:
                break
            self.rest_one(medium_id)
        return sentences.GIVEN(files=len(self._loaded))
