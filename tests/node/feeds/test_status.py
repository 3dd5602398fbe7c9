"""The sentence a person reads first, and the numbers beside it."""

from dataclasses import replace
from pathlib import Path

import pytest
from street.authors import moved
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.base.types import ChunkSpan, Hash
from swarmfeed.core.feed.certificate import sign_join, sign_rotate
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.talk.words import Receipt
from swarmfeed.node.ground.interests import FETCHED, FOLLOWED, FRIEND_OF_FRIEND, Interest

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk
from tests.node.test_node import asked


async def confirm(to: Talk, number: int) -> None:
    """Let a peer confirm the newest own head."""
    session, peer = to.peers[number]
    me = to.node.ground.identity
    replica = to.node.ground.shelf.replica(me.feed_id)
    assert replica is not None
    line = sign_receipt(
        replica.signed_head, session.node_id, 1_700_000_000 + replica.size, peer.key.sign
    )
    await to.hear(session, Receipt(me.feed_id, replica.signed_head, line))


def test_the_sentence_says_how_things_are(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        reporter = to.node.feeds.reporter
        assert reporter.sentence(running=False, safe=False) == (
            "Offline: this command opened the data without the network."
        )
        assert reporter.sentence(running=True, safe=False) == (
            "Not connected to anybody right now: what you write is kept here, and goes out as"
            " soon as somebody is there."
        )
        to.link(1)
        assert reporter.sentence(running=True, safe=False) == (
            "Connected to 1 machine; what you wrote last is on this machine only, going out."
        )
        await confirm(to, 0)
        to.link(2)
        assert reporter.sentence(running=True, safe=False) == (
            "Well connected, and 1 other has your newest post."
        )
        await confirm(to, 1)
        assert reporter.sentence(running=True, safe=False) == (
            "Well connected, and 2 others have your newest post."
        )
        await to.node.feeds.writer.publish_post("newer than the receipts", None)
        assert reporter.sentence(running=True, safe=False) == (
            "Well connected; what you wrote last is on this machine only, going out."
        )

    talk(tmp_path, script)


@pytest.mark.parametrize(
    ("interest", "relation"),
    [
        (FOLLOWED, "followed"),
        (FETCHED, "fetched"),
        (FRIEND_OF_FRIEND, "friend of a friend"),
    ],
)
def test_each_feed_has_a_line_the_dearest_first(
    tmp_path: Path, interest: Interest, relation: str
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(600)
        to.care(anna.author_id, interest)
        await to.hear(to.link(1), anna.offer())
        own, line = await to.node.feeds.reporter.all_feeds()
        assert (own.relation, own.size, own.entries_held) == ("own", 2, 2)
        assert (line.relation, line.size, line.entries_held) == (relation, 600, 88)
        assert line.root == anna.newest.head.root
        to.node.ground.shells.logs.write_chunk(
            anna.feed_id, ChunkSpan(0, 1), anna.chunks[ChunkSpan(0, 1)]
        )
        before, line = line, (await to.node.feeds.reporter.all_feeds())[1]
        assert line.entries_held == 88 + 256
        size = anna.newest.chunks()[ChunkSpan(0, 1)].pieces.size_bytes
        assert line.bytes_held - before.bytes_held == size
        assert line.bytes_total == before.bytes_total

    talk(tmp_path, script)


def test_a_fetch_is_done_when_every_chunk_is_here(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(600)
        reporter = to.node.feeds.reporter
        assert not reporter.fetch_progress(anna.author_id).done
        to.care(anna.author_id)
        await to.hear(to.link(1), anna.offer())
        progress = reporter.fetch_progress(anna.author_id)
        assert (progress.entries_held, progress.entries_total) == (88, 600)
        assert not progress.done
        anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        progress = reporter.fetch_progress(anna.author_id)
        assert progress.done
        assert progress.bytes_held == progress.bytes_total
        assert progress.error == ""

    talk(tmp_path, script)


def test_a_forked_feed_says_why_it_goes_no_further(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        other = anna.branch()
        anna.grow_to(5)
        other.grow_to(5, "another history")
        to.care(anna.author_id)
        peer = to.link(1)
        await to.hear(peer, anna.offer(), other.offer())
        progress = to.node.feeds.reporter.fetch_progress(anna.author_id)
        assert progress.error == "the author signed two histories; the feed is stopped there"
        assert (await to.node.feeds.reporter.all_feeds())[1].forked

    talk(tmp_path, script)


@pytest.mark.attack("A84")
def test_whose_key_named_two_successors_is_in_doubt_for_everybody_who_hears_of_it(
    tmp_path: Path,
) -> None:
    """A newcomer hears of both at once, and follows the one that the other end puts first."""
    for first in (0, 1):

        async def script(to: Talk, first: int = first) -> None:
            anna = Scribe(1)
            second = moved(anna.author)
            successors = [second, replace(second, next_key_hash=Hash(bytes(32)))]
            true, rival = successors[first], successors[1 - first]
            rotates = [sign_rotate(each, anna.author.key) for each in (true, rival)]
            joins = [sign_join(each, anna.feed_key, from_ms=1) for each in (true, rival)]
            to.care(anna.author_id)
            offer = replace(anna.offer(), certificates=(*rotates, *joins))
            await to.hear(to.link(1), offer)
            state = to.node.ground.shelf.certified(anna.author_id)
            assert state.next_key_hash == true.next_key_hash
            person = await asked(to, AboutAuthor(author=anna.author_id))
            assert person.disputed
            # Also after a restart, and whatever comes first then.
            await to.me.stop()
            await to.me.start()
            shelf = to.node.ground.shelf
            await to.hear(to.link(2), replace(offer, certificates=(rotates[1], *joins[1:])))
            assert shelf.certified(anna.author_id) == state

        talk(tmp_path / str(first), script)
