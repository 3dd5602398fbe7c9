"""A node's life: its parts connected, started, stopped, and given their repeating work."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final, TypeVar

import structlog
from msgspec.structs import replace

from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import FatalError, PassingError, RetryError
from swarmfeed.node.feeds.feeds import Feeds, make_feeds
from swarmfeed.node.ground.desk import NodeDesk
from swarmfeed.node.ground.events import Fatal, Relieved, StopWished, Strained, listens
from swarmfeed.node.ground.ground import Ground, lay_ground
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.last_places import LastPlaces
from swarmfeed.node.ground.live_updates import LiveUpdates
from swarmfeed.node.ground.proved_before import ProvedBefore
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shells import Shells
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

logger = structlog.get_logger()

P = TypeVar("P")

STOP_AFTER_S: Final = 1.0
"""How long after its person said so a node stops."""

MakeRole = Callable[[Ground, Feeds], Role]
"""Makes a role of one node, from what it stands on."""


class Node:
    """Everything of one running node; belongs to one asyncio loop."""

    def __init__(
        self,
        settings: NodeSettings,
        identity: Identity,
        shells: Shells,
        roles: Iterable[MakeRole],
    ) -> None:
        self.stopped = asyncio.Event()
        self.failure: FatalError | None = None
        """Why it stopped, when nobody asked it to."""
        self.deletes_home = False
        """Whether the person wants all deleted once it has stopped."""
        self.ground = lay_ground(settings, identity, shells)
        self.feeds = make_feeds(self.ground)
        self.roles = (self.feeds.role(), *(make(self.ground, self.feeds) for make in roles))
        # Pages first: what others begin then is work that a page's question would wait for.
        pages = LiveUpdates(self.ground)
        self.ground.events.connect((*self.ground.strain.rows(), *pages.rows()))
        for role in self.roles:
            self._connect(role)
        self.ground.events.connect(
            (
                listens(Fatal, self._on_fatal),
                listens(StopWished, self._on_wish),
                listens(Relieved, self.ground.indexer.on_relieved),
                *self.ground.reach.rows(),
                *self.ground.nearby.rows(),
                *LastPlaces(self.ground).rows(),
            )
        )

    def parts(self, kind: type[P]) -> P:
        """Return the parts of the role that is made of a ``kind``; LookupError: none is."""
        for role in self.roles:
            if isinstance(role.parts, kind):
                return role.parts
        raise LookupError(f"no role of this node is made of {kind.__name__}")

    def desk(self, loop: asyncio.AbstractEventLoop) -> NodeDesk:
        """Return where faces ask this node, which runs in ``loop``."""
        ground = self.ground
        mend = self.feeds.showing.mend
        return NodeDesk(ground.answering, loop, ground.changes, ground.events, mend)

    async def start(self) -> None:
        """Recover from disk, then go on as ever; on the network if the settings say so."""
        proved = ProvedBefore(self.ground.shells.ledger, self.ground.identity)
        try:
            self.ground.shelf.load(proved.verify)
            self.ground.shells.logs.check_writable()
        except PassingError as error:
            self.ground.events.tell(Strained(error))
        self.feeds.showing.watch()
        self.ground.pen.recall()
        await self.feeds.showing.save_own_author()
        self.ground.indexer.start()
        index_is_new = await self._recall()
        await self.feeds.showing.catch_up_all(index_is_new=index_is_new)
        await self._look_at_clock()
        if self.ground.settings.network:
            await self._go_online()
            self.ground.beside.spawn(proved.save())
        else:
            # Nobody waits at a page that fills up: a command is answered in full, once.
            await self.ground.indexer.drain()

    async def stop(self) -> None:
        """Stop in good order: what was acknowledged is on disk since long."""
        ground, shells = self.ground, self.ground.shells
        is_online = ground.settings.network
        if is_online:
            await self._leave()
        await ground.beside.stop()
        for role in reversed(self.roles):
            await role.stop()
        await ground.indexer.stop()
        if is_online:
            await shells.swarm.stop()
            await ground.memory.stop()
        shells.verifier.close()
        shells.private.close()
        shells.letters.close()
        shells.ledger.close()
        shells.index.close()

    # --- inside ---

    def _connect(self, role: Role) -> None:
        ground = self.ground
        ground.introduction.add_role(role.name, role.says)
        ground.switchboard.connect(role.hears)
        ground.events.connect(role.listens)
        ground.interests.connect(role.seeks, role.policy)
        ground.memory.connect(role.rows)
        ground.answering.connect(role.answers)
        ground.reach.connect(role.ways, role.by)

    async def _recall(self) -> bool:
        """Take up what was remembered, and whom this node cares for: each reason in turn.

        Returns whether the index was empty.
        """
        carer = self.feeds.carer
        carer.recall_own()
        self.ground.memory.recall()
        self.ground.private.recall()
        self.ground.pen.note(self.ground.inventory.size_of(self.ground.identity.feed_id))
        index_is_new = await carer.recall_followed()
        for role in self.roles:
            await role.start()
        carer.recall_others(index_is_new=index_is_new)
        self.ground.inventory.save()
        return index_is_new

    async def _look_at_clock(self) -> None:
        try:
            await self.feeds.timekeeper.check()
        except RetryError as error:
            # Reading goes on; its job tries again.
            logger.warning("the order of posts stays as it was", reason=str(error))

    async def _go_online(self) -> None:
        ground, shells, settings = self.ground, self.ground.shells, self.ground.settings
        ground.nearby.start()
        ground.introduction.opened_swarm(await shells.swarm.start(self.feeds.on_swarm))
        at = await ground.sessions.listen(Endpoint(settings.door, settings.link_port))
        ground.introduction.opened_link(at.port)
        here = Endpoint(settings.listen, at.port)
        ground.sessions.own_endpoints([here, *ground.introduction.places()])
        self.feeds.finder.enter_dht()
        self.feeds.carer.go_on()
        ground.beside.spawn(self.feeds.hearing.hear_out())
        if shells.board is not None:
            await shells.board.start()
        if shells.lan is not None:
            # It takes a second to announce oneself, and nothing waits for it.
            ground.beside.spawn(self.feeds.finder.meet_neighbours())
        # Comparing all feeds with the index took what nobody needs again: 17 MB of 2,700.
        await self.feeds.caretaker.release_memory()
        shells.jobs.start(self._jobs(), lambda error: ground.events.tell(Fatal(error)))

    async def _leave(self) -> None:
        """Take leave of everybody: nobody is told anything from here on."""
        shells = self.ground.shells
        shells.jobs.stop()
        if shells.lan is not None:
            await shells.lan.stop()
        await self.ground.sessions.stop()
        if shells.board is not None:
            await shells.board.stop()

    def _jobs(self) -> list[Job]:
        jobs = [*(job for role in self.roles for job in role.jobs()), self.ground.memory.job()]
        return [replace(job, run=partial(self._run_job, job.run)) for job in jobs]

    async def _run_job(self, run: Callable[[], Awaitable[str]]) -> str:
        """Run a job; what the machine refuses it, the whole node should know."""
        try:
            return await run()
        except PassingError as error:
            self.ground.events.tell(Strained(error))
            raise

    def _on_wish(self, event: StopWished) -> None:
        self.deletes_home = event.deletes
        # The answer has to get out first, and what the page that shows it is made of.
        asyncio.get_running_loop().call_later(STOP_AFTER_S, self.stopped.set)

    def _on_fatal(self, event: Fatal) -> None:
        """Our own state is unknown: stop, so that the next start recovers from disk."""
        logger.critical("stopping", reason=str(event.error))
        self.failure = self.failure or event.error
        self.stopped.set()
