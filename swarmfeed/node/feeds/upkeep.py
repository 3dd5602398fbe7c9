"""What people ask about the node as a whole, and what takes care of its disk."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from swarmfeed.core.asks.upkeep import (
    DiskUse,
    HowFullIsIt,
    HowIsIt,
    JobList,
    LinkedPeers,
    NodeStatus,
    Reindex,
    Reindexed,
    Safety,
    Status,
    Verify,
    VerifyReport,
    Wellbeing,
    WhatRepeats,
    WhoIsLinked,
)
from swarmfeed.node.feeds.care import Caretaker
from swarmfeed.node.feeds.status import Reporter
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.ports import Jobs, Logs, Swarm


class Wellness:
    """How the node is, in a few numbers that cost nothing however many feeds it holds."""

    def __init__(
        self, settings: NodeSettings, reporter: Reporter, sessions: Sessions, jobs: Jobs
    ) -> None:
        self._settings = settings
        self._reporter = reporter
        self._sessions = sessions
        self._jobs = jobs

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowIsIt, self.how_is_it),
            in_loop(WhoIsLinked, self.who_is_linked),
            in_loop(WhatRepeats, self.what_repeats),
        )

    def how_is_it(self, _: HowIsIt) -> Wellbeing:
        running = self._settings.network
        return Wellbeing(
            sentence=self._reporter.sentence(running=running),
            running=running,
            peers=len(self._sessions.all()),
        )

    def who_is_linked(self, _: WhoIsLinked) -> LinkedPeers:
        return LinkedPeers(peers=self._sessions.status())

    def what_repeats(self, _: WhatRepeats) -> JobList:
        return JobList(jobs=tuple(self._jobs.status()) if self._settings.network else ())


class Care:
    """What is on disk, and whether it is what was written."""

    def __init__(
        self,
        settings: NodeSettings,
        logs: Logs,
        reporter: Reporter,
        caretaker: Caretaker,
        reindex: Callable[[], Awaitable[int]],
    ) -> None:
        """``reindex`` fills the index anew and returns the number of entries."""
        self._settings = settings
        self._logs = logs
        self._reporter = reporter
        self._caretaker = caretaker
        self._reindex = reindex

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowFullIsIt, self.how_full),
            in_loop(Verify, self.verify),
            in_loop(Reindex, self.reindex),
        )

    async def how_full(self, _: HowFullIsIt) -> DiskUse:
        return DiskUse(
            bytes=await self._reporter.disk_bytes(),
            budget_bytes=self._settings.disk_budget_bytes,
            free_bytes=self._logs.free_bytes(),
        )

    async def verify(self, _: Verify) -> VerifyReport:
        return await self._caretaker.verify()

    async def reindex(self, _: Reindex) -> Reindexed:
        return Reindexed(posts=await self._reindex())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Where the node is reached now, and what it is for others."""

    link_endpoint: str
    """``host:port``; without a host while nobody knows the address."""
    swarm_port: int
    safety: Safety | None
    is_history_server: bool


class Overview:
    """Everything at once."""

    def __init__(
        self,
        identity: Identity,
        reporter: Reporter,
        swarm: Swarm,
        wellness: Wellness,
        care: Care,
        reached: Callable[[], Reached],
    ) -> None:
        self._identity = identity
        self._reporter = reporter
        self._swarm = swarm
        self._wellness = wellness
        self._care = care
        self._reached = reached

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(Status, self.status),)

    async def status(self, _: Status) -> NodeStatus:
        disk = await self._care.how_full(HowFullIsIt())
        feeds = await self._reporter.all_feeds()
        wellbeing, reached = self._wellness.how_is_it(HowIsIt()), self._reached()
        return NodeStatus(
            node_id=self._identity.node_id,
            author_id=self._identity.author_id,
            running=wellbeing.running,
            sentence=wellbeing.sentence,
            feeds=feeds,
            peers=self._wellness.who_is_linked(WhoIsLinked()).peers,
            disk=disk,
            dht_nodes=len(self._swarm.dht_nodes()) if wellbeing.running else 0,
            link_endpoint=reached.link_endpoint,
            swarm_port=reached.swarm_port,
            jobs=self._wellness.what_repeats(WhatRepeats()).jobs,
            safety=reached.safety if wellbeing.running else None,
            is_history_server=reached.is_history_server,
        )
