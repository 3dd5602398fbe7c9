"""The sentence a person reads first, and the numbers beside it."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.authors import moved
from street.fakes.held import summed
from swarmfeed.core.asks.feeds import FeedStatus, HowMuchIsHeld
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.upkeep import HowIsIt, Status
from swarmfeed.core.asks.writing import HowIsMyFeed
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash, NodeId
from swarmfeed.core.feed.certificate import sign_join, sign_rotate
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.talk.words import Receipt
from swarmfeed.node.feeds.sizes import Size
from swarmfeed.node.ground.interests import FETCHED, FOLLOWED, FRIEND_OF_FRIEND, Interest
from swarmfeed.ports import KnownHolder

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


async def all_feeds(to: Talk) -> Sequence[FeedStatus]:
    """Each line, and what all of them together come to."""
    reporter = to.node.feeds.reporter
    feeds = await reporter.feeds(reporter.ranked())
    told, sums = summed(feeds).sums, (await reporter.together()).sums
    assert sorted(told, key=str) == sorted(sums, key=str)
    return feeds


def test_the_sentence_says_how_things_are(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        reporter = to.node.feeds.reporter
        assert reporter.sentence(reporter.standing(), running=False, safe=False) == (
            "Offline: this command opened the data without the network."
        )
        assert reporter.sentence(reporter.standing(), running=True, safe=False) == (
            "Not connected to anybody right now: what you write is kept here, and goes out as"
            " soon as somebody is there."
        )
        to.link(1)
        assert reporter.sentence(reporter.standing(), running=True, safe=False) == (
            "Connected to 1 machine; what you wrote last is on this machine only, going out."
        )
        await confirm(to, 0)
        to.link(2)
        assert reporter.sentence(reporter.standing(), running=True, safe=False) == (
            "Well connected, and 1 other has your newest post."
        )
        await confirm(to, 1)
        assert reporter.sentence(reporter.standing(), running=True, safe=False) == (
            "Well connected, and 2 others have your newest post."
        )
        await to.node.feeds.writer.publish_post("newer than the receipts", None)
        assert reporter.sentence(reporter.standing(), running=True, safe=False) == (
            "Well connected; what you wrote last is on this machine only, going out."
        )

    talk(tmp_path, script)


def test_how_the_own_feed_stands_is_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page asks: the disk for its mark, and the index for who confirmed it."""

    async def script(to: Talk) -> None:
        shells, looks = to.node.ground.shells, Counter[str]()

        def counted(of: object, name: str) -> None:
            look = getattr(of, name)
            monkeypatch.setattr(of, name, lambda feed: looks.update([name]) or look(feed))

        counted(shells.logs, "mark")
        counted(shells.index, "receipts")
        await asked(to, HowIsIt())
        assert looks["receipts"] <= 2, "once for itself, and once for how safe it is"
        assert looks["mark"] == 1
        await asked(to, HowIsMyFeed())
        assert looks["mark"] == 2

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
        own, line = await all_feeds(to)
        assert (own.relation, own.size, own.entries_held) == ("own", 2, 2)
        assert (line.relation, line.size, line.entries_held) == (relation, 600, 88)
        assert line.root == anna.newest.head.root
        to.node.ground.shells.logs.write_chunk(
            anna.feed_id, ChunkSpan(0, 1), anna.chunks[ChunkSpan(0, 1)]
        )
        before, line = line, (await all_feeds(to))[1]
        assert line.entries_held == 88 + 256
        size = anna.newest.chunks()[ChunkSpan(0, 1)].pieces.size_bytes
        assert line.bytes_held - before.bytes_held == size
        assert line.bytes_total == before.bytes_total
        # As many chunks are held as before, and others.
        logs = to.node.ground.shells.logs
        logs.drop_chunk(anna.feed_id, ChunkSpan(0, 1))
        logs.write_chunk(anna.feed_id, ChunkSpan(0, 0), anna.chunks[ChunkSpan(0, 0)])
        line = (await all_feeds(to))[1]
        size = anna.newest.chunks()[ChunkSpan(0, 0)].pieces.size_bytes
        assert line.bytes_held - before.bytes_held == size

    talk(tmp_path, script)


def test_what_does_not_change_is_measured_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = list[FeedId]()

    async def script(to: Talk) -> None:
        reporter = to.node.feeds.reporter

        def measure(feed_id: FeedId, *_: object) -> Size:
            measured.append(feed_id)
            return Size()

        monkeypatch.setattr(reporter._sizes, "_measure", measure)
        anna = Scribe(1)
        to.care(anna.author_id, FOLLOWED)
        session = to.link(1)
        for before, size in ((0, 100), (100, 600)):
            anna.grow_to(size)
            await to.hear(session, anna.offer(before))
            for _ in range(3):
                await reporter.together()
                reporter.author_size(anna.author_id)
        assert sorted(measured) == sorted(
            [to.node.ground.identity.feed_id, *[anna.feed_id] * 2]
        )

    talk(tmp_path, script)


def test_a_part_of_many_feeds_is_all_that_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        for number in range(1, 6):
            author = Scribe(number)
            author.grow_to(number)
            to.care(author.author_id)
            await to.hear(to.link(number), author.offer())
        index, looked = to.node.ground.shells.index, list[FeedId]()
        holders = index.holders_by_feed
        reporter, every = to.node.feeds.reporter, await all_feeds(to)
        assert len(every) == 6

        def note(feed_ids: Sequence[FeedId]) -> dict[FeedId, list[KnownHolder]]:
            looked.extend(feed_ids)
            return holders(feed_ids)

        def look_at_sessions(*_: object) -> int:
            raise AssertionError("of each feed all who are linked are looked through")

        monkeypatch.setattr(index, "holders_by_feed", note)
        ranked = reporter.ranked()
        part = await reporter.feeds(Status(start=1, limit=2).part(ranked))
        assert part == every[1:3]
        assert looked == [each.feed_id for each in part]
        monkeypatch.setattr(reporter, "_holders", look_at_sessions)
        held = await asked(to, HowMuchIsHeld())
        assert held.feeds == 6
        assert {(each.relation, each.entries) for each in held.sums} == {
            ("own", 2),
            ("followed", 15),
        }
        assert len(looked) == 2, "sums take no look into the index"
        assert Status().part(ranked) == Status(start=-1, limit=-1).part(ranked) == ranked
        assert Status(start=6, limit=1).part(ranked) == []

    talk(tmp_path, script)


def test_receipts_of_several_feeds_are_looked_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(3)
        to.care(anna.author_id)
        await to.hear(to.link(1), anna.offer())
        index, at_once = to.node.ground.shells.index, list[list[FeedId]]()
        receipts, reporter = index.receipts_by_feed, to.node.feeds.reporter

        def note(feed_ids: Sequence[FeedId]) -> dict[FeedId, dict[NodeId, int]]:
            at_once.append([*feed_ids])
            return receipts(feed_ids)

        monkeypatch.setattr(index, "receipts_by_feed", note)
        ranked = reporter.ranked()
        assert len(ranked) == len(await reporter.feeds(ranked)) == 2
        assert at_once == [ranked]

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
        assert (await all_feeds(to))[1].forked

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
