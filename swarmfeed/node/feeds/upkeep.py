"""What people ask about the node as a whole, and what takes care of its disk."""

from swarmfeed.core.asks.alarms import WhatIsAlarming
from swarmfeed.core.asks.short_sentences import how_it_is_in_short
from swarmfeed.core.asks.upkeep import (
    DiskUse,
    HowFullIsIt,
    HowIsIt,
    HowSafe,
    JobList,
    LinkedPeers,
    NodeStatus,
    Refusals,
    Reindex,
    Reindexed,
    Safety,
    Status,
    Verify,
    VerifyReport,
    Wellbeing,
    WhatIsRefused,
    WhatRepeats,
    WhoIsLinked,
    is_history_server,
)
from swarmfeed.node.feeds.caretaker import Caretaker
from swarmfeed.node.feeds.showing import Showing
from swarmfeed.node.feeds.status import Reporter
from swarmfeed.node.ground.desk import Answers, in_loop, in_reader
from swarmfeed.node.ground.ground import Ground


class AboutNode:
    """How the node is, in a few numbers that cost nothing however many feeds it holds."""

    def __init__(self, ground: Ground, reporter: Reporter) -> None:
        self._settings = ground.settings
        self._answering = ground.answering
        self._sessions = ground.sessions
        self._jobs = ground.shells.jobs
        self._strain = ground.strain
        self._reach = ground.reach
        self._reporter = reporter

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowIsIt, self.how_is_it),
            in_reader(WhatIsRefused, self.what_is_refused),
            in_loop(WhoIsLinked, self.who_is_linked),
            in_loop(WhatRepeats, self.what_repeats),
        )

    async def how_is_it(self, _: HowIsIt) -> Wellbeing:
        running, refused = self._settings.network, self._strain.now()
        safety = await self.safety()
        safe = safety is not None and safety.safe
        own = self._reporter.standing()
        peers, held_by = len(self._sessions.all()), own.held_by
        said = (
            refused[0] if refused else self._reporter.sentence(own, running=running, safe=safe)
        )
        stopped = bool(refused or own.trouble)
        short = how_it_is_in_short(
            running=running, peers=peers, held_by=held_by, safe=safe, stopped=stopped
        )
        return Wellbeing(
            sentence=said,
            running=running,
            peers=peers,
            held_by=held_by or 0,
            safe=safe,
            refused=bool(refused),
            short=short.said,
            more=short.more,
        )

    async def safety(self) -> Safety | None:
        """How safe the own posts are: a role knows that, if there is one."""
        if not self._answering.knows(HowSafe):
            return None
        return (await self._answering.answer(HowSafe())).safety

    def what_is_refused(self, _: WhatIsRefused) -> Refusals:
        return Refusals(sentences=self._strain.now())

    def who_is_linked(self, _: WhoIsLinked) -> LinkedPeers:
        return LinkedPeers(peers=self._reach.linked())

    def what_repeats(self, _: WhatRepeats) -> JobList:
        return JobList(jobs=tuple(self._jobs.status()) if self._settings.network else ())


class AboutDisk:
    """What is on disk, and whether it is what was written."""

    def __init__(
        self, ground: Ground, reporter: Reporter, caretaker: Caretaker, showing: Showing
    ) -> None:
        self._choices = ground.choices
        self._logs = ground.shells.logs
        self._media = ground.media
        self._reporter = reporter
        self._caretaker = caretaker
        self._showing = showing

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowFullIsIt, self.how_full),
            in_loop(Verify, self.verify),
            in_loop(Reindex, self.reindex),
        )

    async def how_full(self, _: HowFullIsIt) -> DiskUse:
        return DiskUse(
            bytes=await self._reporter.disk_bytes(),
            budget_bytes=self._choices.now.disk_budget_bytes,
            free_bytes=self._logs.free_bytes(),
            media_bytes=self._media.used_bytes(),
        )

    async def verify(self, _: Verify) -> VerifyReport:
        return await self._caretaker.verify()

    async def reindex(self, _: Reindex) -> Reindexed:
        entries = await self._showing.reindex()
        return Reindexed(entries=entries, missing=tuple(self._caretaker.missing()))


class Overview:
    """Everything at once."""

    def __init__(
        self, ground: Ground, reporter: Reporter, about_node: AboutNode, about_disk: AboutDisk
    ) -> None:
        self._ground = ground
        self._reporter = reporter
        self._about_node = about_node
        self._about_disk = about_disk

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(Status, self.status),)

    async def status(self, ask: Status) -> NodeStatus:
        ground, introduction = self._ground, self._ground.introduction
        disk = await self._about_disk.how_full(HowFullIsIt())
        feeds = await self._reporter.feeds(ask.part(self._reporter.ranked()))
        wellbeing = await self._about_node.how_is_it(HowIsIt())
        endpoint = introduction.endpoint()
        return NodeStatus(
            node_id=ground.identity.node_id,
            author_id=ground.identity.author_id,
            running=wellbeing.running,
            sentence=wellbeing.sentence,
            feeds=feeds,
            peers=self._about_node.who_is_linked(WhoIsLinked()).peers,
            disk=disk,
            dht_nodes=len(ground.shells.swarm.dht_nodes()) if wellbeing.running else 0,
            link_endpoint=str(endpoint) if endpoint else f":{introduction.link_port}",
            swarm_port=introduction.swarm_port,
            jobs=self._about_node.what_repeats(WhatRepeats()).jobs,
            safety=await self._about_node.safety(),
            is_history_server=is_history_server(introduction.hello().roles),
            alarms=await self._alarms(),
        )

    async def _alarms(self) -> tuple[str, ...]:
        """What was done in the person's name: a role watches that, if there is one."""
        if not self._ground.answering.knows(WhatIsAlarming):
            return ()
        found = await self._ground.answering.answer(WhatIsAlarming())
        return tuple(each.sentence for each in found.alarms)
