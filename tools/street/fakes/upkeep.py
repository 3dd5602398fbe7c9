"""What a fake desk answers of its machine: how it is, and what keeps it so."""

from typing import Final

from swarmfeed.core.asks.logged import WhatWasLogged, lines_of
from swarmfeed.core.asks.neighbours import WhoIsAround
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.short_sentences import (
    CONNECTED_SHORT,
    HELD_MORE,
    REFUSED_MORE,
    REFUSED_SHORT,
)
from swarmfeed.core.asks.upkeep import (
    HowFullIsIt,
    HowIsIt,
    HowSafe,
    JobList,
    LinkedPeers,
    NodeStatus,
    OwnSafety,
    Refusals,
    Reindex,
    Reindexed,
    Status,
    Verify,
    VerifyReport,
    Wellbeing,
    WhatIsRefused,
    WhatRepeats,
    WhoIsLinked,
)

from street.fakes.chosen import SETTINGS
from street.fakes.held import held_feeds
from street.fakes.machine import DISK, JOBS, PEERS
from street.fakes.people import whoami
from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def how_is_it(desk: FakeWorld, _: HowIsIt) -> Wellbeing:
    return Wellbeing(
        sentence=desk.sentence,
        running=True,
        peers=len(PEERS),
        held_by=2,
        refused=bool(desk.refused),
        short=REFUSED_SHORT() if desk.refused else CONNECTED_SHORT(peers=len(PEERS)),
        more=REFUSED_MORE() if desk.refused else HELD_MORE(held_by=2),
    )


def status(desk: FakeWorld, ask: Status) -> NodeStatus:
    return NodeStatus(
        node_id=whoami(desk, WhoAreYou()).node_id,
        author_id=desk.me,
        running=True,
        sentence=desk.sentence,
        feeds=tuple(ask.part(held_feeds(desk))),
        peers=PEERS,
        disk=DISK,
        dht_nodes=214,
        link_endpoint="127.0.0.1:4711",
        swarm_port=4712,
        jobs=JOBS,
        safety=desk.safety,
        is_history_server=desk.history_status.choice is not None,
        alarms=tuple(each.sentence for each in desk.alarms),
    )


def verify(desk: FakeWorld, _: Verify) -> VerifyReport:
    desk.changed.append("verify")
    return VerifyReport(
        feeds=1,
        entries=len(desk.posts),
        bytes=56 * len(desk.posts),
        damaged=(),
        refetching=0,
    )


def reindex(desk: FakeWorld, _: Reindex) -> Reindexed:
    desk.changed.append("reindex")
    return Reindexed(entries=len(desk.posts))


UPKEEP: Final[Rows] = {
    HowIsIt: how_is_it,
    WhatIsRefused: lambda desk, _: Refusals(sentences=desk.refused),
    WhoIsLinked: lambda desk, _: LinkedPeers(peers=PEERS),
    WhatRepeats: lambda desk, _: JobList(jobs=JOBS),
    HowFullIsIt: lambda desk, _: DISK,
    WhoIsAround: lambda desk, _: desk.neighbourhood,
    **SETTINGS,
    WhatWasLogged: lambda desk, ask: lines_of(desk.logbook.lines(), ask),
    HowSafe: lambda desk, _: OwnSafety(safety=desk.safety),
    Status: status,
    Verify: verify,
    Reindex: reindex,
}
