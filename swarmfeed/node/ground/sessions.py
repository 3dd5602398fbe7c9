"""Links to other nodes: who is there, what they hold, what they want, who is shut out.

Two nodes keep one link between them: when both dialled at once, the one that the node with the
lower id dialled.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import aclosing

import structlog
from msgspec.structs import replace

from swarmfeed.core.base.limits import BAN_S
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.fetching import Source
from swarmfeed.core.net.limits import DIAL_HEAD_START_S, USELESS_LINK_MS
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import (
    AlreadyLinkedError,
    FatalError,
    PassingError,
    RemoteError,
    RetryError,
)
from swarmfeed.node.ground.ahead import look_ahead
from swarmfeed.node.ground.dialler import Dialler
from swarmfeed.node.ground.events import (
    Events,
    Fatal,
    LinkClosed,
    LinkOpened,
    LinkStays,
    Strained,
)
from swarmfeed.node.ground.fairness import Fairness, breathe
from swarmfeed.node.ground.nearby import Nearby
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import Switchboard
from swarmfeed.node.ground.tasks import Tasks
from swarmfeed.ports import Links, Peer, Stream

logger = structlog.get_logger()


class Sessions:
    """Opens, keeps and ends links."""

    def __init__(
        self,
        link: Links,
        nearby: Nearby,
        fairness: Fairness,
        own: Callable[[], Hello],
        events: Events,
        board: Switchboard,
        remember: Callable[[Endpoint], Awaitable[None]],
    ) -> None:
        """``board`` hears each message; ``remember`` takes each endpoint where a peer was
        reached."""
        self._link = link
        self._nearby = nearby
        self._fairness = fairness
        self._clock = fairness.clock
        self._own = own
        self._events = events
        self._board = board
        self._remember = remember
        self._sessions: dict[NodeId, Session] = {}
        self._dialler = Dialler(link, nearby, self._clock, own, self._is_linked_straight)
        self._shut_out: dict[NodeId, int] = {}
        self._running = Tasks()

    # --- looking ---

    def all(self) -> list[Session]:
        return list(self._sessions.values())

    def find(self, node_id: NodeId) -> Session | None:
        return self._sessions.get(node_id)

    def vouching(self, swarm: Endpoint) -> list[Session]:
        """Peers that said their swarm is there: they answer for what comes from it."""
        return [each for each in self._sessions.values() if each.swarm == swarm]

    def at_host(self, host: str) -> list[Session]:
        """Peers whose links lead to an address or come from it, whatever they say."""
        remotes = ((each, each.peer.remote) for each in self._sessions.values())
        return [each for each, remote in remotes if remote is not None and remote.host == host]

    def sources(self, feed_id: FeedId) -> list[Source]:
        """Holders of a feed that we are linked to."""
        return [
            replace(source, named=any(map(self._nearby.is_named, each.doors)))
            for each in self._sessions.values()
            if (source := each.source(feed_id)) is not None
        ]

    def is_dialling(self, endpoints: Iterable[Endpoint]) -> bool:
        """Whether one of these is being dialled now, or its link is about to be taken in."""
        return self._dialler.is_dialling(endpoints)

    # --- opening ---

    async def listen(self, at: Endpoint) -> Endpoint:
        return await self._link.listen(at, self._own, self._run)

    async def stop(self) -> None:
        self._fairness.end()
        await self._running.stop()
        await self._link.stop()

    async def dial_some(self, endpoints: Iterable[Endpoint], *, is_visit: bool = False) -> int:
        """Dial those that are not linked, resting or out of reach; wait for all answers.

        Returns how many links came to be.  Where somebody was visited is not remembered.
        """
        chosen = dict.fromkeys(endpoints)
        if not is_visit:
            self._stay_at(chosen)
        fresh = [each for each in chosen if self._may_dial(each)]
        fresh.sort(key=lambda each: not self._nearby.is_named(each))
        dials = await self._dial_in_order(fresh, told=False, is_visit=is_visit)
        return sum(await asyncio.gather(*dials))

    async def dial_told(self, endpoints: Iterable[Endpoint]) -> int:
        """Dial those that strangers told us of: so many, one network after the other.

        Returns how many links came to be until nobody was left to be dialled; who answers
        later is linked as well.
        """
        chosen = dict.fromkeys(endpoints)
        self._stay_at(chosen)
        told = self._dialler.in_turns(each for each in chosen if self._may_dial(each))
        dials = await self._dial_in_order(told, told=True)
        if not dials:
            return 0
        done, _ = await asyncio.wait(dials, timeout=DIAL_HEAD_START_S)
        return sum(each.result() for each in done if not each.cancelled())

    async def probe(self, endpoints: Iterable[Endpoint]) -> dict[Endpoint, NodeId | None]:
        """Dial to see who is there: each endpoint that was dialled, and who answered.

        A link is kept while there is room for it.  One that failed lately and rests counts as
        dialled; one that is linked, or out of reach, is left out.
        """
        asked = list(dict.fromkeys(endpoints))
        fresh = [each for each in asked if self._may_dial(each)]
        resting = {each: None for each in asked if self._dialler.has_failed(each)}
        self._dialler.reserve(fresh)
        answers = await asyncio.gather(*(self._look(each) for each in fresh))
        return {**resting, **dict(zip(fresh, answers, strict=True))}

    async def dial_by(self, stream: Stream) -> bool:
        """Open a link by way of a stream; returns whether one came to be."""
        try:
            peer = await self._link.dial_by(stream, self._own(), self._sessions.__contains__)
        except (AlreadyLinkedError, RetryError, RemoteError) as error:
            logger.debug("dial failed", by="another node", reason=str(error))
            return False
        self._running.spawn(self._run(peer))
        return True

    async def accept_by(self, stream: Stream) -> None:
        """Let somebody open a link by way of a stream.  RetryError when that cannot be."""
        await self._link.accept_by(stream)

    def stay(self, session: Session) -> None:
        """A link is needed for more than a question, if it was opened for one."""
        if not session.stays:
            session.stays = True
            if session.is_told:
                self._events.tell(LinkStays(session))

    async def cross(self, near: Endpoint, far: Endpoint, *, dials: bool) -> None:
        """Open a link with somebody who connects to us at the same moment, as ``Links.cross``.

        AlreadyLinkedError, RetryError, RemoteError: none came to be.
        """
        linked = self._is_linked_straight
        peer = await self._link.cross(near, far, self._own(), linked, dials=dials)
        if peer is not None:
            self._running.spawn(self._run(peer))

    def forget_failures(self, endpoint: Endpoint) -> None:
        """Dial it again at once: somebody just told us that it is there."""
        self._dialler.forget_failures(endpoint)

    def has_failed(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint was dialled in vain more than once, and rests."""
        return self._dialler.has_failed(endpoint)

    def own_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        self._dialler.own_endpoints(endpoints)

    async def _dial_in_order(
        self, endpoints: Sequence[Endpoint], *, told: bool, is_visit: bool = False
    ) -> list[asyncio.Task[bool]]:
        """Begin to dial, as there is room: who does not answer soon is not waited for."""
        waiting, dials = deque(endpoints), list[asyncio.Task[bool]]()
        while waiting:
            self._make_room(len(waiting))
            while waiting and (self._room() > 0 or self._nearby.is_named(waiting[0])):
                endpoint = waiting.popleft()
                if not self._may_dial(endpoint):
                    continue  # another round was quicker
                if told and not self._dialler.may_knock():
                    return dials
                self._dialler.reserve([endpoint])
                dial = self._dial(endpoint, told=told, is_visit=is_visit)
                dials.append(self._running.spawn(dial))
            open_dials = [each for each in dials if not each.done()]
            if not waiting or not open_dials:
                break
            await asyncio.wait(
                open_dials, timeout=DIAL_HEAD_START_S, return_when=asyncio.FIRST_COMPLETED
            )
        return dials

    async def _look(self, endpoint: Endpoint) -> NodeId | None:
        peer = await self._dialler.open(endpoint)
        if peer is None or isinstance(peer, bytes):
            self._note_door(endpoint, peer)
            return peer
        if self._room() > 0:
            self._running.spawn(self._run(peer))
        else:
            await peer.close("only looked whether you are there")
        return peer.hello.node_id

    async def _dial(self, endpoint: Endpoint, *, told: bool, is_visit: bool) -> bool:
        peer = await self._dialler.open(endpoint, told=told, is_visit=is_visit)
        if peer is None or isinstance(peer, bytes):
            self._note_door(endpoint, peer)
            if not is_visit:
                self._stay_at([endpoint])
            return False
        self._running.spawn(self._run(peer, is_visit=is_visit))
        return True

    def _note_door(self, endpoint: Endpoint, node_id: NodeId | None) -> None:
        """Somebody who is linked already proved to be there: there is no need to dial again."""
        session = self._sessions.get(node_id) if node_id is not None else None
        if session is not None:
            session.doors.add(endpoint)
            self._dialler.forget_failures(endpoint)

    def _stay_at(self, endpoints: Collection[Endpoint]) -> None:
        """Have visits be links like others where one would be dialled now."""
        for each in self.all():
            if not (each.stays or each.doors.isdisjoint(endpoints)):
                self.stay(each)

    def _is_linked_straight(self, node_id: NodeId) -> bool:
        """Whether there is no need of a link: one by way of another node gives way to it."""
        session = self._sessions.get(node_id)
        return session is not None and session.peer.remote is not None

    def _room(self) -> int:
        """How many more may be dialled, beside those the person named."""
        dialled = (each for each in self._sessions.values() if each.peer.outgoing)
        return self._dialler.room(sum(not each.kept_by for each in dialled))

    def _make_room(self, wanted: int) -> None:
        """Close links to those who hold nothing we want, when others wait to be dialled.

        For nobody's goodbye they wait: whoever holds nothing may not give one either.
        """
        if self._room() > 0:
            return
        now_ms = self._clock.now_ms()
        useless = [
            each
            for each in self._sessions.values()
            if each.peer.outgoing
            and not each.holds
            and not each.kept_by
            and now_ms - each.since_ms >= USELESS_LINK_MS
            and not any(map(self._nearby.is_named, each.doors))
        ]
        for session in useless[:wanted]:
            self._sessions.pop(session.node_id, None)
            self._running.spawn(session.peer.close("others wait to be dialled"))

    def _may_dial(self, endpoint: Endpoint) -> bool:
        """Whether to dial: also where a peer only says that it is.

        A hello may name any endpoint, and then that of somebody else must not go undialled:
        only where a peer answered it is.
        """
        is_open = any(endpoint in each.doors for each in self._sessions.values())
        return not is_open and self._dialler.may_dial(endpoint)

    # --- running ---

    async def _run(self, peer: Peer, *, is_visit: bool = False) -> None:
        is_visited = not peer.outgoing and peer.hello.is_visit
        session = Session(peer, self._clock.now_ms(), is_visit=is_visit or is_visited)
        if not await self._admit(session):
            return
        account = self._fairness.account(session.node_id)
        saying = asyncio.create_task(account.pay(lambda: self._say(session)))
        try:
            await account.pay(lambda: self._serve(session))
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
            remote = session.peer.remote
            if session.door is not None and not session.is_visit:
                await self._remember(session.door)
            self._events.tell(LinkOpened(session))
            session.is_told = True
            if session.stays:
                self._events.tell(LinkStays(session))
            async with aclosing(look_ahead(session.peer.messages(), self._board)) as looked:
                async for message, found in looked:
                    # It speaks with us: if it is lost later, it is dialled again at once.
                    if remote is not None:
                        self.forget_failures(remote)
                    await self._hear_if_possible(session, message, found)
                    # Messages that have come already are read without a wait in between.
                    await breathe()
        except RemoteError as error:
            await self.shut_out(session, str(error))
        except RetryError as error:
            logger.debug("link ended", reason=str(error))
        except FatalError as error:
            self._events.tell(Fatal(error))
        except Exception:
            # A bug, or a full disk: no peer may stop the node by what it sends.
            logger.error("session failed", node=session.node_id.hex()[:16], exc_info=True)

    async def _hear_if_possible(
        self, session: Session, message: Message, found: object
    ) -> None:
        """Have one message heard; one that this machine refuses is asked for again later."""
        try:
            await self._board.hear(session, message, found)
        except PassingError as error:
            self._events.tell(Strained(error))

    async def _say(self, session: Session) -> None:
        """Say what is due; an error ends this link, and nothing else."""
        try:
            await session.outbox.run(session.flush)
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
        if session.door is not None:
            session.doors.add(session.door)
        if other is not None and not session.is_preferred_to(other, self._own().node_id):
            other.doors |= session.doors
            if session.stays:
                self.stay(other)
            await session.peer.close("there is a link already")
            return False
        self._sessions[node_id] = session
        if other is not None:
            session.doors |= other.doors
            session.stays |= other.stays
            await other.peer.close("a newer link takes its place")
        return True

    async def shut_out(self, session: Session, reason: str) -> None:
        """End a session whose peer broke the rules, and keep it out for BAN_S."""
        logger.warning("peer shut out", node=session.node_id.hex()[:16], reason=reason)
        now_ms = self._clock.monotonic_ms()
        self._shut_out = {node: end for node, end in self._shut_out.items() if end > now_ms}
        self._shut_out[session.node_id] = now_ms + BAN_S * 1000
        session.holds.clear()
        await session.peer.close(reason[:100])
