"""Remembers supernodes, and finds where to ask while there is no parent.

Where to ask, the surest first: lists and peers that the person named, nodes that hold what
those we follow wrote (any node tells whom it knows), nodes met before, what the DHT names, and
supernodes of earlier times.  All of them are hints: whoever answers proves who it is.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

import structlog

from swarmfeed.core.asks.supernode_list import ListSupernodes, SupernodeList
from swarmfeed.core.base.limits import REMEMBERED_PEERS_DIALLED
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.net.rendezvous import SUPERNODE_TOPIC
from swarmfeed.core.supernode import sentences
from swarmfeed.core.supernode.limits import DHT_WAYS_MAX, FRIENDS_ASKED_MAX, WAYS_IN_MAX
from swarmfeed.core.supernode.records import open_record
from swarmfeed.core.supernode.waylist import write_list
from swarmfeed.core.supernode.ways_in import WaysIn, decode_way, encode_way
from swarmfeed.errors import RemoteError, UserError
from swarmfeed.node.ground.events import DhtAnswered
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows, readable
from swarmfeed.node.wayin.settings import WayInSettings

logger = structlog.get_logger()

PAGE: Final = "ways-in"

_ANNOUNCE_MS: Final = 15 * 60_000
"""How often a supernode announces itself: DHT nodes forget peers after half an hour (BEP 5)."""

_LOOK_UP_MS: Final = 60_000
"""How often the DHT is asked while there is no parent."""

_FEEDS_LOOKED_AT: Final = 500
"""Feeds whose holders are asked of the index: a millisecond."""


class Leading:
    """Keeps ``layer.ways_in`` true while there is need of it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._ways = WaysIn(ground.identity.node_id)
        self._signed: dict[bytes, None] = {}
        """Records that were heard in the last round: most come again, and are not read anew."""
        listed = ground.settings.of(WayInSettings).supernode_list
        self._named = (
            *(at for each in listed for at in each.endpoints),
            *ground.settings.peers,
        )
        self._dht: dict[Endpoint, None] = {}
        self._announced_ms: int | None = None
        self._looked_up_ms: int | None = None

    def rows(self) -> Rows:
        return Rows(
            page=PAGE, load=self._load, take_changes=self._ways.take_changes, encode=encode_way
        )

    async def start(self) -> None:
        """Lead in from the first moment on: what was remembered is there."""
        self._lead_in()

    async def look(self) -> str:
        """Hear of supernodes that are known; find ways in while there is no parent."""
        now_s = self._clock.now_ms() // 1000
        self._hear(now_s)
        self._ways.forget_old(now_s)
        self._announce()
        if self._layer.serves or self._layer.parents:
            return sentences.WAYS_IN_KEPT(kept=len(self._ways.kept))
        self._look_up()
        self._lead_in()
        return sentences.LED_IN(ways=len(self._layer.ways_in))

    def on_dht(self, event: DhtAnswered) -> None:
        """Take what the DHT names, the newest; anybody can announce anything there."""
        if event.topic == SUPERNODE_TOPIC:
            named = dict.fromkeys((*event.peers[:DHT_WAYS_MAX], *self._dht))
            self._dht = dict.fromkeys(islice(named, DHT_WAYS_MAX))

    def list_supernodes(self, _ask: ListSupernodes) -> SupernodeList:
        """Answer with the list of all that are known.  UserError: there is none."""
        records = [each.record for each in self._ways.kept]
        own = self._ground.introduction.endpoint() if self._layer.serves else None
        endpoints = [own] if own is not None else []
        if not records and not endpoints:
            raise UserError(sentences.NO_SUPERNODE_KNOWN())
        records = records[: WAYS_IN_MAX - len(endpoints)]
        return SupernodeList(
            text=write_list(records, endpoints), supernodes=len(records) + len(endpoints)
        )

    # --- inside ---

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        self._ways.recall(way for _, way in readable(page, decode_way))

    def _hear(self, now_s: int) -> None:
        before, self._signed = self._signed, {}
        for each in self._layer.others:
            self._signed[each.signed] = None
            if each.signed and each.signed not in before:
                try:
                    self._ways.hear(open_record(each.signed), now_s)
                except RemoteError as error:
                    logger.warning("a supernode's record is none", reason=str(error))

    def _lead_in(self) -> None:
        self._layer.lead_in(tuple(islice(dict.fromkeys(self._candidates()), WAYS_IN_MAX)))

    def _candidates(self) -> Iterator[Endpoint]:
        yield from self._named
        yield from islice(self._friends(), FRIENDS_ASKED_MAX)
        yield from self._ground.shells.index.peers(REMEMBERED_PEERS_DIALLED)
        yield from self._dht
        for each in self._ways.kept:
            yield each.record.endpoint

    def _friends(self) -> Iterator[Endpoint]:
        """Nodes that hold what those wrote whom the person follows."""
        feeds = list(islice(self._feeds_read(), _FEEDS_LOOKED_AT))
        for door, _ in self._ground.shells.index.doors_of(feeds):
            yield door

    def _feeds_read(self) -> Iterator[FeedId]:
        for author_id in self._ground.interests.read():
            yield from self._ground.shelf.feeds_of(author_id)

    def _announce(self) -> None:
        """A supernode says in the DHT where it is."""
        port = self._ground.introduction.link_port
        if self._layer.serves and port and self._may_now(self._announced_ms, _ANNOUNCE_MS):
            self._announced_ms = self._clock.monotonic_ms()
            self._ground.shells.swarm.announce(SUPERNODE_TOPIC, port)

    def _look_up(self) -> None:
        if self._may_now(self._looked_up_ms, _LOOK_UP_MS):
            self._looked_up_ms = self._clock.monotonic_ms()
            self._ground.shells.swarm.find_peers(SUPERNODE_TOPIC)

    def _may_now(self, last_ms: int | None, pause_ms: int) -> bool:
        """Whether the DHT may be asked again; never if the person wants none of it."""
        is_due = last_ms is None or self._clock.monotonic_ms() - last_ms >= pause_ms
        in_dht = self._ground.settings.dht and self._ground.shells.swarm.dht_nodes()
        return is_due and bool(in_dht)
