"""What is pushed to those who want an author, entry by entry."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

from msgspec.structs import replace
from street.authors import author_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import Endpoint, FeedId, NodeId
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import FeedBody, encode_body
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Have, HeadOffer, Hello, NewEntries
from swarmfeed.node.feeds.holder import Holder, HolderSide
from swarmfeed.node.feeds.seeder import Seeder
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import post, posts
from tests.node.rig import new_ground

FEED_KEY, NODE_KEY = (SigningKey(bytes([number]) * 32) for number in (2, 3))
ANNA = author_of(b"\x01" * 32)
AUTHOR, FEED = ANNA.author_id, FeedId(FEED_KEY.public)


class Reader:
    """A peer that notes what it is sent, and the one session there is."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.hello = Hello(node_id=NodeId(bytes(32)), hosts=(), link_port=0, swarm_port=0)
        self.remote = Endpoint("127.0.0.1", 1)
        self.outgoing = False
        self.session = Session(self, 0)
        self.session.part(HolderSide).wants.add(AUTHOR)

    def all(self) -> list[Session]:
        return [self.session]

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def close(self, reason: str) -> None:
        raise AssertionError(reason)

    def messages(self) -> AsyncIterator[Message]:
        raise AssertionError("nobody reads from it")


class Writer:
    """A node that appends and pushes."""

    def __init__(self, folder: Path) -> None:
        self.logs, self.reader = FileLogs(folder / "feeds"), Reader()
        ground = replace(
            new_ground(folder, logs=self.logs),
            identity=Identity(AUTHOR, LockableKey(FEED_KEY), NODE_KEY),
            sessions=cast(Sessions, self.reader),
        )
        self.shelf = ground.shelf
        certificate = sign_join(ANNA, FEED_KEY, from_ms=1)
        self.shelf.start_feed(FEED, AUTHOR, certificate)
        self.append([encode_entry(FeedBody.kind, 1, encode_body(FeedBody(certificate)))])
        self.holder = Holder(ground, Seeder(ground))

    def append(self, stored: list[bytes]) -> Replica:
        return self.shelf.append(FEED, stored, now_ms=1, sign=FEED_KEY.sign)

    def push(self, before: Replica, after: Replica, *, known: int) -> list[Message]:
        """Push to a reader that knows so many entries; return what it is sent."""
        self.reader.session.knows[FEED] = known
        self.reader.sent.clear()

        async def run() -> None:
            said = asyncio.Event()

            async def end() -> None:
                said.set()

            self.holder.push(before, after)
            self.reader.session.outbox.put("end", end)
            task = asyncio.create_task(
                self.reader.session.outbox.run(self.reader.session.flush)
            )
            await said.wait()
            task.cancel()

        asyncio.run(asyncio.wait_for(run(), 60))
        return self.reader.sent


def test_it_says_whether_there_is_anybody_to_be_told(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    before = writer.append(posts(1, 10))
    after = writer.append(posts(10, 11))
    session = writer.reader.session
    for knows, wants, is_told in ((10, AUTHOR, True), (11, AUTHOR, False), (10, None, False)):
        session.knows[FEED] = knows
        session.part(HolderSide).wants = {wants} if wants else set()
        assert writer.holder.push(before, after) is is_told


def test_a_new_entry_is_pushed_alone(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    before = writer.append(posts(1, 10))
    after = writer.append([post(10)])
    (sent,) = writer.push(before, after, known=10)
    assert isinstance(sent, NewEntries)
    assert (sent.start, sent.stored, sent.chunk_list) == (10, (post(10),), b"")
    assert sent.signed_head == after.signed_head


def test_the_entry_that_seals_a_chunk_is_pushed_like_any_other(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    before = writer.append(posts(1, CHUNK_ENTRIES - 1))
    after = writer.append([post(CHUNK_ENTRIES - 1)])
    assert after.tail == ()
    sent = writer.push(before, after, known=CHUNK_ENTRIES - 1)[-1]
    assert isinstance(sent, NewEntries)
    assert (sent.start, sent.stored) == (CHUNK_ENTRIES - 1, (post(CHUNK_ENTRIES - 1),))
    assert sent.chunk_list == after.chunk_list


def test_a_reader_who_missed_some_gets_all_of_them_across_the_seal(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    writer.append(posts(1, CHUNK_ENTRIES - 5))
    before = writer.append(posts(CHUNK_ENTRIES - 5, CHUNK_ENTRIES - 2))
    after = writer.append(posts(CHUNK_ENTRIES - 2, CHUNK_ENTRIES + 7))
    sent = writer.push(before, after, known=CHUNK_ENTRIES - 4)[-1]
    assert isinstance(sent, NewEntries)
    assert sent.stored == tuple(posts(CHUNK_ENTRIES - 4, CHUNK_ENTRIES + 7))


def test_whoever_is_further_behind_is_offered_the_head(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    before = writer.append(posts(1, CHUNK_ENTRIES + 1))
    after = writer.append([post(CHUNK_ENTRIES + 1)])
    sent = writer.push(before, after, known=CHUNK_ENTRIES - 1)
    assert any(isinstance(each, HeadOffer) for each in sent)
    assert not any(isinstance(each, NewEntries) for each in sent)


def test_an_entry_that_cannot_be_read_any_more_is_not_made_up(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    before = writer.append(posts(1, CHUNK_ENTRIES - 1))
    after = writer.append([post(CHUNK_ENTRIES - 1)])
    for span in after.chunks():
        writer.logs.drop_chunk(FEED, span)
    (sent,) = writer.push(before, after, known=CHUNK_ENTRIES - 1)
    assert sent == Have(feed_id=FEED, size=CHUNK_ENTRIES, complete=False)
