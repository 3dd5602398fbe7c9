"""A board by itself, with peers and a clock that a test sets."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from street.fakes.clock import FakeClock
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.history.notice import LASTS_MS, Notice, Word, sign_notice
from swarmfeed.core.history.words import NoticeRecord, Notices
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Hello
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.session import Session
from swarmfeed.node.history.asking import ask
from swarmfeed.node.history.board import NoticeBoard

from tests.node.rig import NotedPeer, at_once, new_ground, new_session

ANNA, BERT = AuthorId(b"a" * 32), AuthorId(b"b" * 32)
OWN_KEY = SigningKey(b"\x05" * 32)
OWN = Identity(AuthorId(b"o" * 32), LockableKey(SigningKey(b"\x06" * 32)), OWN_KEY)
FEED = FeedId(b"f" * 32)
HOUR_MS = 3_600_000


class Rig:
    """A board, and peers that note what they are told."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ground = new_ground(Path("nothing is written"), clock=self.clock)
        self.sessions = self.ground.sessions
        self.offered: set[AuthorId] = set()
        self.board = NoticeBoard(
            self.sessions,
            OWN,
            self.clock,
            self.hello,
            self.ground.events,
            lambda notice: notice.author_id in self.offered,
            ask,
        )
        self.board.watch([ANNA])
        self.peers: dict[Session, NotedPeer] = {}
        self.keys = [SigningKey(bytes([20, n]) + bytes(30)) for n in range(100)]

    def hello(self) -> Hello:
        return Hello(node_id=OWN.node_id, hosts=("127.0.0.9",), link_port=1, swarm_port=2)

    def link(self, number: int) -> Session:
        session, peer = new_session(number)
        self.sessions._sessions[session.node_id] = session
        self.peers[session] = peer
        return session

    def key_of(self, session: Session) -> SigningKey:
        return self.peers[session].key

    def notice(
        self,
        key: SigningKey,
        word: Word = Word.LEASE,
        *,
        age_ms: int = 0,
        author_id: AuthorId = ANNA,
        feed_id: FeedId = FEED,
    ) -> bytes:
        made_ms = self.clock.now_ms() - age_ms
        notice = Notice(
            node_id=NodeId(key.public),
            author_id=author_id,
            feed_id=feed_id,
            word=word,
            size=10,
            feed_bytes=1_000,
            made_ms=made_ms,
            until_ms=made_ms + LASTS_MS[word],
        )
        return sign_notice(notice, key)

    def hear(self, session: Session, *signed: bytes, link: Endpoint | None = None) -> None:
        records = tuple(NoticeRecord(each, link) for each in signed)
        at_once(self.board.on_notices(session, Notices(records)))

    def words(self, feed_id: FeedId = FEED) -> list[Word]:
        return [each.notice.word for each in self.board.notices(feed_id)]

    async def said(self, session: Session) -> list[Message]:
        session.outbox.hurry()
        while len(session.outbox):
            await session.outbox._due.pop(next(iter(session.outbox._due)))()
        await session.flush()
        heard, self.peers[session].sent = self.peers[session].sent, []
        return heard

    async def told(self, session: Session) -> list[bytes]:
        """Notices a peer was told."""
        found = [each for each in await self.said(session) if isinstance(each, Notices)]
        return [record.signed for each in found for record in each.records]


def play(script: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        await script(Rig())

    asyncio.run(run())
