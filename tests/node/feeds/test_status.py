"""The sentence a person reads first, and the numbers beside it."""

from pathlib import Path

import pytest
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.talk.words import Receipt
from swarmfeed.node.ground.interests import Interest

from tests.node.rig import Writer
from tests.node.talk import Talk, talk


async def confirm(to: Talk, number: int) -> None:
    """Let a peer confirm the newest own head."""
    session, peer = to.peers[number]
    me = to.node.identity
    replica = to.node.shelf.replica(me.feed_id)
    assert replica is not None
    line = sign_receipt(
        replica.signed_head, session.node_id, 1_700_000_000 + replica.size, peer.key.sign
    )
    await to.hear(session, Receipt(me.feed_id, replica.signed_head, line))


def test_the_sentence_says_how_things_are(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        reporter = to.node.reporter
        assert reporter.sentence(running=False) == (
            "Offline: this command opened the data without the network."
        )
        assert reporter.sentence(running=True) == (
            "Alone: no other node is linked right now; posts are saved here."
        )
        to.link(1)
        assert reporter.sentence(running=True) == (
            "Linked to 1 other node; nobody else holds your posts yet."
        )
        await confirm(to, 0)
        to.link(2)
        assert reporter.sentence(running=True) == (
            "Linked to 2 other nodes; your newest post is held by 1 other node."
        )
        await confirm(to, 1)
        assert reporter.sentence(running=True) == (
            "Linked to 2 other nodes; your newest post is held by 2 other nodes."
        )
        await to.node.author.publish_post("newer than the receipts", None)
        assert reporter.sentence(running=True) == (
            "Linked to 2 other nodes; nobody else holds your posts yet."
        )

    talk(tmp_path, script)


@pytest.mark.parametrize(
    ("interest", "relation"),
    [
        (Interest.FOLLOWED, "followed"),
        (Interest.FETCHED, "fetched"),
        (Interest.FRIEND_OF_FRIEND, "friend of a friend"),
    ],
)
def test_each_feed_has_a_line_the_dearest_first(
    tmp_path: Path, interest: Interest, relation: str
) -> None:
    async def script(to: Talk) -> None:
        anna = Writer(1)
        anna.grow_to(600)
        to.care(anna.author_id, interest)
        await to.hear(to.link(1), anna.offer())
        own, line = to.node.reporter.feeds()
        assert (own.relation, own.size, own.entries_held) == ("own", 2, 2)
        assert (line.relation, line.size, line.entries_held) == (relation, 600, 88)
        assert line.root == anna.newest.head.root
        to.node.doors.logs.write_chunk(
            anna.feed_id, ChunkSpan(0, 1), anna.chunks[ChunkSpan(0, 1)]
        )
        before, line = line, to.node.reporter.feeds()[1]
        assert line.entries_held == 88 + 256
        size = anna.newest.chunks()[ChunkSpan(0, 1)].pieces.size_bytes
        assert line.bytes_held - before.bytes_held == size
        assert line.bytes_total == before.bytes_total

    talk(tmp_path, script)


def test_a_fetch_is_done_when_every_chunk_is_here(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Writer(1)
        anna.grow_to(600)
        reporter = to.node.reporter
        assert not reporter.fetch_progress(anna.author_id).done
        to.care(anna.author_id)
        await to.hear(to.link(1), anna.offer())
        progress = reporter.fetch_progress(anna.author_id)
        assert (progress.entries_held, progress.entries_total) == (88, 600)
        assert not progress.done
        anna.give_all(to.node.doors.logs)  # type: ignore[arg-type]  # the fake ones
        progress = reporter.fetch_progress(anna.author_id)
        assert progress.done
        assert progress.bytes_held == progress.bytes_total
        assert progress.error == ""

    talk(tmp_path, script)


def test_a_forked_feed_says_why_it_goes_no_further(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Writer(1)
        other = anna.branch()
        anna.grow_to(5)
        other.grow_to(5, "another history")
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, anna.offer(), other.offer())
        progress = to.node.reporter.fetch_progress(anna.author_id)
        assert progress.error == "the author signed two histories; the feed is stopped there"
        assert to.node.reporter.feeds()[1].forked

    talk(tmp_path, script)
