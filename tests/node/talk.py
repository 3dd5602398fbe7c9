"""Conversations with one node: what it hears, what it says to whom."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Several
from swarmfeed.node.ground.interests import FOLLOWED, Interest
from swarmfeed.node.ground.session import Session
from swarmfeed.node.node import Node

from tests.node.rig import NotedPeer, new_session


class Talk:
    """A whole node, and peers that are only heard and answered by hand."""

    def __init__(self, street: Neighbourhood, me: Neighbour) -> None:
        self.street = street
        self.me = me
        self.peers: list[tuple[Session, NotedPeer]] = []

    @property
    def node(self) -> Node:
        return self.me.running

    def link(self, number: int, host: str = "") -> Session:
        """Link one more peer; what the node says at once is heard with the next answer."""
        session, peer = new_session(number, host)
        self.node.ground.sessions._sessions[session.node_id] = session
        self.peers.append((session, peer))
        return session

    def unlink(self, session: Session) -> None:
        del self.node.ground.sessions._sessions[session.node_id]

    def care(self, author_id: AuthorId, interest: Interest = FOLLOWED) -> None:
        self.node.ground.interests.raise_to(author_id, interest)

    async def hear(self, session: Session, *messages: Message) -> None:
        """Let the node hear messages of a peer; errors are the caller's, as a session's."""
        for message in messages:
            await self.node.ground.switchboard.hear(session, message)
        await settle()

    async def said(self, session: Session) -> list[Message]:
        """All that the node said to a peer since the last time."""
        await settle()
        while len(session.outbox):
            session.outbox.hurry()
            saying = session.outbox._due.pop(next(iter(session.outbox._due)))
            await saying()
            await settle()
        await session.flush()
        peer = next(each for found, each in self.peers if found is session)
        sent, peer.sent = peer.sent, []
        return [alone for message in sent for alone in one_by_one(message)]

    async def kinds_said(self, session: Session) -> list[str]:
        return [type(message).__name__ for message in await self.said(session)]


def one_by_one(message: Message) -> Sequence[Message]:
    """What a message says, as if each had come alone."""
    if not isinstance(message, Several):
        return (message,)
    return (
        *message.haves,
        *message.heads,
        *message.holders,
        *message.receipts,
        *message.not_held,
    )


def talk(folder: Path, script: Callable[[Talk], Awaitable[None]]) -> None:
    """Play a conversation with a node that is on its own otherwise."""

    async def scenario(street: Neighbourhood) -> None:
        await script(Talk(street, await street.move_in()))

    in_neighbourhood(folder, scenario)
