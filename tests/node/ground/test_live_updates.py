"""What open pages hear of what happened."""

import asyncio
from pathlib import Path

from msgspec.structs import replace
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId, NodeId
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.node.ground import events
from swarmfeed.node.ground.changes import Changes
from swarmfeed.node.ground.live_updates import LiveUpdates
from swarmfeed.node.ground.private import DRAFT, MUTE

from tests.node.rig import OWN, Scribe, new_ground, new_session

FEED, AUTHOR, NODE = FeedId(b"f" * 32), AuthorId(b"a" * 32), NodeId(b"n" * 32)


class Heard(Changes):
    """Notes what pages are told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, dict[str, str | int]]] = []

    def tell(self, name: str, **fields: str | int) -> None:
        self.told.append((name, fields))


def test_each_event_is_told_in_the_words_of_a_page(tmp_path: Path) -> None:
    ground, heard, anna = new_ground(tmp_path), Heard(), Scribe(1)
    anna.grow_to(10)
    ground.shelf.accept_offer(anna.offer())
    ground.events.connect(LiveUpdates(replace(ground, changes=heard)).rows())
    session, _ = new_session(1)
    for event in (
        events.LinkOpened(session),
        events.LinkClosed(session),
        events.Indexed(AUTHOR, 3),
        events.ChunkKept(anna.feed_id, ChunkSpan(0, 0)),
        events.ChunkKept(FEED, ChunkSpan(0, 0)),
        events.Forked(FEED),
        events.FeedCut(FEED),
        events.ReceiptCame(FEED, NODE, 7),
        events.ReceiptCame(OWN.feed_id, NODE, 7),
        events.HeadGrew(None, anna.newest),
        events.PrivateChanged((private_row(MUTE),), None),
        events.PrivateChanged((private_row(MUTE), private_row(DRAFT)), session),
    ):
        ground.events.tell(event)
    assert heard.told == [
        ("status", {"peers": 0}),
        ("status", {"peers": 0}),
        ("new", {"n": 3, "author": AUTHOR.hex()}),
        ("progress", {"held": 10, "feed": anna.feed_id.hex()}),
        ("status", {"forked": 1}),
        ("status", {"left": 1}),
        ("receipt", {"size": 7}),
        ("drafts", {"n": 1}),
    ]


def private_row(scope: str) -> PrivateRow:
    return PrivateRow(scope=scope, key=b"k", value=b"v", time_ms=1, device=FEED)


def test_what_is_refused_is_told_when_that_changes(tmp_path: Path) -> None:
    ground, heard = new_ground(tmp_path), Heard()
    full = events.Strained(FULL.unsaved("a post"))

    async def script() -> None:
        ground.events.connect(ground.strain.rows())
        ground.events.connect(LiveUpdates(replace(ground, changes=heard)).rows())
        ground.events.tell(full)
        ground.events.tell(full)
        await ground.beside.stop()

    asyncio.run(script())
    assert heard.told == [("status", {"refused": 1})]
