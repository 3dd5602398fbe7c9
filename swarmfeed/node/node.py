"""A node: the roles put together, started, stopped, and given their repeating work."""

import asyncio
from dataclasses import dataclass

import structlog

from swarmfeed.core.base.ranges import subtract
from swarmfeed.core.base.types import AuthorId, ChunkSpan, Endpoint, FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.history.words import HISTORY_ROLE
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import FatalError, RetryError
from swarmfeed.node.feeds.care import Caretaker
from swarmfeed.node.feeds.fetcher import Fetcher
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.follower import Follower
from swarmfeed.node.feeds.friends import FriendsOfFriends
from swarmfeed.node.feeds.hands import NodeHands
from swarmfeed.node.feeds.holder import Holder
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.feeds.status import Reporter
from swarmfeed.node.feeds.whereabouts import Whereabouts
from swarmfeed.node.feeds.writer import Author
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.interests import Interest, Interests
from swarmfeed.node.ground.proofs import Prover
from swarmfeed.node.ground.sessions import Session, Sessions
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.tasks import Tasks
from swarmfeed.node.history.role import History, Surroundings
from swarmfeed.ports import (
    Clock,
    DhtPeersFound,
    HeadBoard,
    Index,
    Job,
    Jobs,
    Lan,
    Ledger,
    Link,
    Logs,
    Swarm,
    SwarmEvent,
)

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The shells a node works through."""

    logs: Logs
    index: Index
    swarm: Swarm
    link: Link
    board: HeadBoard | None
    lan: Lan | None
    jobs: Jobs
    ledger: Ledger
    clock: Clock
    policy_clock: Clock
    """What history servers go by; apart from tests it shows the time of ``clock`` (ADR 13)."""


class Node:
    """Everything of one running node; belongs to one asyncio loop."""

    def __init__(self, settings: NodeSettings, identity: Identity, doors: Doors) -> None:
        self.settings = settings
        self.identity = identity
        self.doors = doors
        self.changes = Changes()
        self.interests = Interests()
        self.shelf = Shelf(doors.logs)
        self.link_port = 0
        self.swarm_port = 0
        self.stopped = asyncio.Event()
        logs, index, swarm, clock = doors.logs, doors.index, doors.swarm, doors.clock
        self.sessions = Sessions(doors.link, settings, clock, self.hello)
        self.indexer = Indexer(
            logs, index, clock, self.shelf.end_of, self._on_indexed, self._on_fatal
        )
        self.seeder = Seeder(self.shelf, logs, swarm, self.interests, clock)
        self.fetcher = Fetcher(
            self.shelf,
            logs,
            swarm,
            self.sessions,
            clock,
            self.seeder.seed,
            self._on_chunk,
        )
        self.indexer.may_go_on = self.fetcher.nothing_to_verify.wait
        prover = Prover(logs)
        self.holder = Holder(
            self.shelf, self.sessions, prover, index, identity, clock, self.seeder
        )
        self.beside = Tasks()
        whereabouts = Whereabouts(
            self.shelf,
            self.sessions,
            self.holder,
            self.fetcher,
            self.indexer,
            index,
            self.interests,
            identity,
            self.changes,
            clock,
            self.beside,
        )
        self.follower = Follower(
            self.shelf,
            self.sessions,
            self.holder,
            self.fetcher,
            self.indexer,
            index,
            self.interests,
            whereabouts,
            self.changes,
            clock,
        )
        self.author = Author(identity, self.shelf, logs, index, self.follower, clock)
        self.finder = Finder(
            settings,
            identity,
            self.sessions,
            swarm,
            doors.board,
            self.shelf,
            index,
            self.interests,
            clock,
            lambda: self.link_port,
        )
        self.friends = FriendsOfFriends(
            settings,
            self.shelf,
            logs,
            swarm,
            index,
            self.interests,
            self.follower,
            self.fetcher,
        )
        hands = NodeHands(
            self.shelf,
            self.interests,
            self.finder,
            self.follower,
            self.fetcher,
            self.seeder,
            self.beside,
        )
        self.history = History(
            Surroundings(
                settings=settings,
                identity=identity,
                shelf=self.shelf,
                logs=logs,
                index=index,
                ledger=doors.ledger,
                sessions=self.sessions,
                interests=self.interests,
                prover=prover,
                clock=doors.policy_clock,
                real_clock=clock,
                hello=self.hello,
                hands=hands,
                hint=self.finder.hint,
                out_bytes=self.seeder.out_bytes,
            )
        )
        self.caretaker = Caretaker(self.shelf, logs, swarm, clock, self.fetcher.want)
        self.reporter = Reporter(
            self.shelf, logs, index, self.interests, self.sessions, self.fetcher, swarm
        )
        self.sessions.on_open = self._on_open
        self.sessions.on_message = self.follower.on_message
        self.sessions.on_close = self._on_close
        self.sessions.on_fatal = self._on_fatal
        self.follower.on_replica = self._on_replica
        self.follower.on_complete = self.history.on_complete
        self.follower.on_other = self.history.on_message
        self.follower.may_fetch = self.history.may_fetch
        self.holder.on_request = self.history.demand.note_request
        self.seeder.on_sleep = self.holder.tell_asleep
        self.finder.watched = self.history.unheld
        self.shelf.on_certified = self._on_certified

    # --- life ---

    async def start(self) -> None:
        """Recover from disk, then go on as ever; on the network if the settings say so."""
        self.shelf.load()
        await self.indexer.run_in_thread(
            lambda: self.doors.index.save_own_author(self.identity.author_id)
        )
        self.indexer.start()
        await self._recall_interests()
        for feed_id in self.shelf.feed_ids():
            await self._cut_index(feed_id)
            self._catch_up_index(feed_id)
        if self.settings.network:
            await self._go_online()
        else:
            # Nobody waits at a page that fills up: a command is answered in full, once.
            await self.indexer.drain()

    async def stop(self) -> None:
        """Stop in good order: what was acknowledged is on disk since long."""
        if self.settings.network:
            self.doors.jobs.stop()
            if self.doors.lan is not None:
                await self.doors.lan.stop()
            await self.sessions.stop()
            if self.doors.board is not None:
                await self.doors.board.stop()
        await self.beside.stop()
        await self.fetcher.stop()
        await self.indexer.stop()
        if self.settings.network:
            await self.doors.swarm.stop()
            await self.history.stop()
        self.doors.ledger.close()
        self.doors.index.close()

    def hello(self) -> Hello:
        hosts = () if self.settings.listen in ("0.0.0.0", "::") else (self.settings.listen,)  # noqa: S104
        return Hello(
            node_id=self.identity.node_id,
            roles=(HISTORY_ROLE,) if self.history.is_server else (),
            hosts=hosts,
            link_port=self.link_port,
            swarm_port=self.swarm_port,
        )

    def endpoint(self) -> Endpoint | None:
        """Where others reach the link; None when nobody knows the address."""
        hosts = self.hello().hosts
        return Endpoint(hosts[0], self.link_port) if hosts and self.link_port else None

    # --- interests ---

    async def care(self, author_id: AuthorId, interest: Interest) -> None:
        """Care for an author from now on: ask all peers, look in the DHT, fetch."""
        if not self.interests.raise_to(author_id, interest):
            return
        for feed_id in self.shelf.feeds_of(author_id):
            self._catch_up_index(feed_id)
            if self.settings.network:
                self.seeder.seed_held(feed_id)
            if self.settings.network and not self.shelf.is_complete(feed_id):
                self.fetcher.want(feed_id)
        if self.settings.network:
            self.follower.ask_all([author_id])
            self.beside.spawn(self._search_now())

    async def follow(self, author_id: AuthorId) -> None:
        await self.author.set_follow(author_id, on=True)
        await self.care(author_id, Interest.FOLLOWED)

    async def unfollow(self, author_id: AuthorId) -> None:
        """Stop following; what is here stays readable, as far as the budget goes."""
        await self.author.set_follow(author_id, on=False)
        self.interests.lower_to(author_id, Interest.FETCHED)

    async def reindex(self) -> int:
        """Empty the index and fill it from the logs; returns the number of entries."""
        await self.indexer.drain()
        await self.indexer.run_in_thread(self.doors.index.clear)
        await self.indexer.run_in_thread(
            lambda: self.doors.index.save_own_author(self.identity.author_id)
        )
        for feed_id in self.shelf.feed_ids():
            self._catch_up_index(feed_id)
        await self.indexer.drain()
        return sum(self.shelf.entries_held(each) for each in self.shelf.feed_ids())

    # --- inside ---

    async def _go_online(self) -> None:
        listen = self.settings.listen
        self.swarm_port = await self.doors.swarm.start(self._on_swarm)
        self.link_port = (
            await self.sessions.listen(Endpoint(listen, self.settings.link_port))
        ).port
        self.sessions.own_endpoints([Endpoint(listen, self.link_port)])
        for node in self.settings.dht_nodes:
            self.doors.swarm.add_dht_node(node)
        for feed_id in self.shelf.feed_ids():
            self.seeder.seed_held(feed_id)
            author_id = self.shelf.author_of(feed_id)
            is_whole = author_id is not None and self.interests.is_kept_whole(author_id)
            may_fetch = is_whole and self.history.may_fetch(feed_id)
            if may_fetch and not self.shelf.is_complete(feed_id):
                self.fetcher.want(feed_id)
        if self.doors.board is not None:
            await self.doors.board.start()
        if self.doors.lan is not None:
            # It takes a second to announce oneself, and nothing waits for it.
            self.beside.spawn(self._meet_neighbours(self.doors.lan))
        self.doors.jobs.start(self._all_jobs(), self.stopped.set)

    def _all_jobs(self) -> list[Job]:
        finder = self.finder
        return [
            Job(name="connect", run=finder.connect, every_s=2),
            Job(name="look-up", run=finder.look_up, every_s=1),
            Job(name="announce", run=finder.announce, every_s=5),
            Job(name="fetch-watch", run=self._watch_fetches, every_s=1, at_start=False),
            Job(name="own-head", run=finder.publish_head, every_s=30, jitter_s=10),
            Job(name="heads", run=finder.refresh_heads, every_s=60, jitter_s=20),
            Job(name="friends-of-friends", run=self._hold_for_friends, every_s=60),
            Job(name="torrents", run=self.seeder.rest, every_s=60, at_start=False),
            Job(name="tidy", run=self.caretaker.tidy, every_s=3_600, jitter_s=300),
            *self.history.jobs(),
        ]

    async def _hold_for_friends(self) -> str:
        """A history server holds for everybody in its scope, by another rule."""
        if self.history.is_server:
            return "left to the policy of history servers"
        return await self.friends.hold()

    async def _meet_neighbours(self, lan: Lan) -> None:
        def on_found(endpoint: Endpoint) -> None:
            self.doors.swarm.allow(endpoint.host)
            self.finder.hint([endpoint])

        try:
            await lan.start(self.link_port, on_found)
        except RetryError as error:
            logger.warning("no neighbours", reason=str(error))

    async def _search_now(self) -> None:
        await self.finder.connect()
        await self.finder.look_up()

    async def _watch_fetches(self) -> str:
        stuck = self.fetcher.watch()
        return f"{stuck} chunks stand still"

    async def _recall_interests(self) -> None:
        """Own, followed, and whatever else is on disk."""
        own = self.identity.author_id
        self.interests.raise_to(own, Interest.OWN)
        for_others = self.history.recall()
        own_feeds = self.shelf.feeds_of(own)
        index_is_new = not any(self.doors.index.indexed_ranges(each) for each in own_feeds)
        # Whom we follow stands in our own feed: after the loss of an index it goes first.
        for feed_id in own_feeds:
            self._catch_up_index(feed_id)
        await self.indexer.drain()
        for author_id in self.doors.index.follows_of(own):
            self.interests.raise_to(author_id, Interest.FOLLOWED)
        for author_id in for_others:
            self.interests.raise_to(author_id, Interest.HISTORY)
        for author_id in self.shelf.author_ids() - for_others:
            was_read = self._is_readable(author_id, index_is_new=index_is_new)
            self.interests.raise_to(
                author_id, Interest.FETCHED if was_read else Interest.FRIEND_OF_FRIEND
            )

    def _is_readable(self, author_id: AuthorId, *, index_is_new: bool) -> bool:
        """Whether an author was fetched to be read, not only held for friends.

        Only the index knows that; a new one takes all that is here whole for fetched, because
        what could be read before its loss has to stay readable.
        """
        if index_is_new:
            return all(self.shelf.is_complete(each) for each in self.shelf.feeds_of(author_id))
        known = self.doors.index.author(author_id)
        return known is not None and known.post_count > 0

    def _catch_up_index(self, feed_id: FeedId) -> None:
        """Index what is held and not indexed yet, newest first."""
        author_id = self.shelf.author_of(feed_id)
        if author_id is None or not self.interests.is_read(author_id):
            return
        done = self.doors.index.indexed_ranges(feed_id)
        for start, end in self.shelf.held_ranges(feed_id):
            for first, stop in subtract(start, end, done):
                self.indexer.add(feed_id, author_id, first, stop)

    async def _cut_index(self, feed_id: FeedId) -> None:
        """See to it that nothing is shown of a feed that its author has left by then."""
        author_id = self.shelf.author_of(feed_id)
        if author_id is not None and await self.indexer.cut(feed_id, author_id):
            self._catch_up_index(feed_id)
            self.changes.tell("status", left=1)

    def _on_swarm(self, event: SwarmEvent) -> None:
        if isinstance(event, DhtPeersFound):
            self.finder.on_dht_peers(event)
            self.beside.spawn(self._dial())
        else:
            self.fetcher.on_event(event)

    async def _dial(self) -> None:
        await self.finder.connect()

    def _on_replica(self, before: Replica | None, after: Replica) -> None:
        """Seed chunks that were sealed here since."""
        if not self.settings.network:
            return
        self.history.on_replica(after)
        if before is None or before.chunk_list != after.chunk_list:
            self.seeder.seed_held(after.feed_id)

    def _on_certified(self, author_id: AuthorId) -> None:
        """An author said more about their feeds: pass it on, and show what is theirs."""
        self.holder.tell_certificates(author_id)
        for feed_id in self.shelf.feeds_of(author_id):
            if self.shelf.end_of(feed_id) is not None:
                self.beside.spawn(self._cut_index(feed_id))

    def _on_chunk(self, feed_id: FeedId, span: ChunkSpan) -> None:
        author_id = self.shelf.author_of(feed_id)
        if author_id is None:
            return
        if self.interests.is_read(author_id):
            self.indexer.add(feed_id, author_id, span.start, span.end)
        if self.shelf.is_complete(feed_id):
            self.fetcher.forget(feed_id)
            replica = self.shelf.replica(feed_id)
            if replica is not None:
                # Without all chunks it could not prove to everyone that its head is newer.
                self.holder.push(None, replica)
            self.holder.confirm(feed_id)
            self.history.on_complete(feed_id)
        self.changes.tell(
            "progress",
            held=self.shelf.entries_held(feed_id),
            feed=feed_id.hex(),
        )

    def _on_indexed(self, author_id: AuthorId, added: int) -> None:
        self.changes.tell("new", n=added, author=author_id.hex())

    def _on_fatal(self, error: FatalError) -> None:
        """Our own state is unknown: stop, so that the next start recovers from disk."""
        logger.critical("stopping", reason=str(error))
        self.stopped.set()

    async def _on_open(self, session: Session) -> None:
        await self.follower.on_open(session)
        self.history.on_open(session)

    def _on_close(self, session: Session) -> None:
        self.history.on_close(session)
        if self.sessions.find(session.node_id) is None:
            self.fetcher.on_lost(session.node_id)
        self.changes.tell("status", peers=len(self.sessions.all()))
