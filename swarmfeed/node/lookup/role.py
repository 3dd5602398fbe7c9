"""The role of searches in the network: who serves keeps recent posts, everybody may ask."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.lookup.limits import COPY_EVERY_S
from swarmfeed.core.lookup.rising import TagCounts
from swarmfeed.core.lookup.words import (
    AskRising,
    Persons,
    Recall,
    Risen,
    Search,
    SearchFound,
    SearchRefused,
    WhoIs,
)
from swarmfeed.core.partition.limits import ROLL_EVERY_S
from swarmfeed.core.partition.words import AskRoll, TellRoll
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    ChunkKept,
    FeedDropped,
    HeadGrew,
    LinkClosed,
    Listens,
    ParentCame,
    PostEdited,
    PostSeen,
    PostTakenBack,
    Relieved,
    ServingChanged,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.lookup.answering import SearchServer
from swarmfeed.node.lookup.answers import AboutNetwork
from swarmfeed.node.lookup.asking import NAME, NetworkSearch
from swarmfeed.node.lookup.canaries import Canaries
from swarmfeed.node.lookup.copying import RecentCopier
from swarmfeed.node.lookup.keeper import RecentKeeper
from swarmfeed.node.lookup.partition import Partition
from swarmfeed.node.lookup.rolling import Rolling
from swarmfeed.node.lookup.town_talk import TalkSearch, TalkServer
from swarmfeed.node.role import Role
from swarmfeed.ports import Job


class LookupParts(Struct, frozen=True, kw_only=True):
    """What the role is made of."""

    keeper: RecentKeeper
    searching: SearchServer
    searches: NetworkSearch
    copier: RecentCopier
    partition: Partition
    rolling: Rolling
    talking: TalkServer
    talk: TalkSearch

    def hears(self) -> tuple[Hears, ...]:
        return (
            hears(Search, self.searching.on_search),
            hears(Recall, self.searching.on_search),
            hears(SearchFound, self.searches.on_found),
            hears(SearchRefused, self.searches.on_refused),
            hears(AskRoll, self.rolling.on_ask),
            hears(TellRoll, self.rolling.on_told),
            hears(WhoIs, self.talking.on_who),
            hears(Persons, self.talk.on_persons),
            hears(AskRising, self.talking.on_rising),
            hears(Risen, self.talk.on_risen),
        )

    def jobs(self) -> Sequence[Job]:
        return (
            Job(name="recent", run=self.copier.copy, every_s=COPY_EVERY_S, jitter_s=1),
            Job(name="roll", run=self.rolling.look, every_s=ROLL_EVERY_S, jitter_s=2),
            Job(name="drawers", run=self.copier.look, every_s=ROLL_EVERY_S, jitter_s=2),
        )


def lookup_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    partition, canaries, counts = Partition(ground), Canaries(ground), TagCounts()
    keeper = RecentKeeper(ground, partition, counts)
    searching = SearchServer(ground, keeper, partition)
    searches = NetworkSearch(ground, keeper, searching, canaries)
    talking = TalkServer(ground, keeper, counts)
    talk = TalkSearch(ground, talking, searches)
    parts = LookupParts(
        keeper=keeper,
        searching=searching,
        searches=searches,
        copier=RecentCopier(ground, keeper, searches, partition),
        partition=partition,
        rolling=Rolling(ground, partition),
        talking=talking,
        talk=talk,
    )

    def on_closed(event: LinkClosed) -> None:
        searching.on_closed(event.session)
        searches.on_closed(event)
        talk.on_closed(event.session)

    return Role(
        name=NAME,
        parts=parts,
        says=lambda: keeper.is_open,
        hears=parts.hears(),
        answers=AboutNetwork(ground, searches, talk).rows(),
        listens=(
            listens(ServingChanged, partition.on_serving),
            listens(PostSeen, partition.on_seen),
            *_filling(keeper),
            *_noticing(canaries, parts.copier),
            listens(LinkClosed, on_closed),
        ),
        jobs=parts.jobs,
        stop=keeper.stop,
    )


def _filling(keeper: RecentKeeper) -> tuple[Listens, ...]:
    """By what the index of the network is filled."""
    return (
        listens(ServingChanged, keeper.on_serving),
        listens(HeadGrew, keeper.on_head),
        listens(ChunkKept, keeper.on_chunk),
        listens(PostSeen, keeper.on_seen),
        listens(PostEdited, keeper.on_said_of),
        listens(PostTakenBack, keeper.on_said_of),
        listens(FeedDropped, keeper.on_dropped),
        listens(Relieved, keeper.on_relieved),
    )


def _noticing(canaries: Canaries, copier: RecentCopier) -> tuple[Listens, ...]:
    """What is remembered of where this machine stands."""
    return (
        listens(ParentCame, canaries.on_parent),
        listens(ServingChanged, copier.on_serving),
    )
