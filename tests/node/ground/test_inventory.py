"""What is remembered of feeds, and what of it is missing."""

from pathlib import Path
from typing import Any

import pytest
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.remembered import Remembered, decode_remembered
from swarmfeed.core.talk.words import ForkProof
from swarmfeed.errors import PassingError
from swarmfeed.node.ground.events import Unfollowed
from swarmfeed.node.ground.interests import FRIEND_OF_FRIEND
from swarmfeed.node.ground.inventory import PAGE, Inventory, Lack
from swarmfeed.ports import Logs

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


async def hold(to: Talk, size: int, number: int = 1) -> Scribe:
    """Hold somebody's feed whole, and remember it."""
    anna = Scribe(number)
    anna.grow_to(size)
    to.care(anna.author_id)
    to.node.ground.shelf.accept_offer(anna.offer())
    anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
    to.node.ground.inventory.save()
    return anna


def again(to: Talk) -> Inventory:
    """Return what a start makes of the ledger."""
    ground = to.node.ground
    inventory = Inventory(ground.shelf, ground.interests, ground.shells.index, ground.memory)
    inventory.load(ground.shells.ledger.read(PAGE))
    inventory.look()
    return inventory


def lose(logs: Logs, anna: Scribe, span: ChunkSpan) -> None:
    logs.drop_chunk(anna.feed_id, span)


def test_what_is_here_whole_is_remembered(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 600)
        row = decode_remembered(to.node.ground.shells.ledger.read(PAGE)[anna.feed_id])
        assert (row.author_id, row.size, row.whole) == (anna.author_id, 600, 600)
        assert (row.certificates, row.read, row.forked) == (1, True, False)
        assert to.node.ground.inventory.lacks() == []

    talk(tmp_path, script)


def test_a_lost_chunk_is_missed_until_it_is_kept_again(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 600)
        ground, span = to.node.ground, ChunkSpan(0, 1)
        lose(ground.shells.logs, anna, span)
        missed = Lack(feed_id=anna.feed_id, author_id=anna.author_id, ranges=((256, 512),))
        for inventory in (ground.inventory, again(to)):
            inventory.look()
            inventory.look()
            assert inventory.lacks() == [missed]
        assert missed.entries == 256
        ground.shells.logs.write_chunk(anna.feed_id, span, anna.chunks[span])
        ground.inventory.look()
        assert ground.inventory.lacks() == []

    talk(tmp_path, script)


def test_a_feed_that_is_gone_is_missed_but_not_one_that_was_let_go(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, bert = await hold(to, 300), await hold(to, 40, number=2)
        ground = to.node.ground
        to.node.feeds.carer.let_go(bert.feed_id)
        # As if its folder were deleted: nobody decided that.
        del ground.shelf._replicas[anna.feed_id]
        ground.inventory.look()
        assert [(each.feed_id, each.ranges) for each in ground.inventory.lacks()] == [
            (anna.feed_id, ((0, 300),))
        ]
        assert ground.inventory.lost_authors() == {anna.author_id}
        ground.events.tell(Unfollowed(anna.author_id))
        assert ground.inventory.lacks() == []
        await ground.memory.save()
        assert set(ground.shells.ledger.read(PAGE)) == {to.me.feed_id}

    talk(tmp_path, script)


def test_what_could_not_be_read_yet_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 300)
        ground = to.node.ground
        del ground.shelf._replicas[anna.feed_id]
        refused = {anna.feed_id: PassingError("too many files are open", "files")}
        with monkeypatch.context() as patch:
            patch.setattr(ground.shells.logs, "unread", lambda: refused)
            ground.inventory.look()
            assert ground.inventory.lacks() == []
            assert ground.inventory.lost_authors() == set()
        ground.inventory.look()
        assert len(ground.inventory.lacks()) == 1

    talk(tmp_path, script)


def test_an_older_copy_of_a_feed_is_not_all_of_it(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 300)
        shelf, newest = to.node.ground.shelf, to.node.ground.shelf.replica(anna.feed_id)
        assert newest is not None
        older = Scribe(1)
        older.grow_to(290)
        assert older.replica is not None
        shelf._replicas[anna.feed_id] = older.replica
        to.node.ground.inventory.look()
        assert [each.ranges for each in to.node.ground.inventory.lacks()] == [((290, 300),)]
        shelf._replicas[anna.feed_id] = newest
        to.node.ground.inventory.look()
        assert to.node.ground.inventory.lacks() == []

    talk(tmp_path, script)


def test_of_friends_friends_nothing_is_missed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(600)
        to.care(anna.author_id, FRIEND_OF_FRIEND)
        to.node.ground.shelf.accept_offer(anna.offer())
        anna.give_all(to.node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        to.node.ground.inventory.save()
        lose(to.node.ground.shells.logs, anna, ChunkSpan(0, 0))
        to.node.ground.inventory.look()
        assert to.node.ground.inventory.lacks() == []

    talk(tmp_path, script)


def test_that_nobody_asked_for_a_feed_is_remembered_though_it_can_be_read(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        await hold(to, 600)
        anna, bert = await hold(to, 600, number=2), Scribe(3)
        bert.grow_to(600)
        to.care(bert.author_id, FRIEND_OF_FRIEND)
        to.node.ground.shelf.accept_offer(bert.offer())
        to.node.ground.inventory.save()
        known = again(to).read_before()
        assert (known[anna.author_id], known[bert.author_id]) == (True, False)

    talk(tmp_path, script)


def test_of_a_lost_ledger_what_is_here_in_part_is_not_taken_for_asked_for(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        ground, anna = to.node.ground, Scribe(1)
        anna.grow_to(600)
        to.care(anna.author_id, FRIEND_OF_FRIEND)
        after = ground.shelf.accept_offer(anna.offer())
        await to.node.feeds.grower.grew(None, after)
        await ground.indexer.drain()
        assert len(to.me.reads(anna.author_id)) == len(after.tail)
        inventory = Inventory(
            ground.shelf, ground.interests, ground.shells.index, ground.memory
        )
        inventory.load({})
        assert inventory.read_before()[anna.author_id] is False
        assert inventory.read_before()[to.me.author_id] is True

    talk(tmp_path, script)


def test_a_forked_feed_stays_stopped_when_its_proof_is_lost(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = await hold(to, 20)
        ground, other = to.node.ground, anna.branch()
        heads = [
            each.grow_to(21, text).signed_head for each, text in ((anna, "a"), (other, "b"))
        ]
        proof = ForkProof(anna.author_id, anna.feed_id, *heads, ())
        assert ground.shelf.accept_fork(proof)
        ground.inventory.save()
        ground.shelf._forked.clear()
        to.me.disk.forks.clear()
        inventory = again(to)
        assert ground.shelf.is_forked(anna.feed_id)
        (missed,) = inventory.lacks()
        assert missed.proof
        assert ground.shelf.accept_fork(proof), "whoever has it brings it back"
        inventory.look()
        assert inventory.lacks() == []

    talk(tmp_path, script)


class Counting(dict[FeedId, Remembered]):
    looked = 0

    def values(self) -> Any:
        self.looked += 1
        return super().values()


def test_however_many_authors_there_are_what_is_remembered_is_gone_through_once(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        ground = to.node.ground
        for number in range(1, 9):
            writer = Scribe(number)
            writer.grow_to(2)
            ground.shelf.accept_offer(writer.offer())
        ground.inventory._known = known = Counting(ground.inventory._known)
        to.node.feeds.carer.recall_others(index_is_new=True)
        assert known.looked == 1
        assert len(ground.interests.all()) == 9

    talk(tmp_path, script)
