"""Links to other nodes: who is there, what they hold, what they want, who is shut out.

Two nodes keep one link between them: when both dialled at once, the one that the node with the
lower id dialled.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import structlog

from swarmfeed.core.asks.upkeep import PeerStatus
from swarmfeed.core.base.limits import BAN_S, PEERS_DIALLED_MAX, RESTING_ENDPOINTS_MAX
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.fetching import Source
from swarmfeed.core.net.reach import is_reachable
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import FatalError, PassingError, RemoteError, RetryError
from swarmfeed.node.ground.events import Events, Fatal, LinkClosed, LinkOpened, Strained
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.tasks import Tasks
from swarmfeed.ports import Clock, Links, Peer

logger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Rest:
    """An endpoint that is left alone for a while, longer after each failure in a row."""

    failures: int
    until_ms: int


class Sessions:
    """Opens, keeps and ends links."""

    def __init__(
        self,
        link: Links,
        settings: NodeSettings,
        clock: Clock,
        own: Callable[[], Hello],
        events: Events,
        hear: Callable[[Session, Message], Awaitable[None]],
        remember: Callable[[Endpoint], Awaitable[None]],
    ) -> None:
        """``hear`` takes each message, ``remember`` each endpoint where a peer was reached."""
        self._link = link
        self._settings = settings
        self._clock = clock
        self._own = own
        self._events = events
        self._hear = hear
        self._remember = remember
        self._sessions: dict[NodeId, Session] = {}
        self._dialling: set[Endpoint] = set()
        self._resting: dict[Endpoint, _Rest] = {}
        self._own_endpoints: set[Endpoint] = set()
        self._shut_out: dict[NodeId, int] = {}
        self._running = Tasks()

    # --- looking ---

    def all(self) -> list[Session]:
        return list(self._sessions.values())

    def find(self, node_id: NodeId) -> Session | None:
        return self._sessions.get(node_id)

    def by_swarm(self, endpoint: Endpoint) -> Session | None:
        """The session whose swarm listens there, or at least at that address."""
        same_host = [each for each in self._sessions.values() if each.host == endpoint.host]
        exact = [each for each in same_host if each.swarm == endpoint]
        # An incoming swarm connection shows an arbitrary port.
        found = exact or (same_host if len(same_host) == 1 else [])
        return found[0] if found else None

    def sources(self, feed_id: FeedId) -> list[Source]:
        found = (each.source(feed_id) for each in self._sessions.values())
        return [source for source in found if source is not None]

    def status(self) -> tuple[PeerStatus, ...]:
        return tuple(
            PeerStatus(
                node_id=each.node_id,
                endpoint=str(each.link or each.peer.remote),
                outgoing=each.peer.outgoing,
                since_ms=each.since_ms,
            )
            for each in self._sessions.values()
        )

    # --- opening ---

    async def listen(self, at: Endpoint) -> Endpoint:
        return await self._link.listen(at, self._own, self._run)

    async def stop(self) -> None:
        await self._running.stop()
        await self._link.stop()

    async def dial_some(self, endpoints: Iterable[Endpoint]) -> int:
        """Dial those that are not linked, resting or out of reach; wait for all answers.

        Returns how many links came to be.
        """
        now_ms = self._clock.monotonic_ms()
        fresh = [each for each in dict.fromkeys(endpoints) if self._may_dial(each, now_ms)]
        named = [each for each in fresh if each in self._settings.peers]
        others = [each for each in fresh if each not in self._settings.peers]
        chosen = named + others[: self._room()]
        # At once: two rounds in the same moment must not open two links, which end each other.
        self._dialling.update(chosen)
        results = await asyncio.gather(*(self._dial(each) for each in chosen))
        return sum(results)

    async def probe(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, NodeId | None]:
        """Dial to see who is there: each endpoint that was dialled, and who answered.

        A link is kept while there is room for it.  One that failed lately and rests counts as
        dialled; one that is linked, or out of reach, is left out.
        """
        now_ms = self._clock.monotonic_ms()
        asked = list(dict.fromkeys(endpoints))
        fresh = [each for each in asked if self._may_dial(each, now_ms)]
        self._dialling.update(fresh)
        answers = await asyncio.gather(*(self._look(each) for each in fresh))
        resting = {each: None for each in asked if self._has_failed(each, now_ms)}
        return {**resting, **dict(zip(fresh, answers, strict=True))}

    def forget_failures(self, endpoint: Endpoint) -> None:
        """Dial it again at once: somebody just told us that it is there."""
        self._resting.pop(endpoint, None)

    async def _look(self, endpoint: Endpoint) -> NodeId | None:
        peer = await self._open(endpoint)
        if peer is None:
            return None
        if self._room() > 0:
            self._running.spawn(self._run(peer))
        else:
            await peer.close("only looked whether you are there")
        return peer.hello.node_id

    def _has_failed(self, endpoint: Endpoint, now_ms: int) -> bool:
        rest = self._resting.get(endpoint)
        return rest is not None and rest.failures > 1 and rest.until_ms > now_ms

    async def _dial(self, endpoint: Endpoint) -> bool:
        peer = await self._open(endpoint)
        if peer is not None:
            self._running.spawn(self._run(peer))
        return peer is not None

    async def _open(self, endpoint: Endpoint) -> Peer | None:
        # Also after a success: a link that ends at once is not opened again at once.
        self._rest(endpoint)
        try:
            return await self._link.dial(endpoint, self._own())
        except (RetryError, RemoteError) as error:
            logger.debug("dial failed", endpoint=str(endpoint), reason=str(error))
            return None
        finally:
            self._dialling.discard(endpoint)

    def _room(self) -> int:
        """How many more may be dialled, beside those the person named."""
        dialled = sum(each.peer.outgoing for each in self._sessions.values())
        return max(PEERS_DIALLED_MAX - dialled - len(self._dialling), 0)

    def _may_dial(self, endpoint: Endpoint, now_ms: int) -> bool:
        rest = self._resting.get(endpoint)
        return (
            endpoint not in self._dialling
            and endpoint not in self._own_endpoints
            and (rest is None or rest.until_ms <= now_ms)
            and all(not _is_at(each, endpoint) for each in self._sessions.values())
            and is_reachable(endpoint, self._settings.listen, self._named())
        )

    def _named(self) -> tuple[str, ...]:
        """Addresses the person named: reachable even inside a private network."""
        return tuple(peer.host for peer in self._settings.peers)

    def _rest(self, endpoint: Endpoint) -> None:
        """Wait twice as long after each failure, from 1 s to 5 min."""
        rest = self._resting.pop(endpoint, None)
        failures = min((rest.failures if rest else 0) + 1, 10)
        pause_ms = min(500 << failures, 300_000)
        until_ms = self._clock.monotonic_ms() + pause_ms
        self._resting[endpoint] = _Rest(failures, until_ms)
        if len(self._resting) > RESTING_ENDPOINTS_MAX:
            del self._resting[next(iter(self._resting))]

    def own_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        self._own_endpoints.update(endpoints)

    # --- running ---

    async def _run(self, peer: Peer) -> None:
        session = Session(peer, self._clock.now_ms())
        if not await self._admit(session):
            return
        saying = asyncio.create_task(self._say(session))
        try:
            await self._serve(session)
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
            if self._sessions.get(session.node_id) is session:
                del self._sessions[session.node_id]
            try:
                self._events.tell(LinkClosed(session))
            except Exception as error:
                logger.error("a link's end was not borne", exc_info=True)
                self._events.tell(Fatal(FatalError(f"a link's end was not borne: {error!r}")))
            finally:
                await peer.close("done")

    async def _serve(self, session: Session) -> None:
        """Handle messages until the link ends; errors end this link, and nothing else."""
        try:
            if session.link is not None and session.peer.outgoing:
                await self._remember(session.link)
            self._events.tell(LinkOpened(session))
            async for message in session.peer.messages():
                # It speaks with us: if it is lost later, it is dialled again at once.
                self.forget_failures(session.peer.remote)
                await self._hear_if_possible(session, message)
        except RemoteError as error:
            await self.shut_out(session, str(error))
        except RetryError as error:
            logger.debug("link ended", reason=str(error))
        except FatalError as error:
            self._events.tell(Fatal(error))
        except Exception:
            # A bug, or a full disk: no peer may stop the node by what it sends.
            logger.error("session failed", node=session.node_id.hex()[:16], exc_info=True)

    async def _hear_if_possible(self, session: Session, message: Message) -> None:
        """Have one message heard; one that this machine refuses is asked for again later."""
        try:
            await self._hear(session, message)
        except PassingError as error:
            self._events.tell(Strained(error))

    async def _say(self, session: Session) -> None:
        """Say what is due; an error ends this link, and nothing else."""
        try:
            await session.outbox.run()
        except PassingError as error:
            self._events.tell(Strained(error))
            await session.peer.close("not now")
        except FatalError as error:
            self._events.tell(Fatal(error))
        except Exception:
            logger.error("session failed", node=session.node_id.hex()[:16], exc_info=True)
            await session.peer.close("internal error")

    async def _admit(self, session: Session) -> bool:
        """Take a link in, or close it.  Between looking and taking in nothing is awaited."""
        node_id = session.node_id
        if self._shut_out.get(node_id, 0) > self._clock.monotonic_ms():
            await session.peer.close("you broke the rules; come back later")
            return False
        other = self._sessions.get(node_id)
        if session.peer.outgoing:
            session.doors.add(session.peer.remote)
        if other is not None and not self._is_preferred(session, other):
            other.doors |= session.doors
            await session.peer.close("there is a link already")
            return False
        self._sessions[node_id] = session
        if other is not None:
            session.doors |= other.doors
            await other.peer.close("a newer link takes its place")
        return True

    def _is_preferred(self, session: Session, other: Session) -> bool:
        """Whether a new link takes the place of the one there is."""
        if session.peer.outgoing == other.peer.outgoing:
            # Who dials again has lost the link that the other end still sees.
            return True
        own = self._own().node_id
        dialled_by = own if session.peer.outgoing else session.node_id
        return dialled_by == min(own, session.node_id)

    async def shut_out(self, session: Session, reason: str) -> None:
        """End a session whose peer broke the rules, and keep it out for BAN_S."""
        logger.warning("peer shut out", node=session.node_id.hex()[:16], reason=reason)
        now_ms = self._clock.monotonic_ms()
        self._shut_out = {node: end for node, end in self._shut_out.items() if end > now_ms}
        self._shut_out[session.node_id] = now_ms + BAN_S * 1000
        session.holds.clear()
        await session.peer.close(reason[:100])


def _is_at(session: Session, endpoint: Endpoint) -> bool:
    """Whether a link leads to an endpoint: as its peer says, or as we found by dialling."""
    return session.link == endpoint or endpoint in session.doors
