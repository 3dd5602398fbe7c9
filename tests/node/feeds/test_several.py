"""Heads of many feeds in one message: kept together, and the true ones whatever else comes."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.clock import FakeClock
from street.loop import settle
from swarmfeed.core.feed.first_offer import FirstOffer, OpenedOffer
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.feed.limits import OPENED_APART_MIN
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.limits import NEW_FEED_WORTH_S
from swarmfeed.core.talk.words import (
    Have,
    HeadOffer,
    Holders,
    NotHeld,
    Receipt,
    Several,
)
from swarmfeed.errors import BadEncodingError, BadProofError, PassingError
from swarmfeed.node.ground import arrivals
from swarmfeed.node.ground.fairness import Fairness
from swarmfeed.node.ground.indexer import Indexer

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

COUNT = 6


def writers(to: Talk, count: int = COUNT) -> list[Scribe]:
    """Authors whom the node follows, of five entries each."""
    found = [Scribe(number) for number in range(1, count + 1)]
    for each in found:
        each.grow_to(5)
        to.care(each.author_id)
    return found


def offers(authors: Sequence[Scribe]) -> tuple[HeadOffer, ...]:
    return tuple(each.offer() for each in authors)


def have(writer: Scribe) -> Have:
    return Have(feed_id=writer.feed_id, size=writer.newest.size, complete=True)


class SlowDisk:
    """What is put on disk waits until it may go on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.may_go_on = asyncio.Event()
        patch.setattr(arrivals, "off_loop", self._wait_for)

    async def _wait_for(self, call: Callable[[], None]) -> None:
        await self.may_go_on.wait()
        call()


class Groups:
    """Notes which feeds were put on disk together."""

    def __init__(self, to: Talk) -> None:
        self.sizes: list[int] = []
        logs = to.node.ground.shells.logs
        self._write_new = logs.write_new
        logs.write_new = self.write_new  # type: ignore[method-assign]  # notes, and does it
        self.refused: PassingError | None = None

    def write_new(self, arrived: Sequence[tuple[Replica, Sequence[bytes]]]) -> None:
        if self.refused is not None:
            raise self.refused
        self.sizes.append(len(arrived))
        self._write_new(arrived)


def test_new_feeds_are_kept_together_shown_and_confirmed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to), to.link(1)
        groups = Groups(to)
        told = Several(haves=tuple(map(have, authors)), heads=offers(authors))
        await to.hear(peer, told)
        await to.node.ground.indexer.drain()
        assert groups.sizes == [COUNT]
        shelf = to.node.ground.shelf
        assert all(shelf.is_complete(each.feed_id) for each in authors)
        shown = [to.me.index.author_posts(each.author_id, 9, None) for each in authors]
        assert all(shown)
        receipts = [each for each in await to.said(peer) if isinstance(each, Receipt)]
        assert {each.feed_id for each in receipts} == {each.feed_id for each in authors}
        assert {each.complete for each in peer.holds.values()} == {True}

    talk(tmp_path, script)


def test_many_new_heads_are_verified_elsewhere_and_a_false_one_is_refused(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to, OPENED_APART_MIN + 2), to.link(1)
        verifier, asked = to.node.ground.shells.verifier, list[FirstOffer]()
        open_first = verifier.open_first

        def note(offers: Sequence[FirstOffer]) -> Sequence[OpenedOffer | None]:
            asked.extend(offers)
            return open_first(offers)

        verifier.open_first = note  # type: ignore[method-assign]  # notes, and does it
        await to.hear(peer, authors[0].offer())
        stranger, (*true, last) = Scribe(99), offers(authors)
        false = replace(last, tail=last.tail[:-1])
        with pytest.raises(BadEncodingError):
            await to.hear(peer, Several(heads=(stranger.offer(), *true, false)))
        assert [each.feed_id for each in asked] == [each.feed_id for each in authors[1:]]
        shelf = to.node.ground.shelf
        held = [shelf.replica(each.feed_id) for each in authors]
        assert held == [*(each.newest for each in authors[:-1]), None]
        assert shelf.certificates(authors[1].author_id) == (authors[1].certificate,)
        assert shelf.replica(stranger.feed_id) is None

    talk(tmp_path, script)


@pytest.mark.attack("A40")
def test_only_new_feeds_that_were_asked_for_are_worth_something(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to), to.link(1)
        clock, hear = FakeClock(), to.node.ground.switchboard.hear
        giver = Fairness(clock).account(peer.node_id)
        giver.seconds.owe(1, 0)
        owed = giver.seconds.left(0)
        told = Several(heads=(*offers(authors), Scribe(99).offer()))
        await giver.pay(lambda: hear(peer, told))
        worth = giver.seconds.left(0) - owed
        assert worth == pytest.approx(COUNT * NEW_FEED_WORTH_S)
        await giver.pay(lambda: hear(peer, told))  # again: known
        assert giver.seconds.left(0) - owed == pytest.approx(worth)

    talk(tmp_path, script)


def test_what_is_here_or_nobody_wants_is_passed_over(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to), to.link(1)
        await to.hear(peer, authors[0].offer())
        groups = Groups(to)
        stranger = Scribe(99)
        stranger.grow_to(5)
        await to.hear(peer, Several(heads=(*offers(authors), stranger.offer())))
        assert groups.sizes == [COUNT - 1]
        assert to.node.ground.shelf.replica(stranger.feed_id) is None

    talk(tmp_path, script)


def test_a_feed_twice_in_a_message_is_one_feed(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        (anna,), peer = writers(to, 1), to.link(1)
        older = anna.offer()
        anna.grow_to(7)
        await to.hear(peer, Several(heads=(older, older)))
        known = to.node.ground.shelf.replica(anna.feed_id)
        assert known is not None
        assert known.size == 5

    talk(tmp_path, script)


def test_what_came_before_a_false_head_is_kept(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to), to.link(1)
        *true, last = offers(authors)
        false = replace(last, tail=last.tail[::-1])
        with pytest.raises(BadProofError):
            await to.hear(peer, Several(heads=(*true[:3], false, *true[3:])))
        await to.node.ground.indexer.drain()
        held = [to.node.ground.shelf.replica(each.feed_id) is not None for each in authors]
        assert held == [True, True, True, False, False, False]
        assert to.me.index.author_posts(authors[0].author_id, 9, None)

    talk(tmp_path, script)


def test_where_the_disk_takes_nothing_none_is_told_as_held(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to), to.link(1)
        groups = Groups(to)
        groups.refused = PassingError("the disk is full", "full")
        await to.hear(peer, Several(heads=offers(authors)))
        (sentence,) = to.node.ground.strain.now()
        assert sentence.startswith("The disk is full")
        assert to.node.ground.shelf.replica(authors[0].feed_id) is None
        assert [each for each in await to.said(peer) if isinstance(each, Receipt)] == []
        groups.refused = None
        await to.hear(peer, Several(heads=offers(authors)))
        assert to.node.ground.shelf.is_complete(authors[0].feed_id)

    talk(tmp_path, script)


def test_who_is_told_of_a_feed_on_its_way_waits_until_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        authors, (first, second) = writers(to, 2), (to.link(1), to.link(2))
        anna, bert = authors
        groups, disk = Groups(to), SlowDisk(monkeypatch)
        older = offers(authors)
        anna.grow_to(8)
        hear = to.node.ground.switchboard.hear
        hearing = [asyncio.create_task(hear(first, Several(heads=older)))]
        await settle()
        newer = Several(heads=(anna.offer(), bert.offer()), haves=(have(anna),))
        hearing.append(asyncio.create_task(hear(second, newer)))
        hearing.append(asyncio.create_task(hear(second, anna.offer())))
        await settle()
        assert not any(each.done() for each in hearing)
        disk.may_go_on.set()
        await asyncio.gather(*hearing)
        assert groups.sizes == [2]
        known = to.node.ground.shelf.replica(anna.feed_id)
        # It is asked for with its proof, which nobody needs who has nothing.
        assert known is not None
        assert known.size in (5, 8)
        assert to.node.ground.shelf.replica(bert.feed_id) == bert.newest

    talk(tmp_path, script)


def keep_index_busy(to: Talk, monkeypatch: pytest.MonkeyPatch) -> tuple[Indexer, asyncio.Event]:
    """Its thread does nothing until the event is set."""
    indexer, is_free = to.node.ground.indexer, asyncio.Event()
    run_in_thread = indexer.run_in_thread

    async def run_when_free(call: Callable[[], object]) -> object:
        await is_free.wait()
        return await run_in_thread(call)

    monkeypatch.setattr(indexer, "run_in_thread", run_when_free)
    return indexer, is_free


def test_heads_are_taken_in_while_the_index_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to, 3), to.link(1)
        authors[0].grow_to(300)  # a chunk and a tail
        authors[1].grow_to(256)  # nothing but a chunk
        indexer, is_free = keep_index_busy(to, monkeypatch)
        async with asyncio.timeout(60):
            await to.node.ground.switchboard.hear(peer, Several(heads=offers(authors)))
        shelf = to.node.ground.shelf
        assert all(shelf.replica(each.feed_id) == each.newest for each in authors)
        is_free.set()
        await indexer.drain()
        sizes = to.me.index.known_sizes()
        assert [sizes[each.feed_id][1] for each in authors] == [
            300,
            256,
            authors[2].newest.size,
        ]

    talk(tmp_path, script)


def test_of_a_feed_that_goes_before_the_index_knows_it_nothing_is_left_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        (author,), peer = writers(to, 1), to.link(1)
        author.grow_to(256)  # nothing but a chunk
        indexer, is_free = keep_index_busy(to, monkeypatch)
        await to.node.ground.switchboard.hear(peer, Several(heads=offers([author])))
        to.node.ground.shelf.drop_feed(author.feed_id)
        is_free.set()
        await indexer.drain()
        assert author.feed_id not in to.me.index.known_sizes()

    talk(tmp_path, script)


def test_a_link_that_ends_meanwhile_leaves_no_feed_half_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to), to.link(1)
        disk = SlowDisk(monkeypatch)
        told = Several(heads=offers(authors))
        hearing = asyncio.create_task(to.node.ground.switchboard.hear(peer, told))
        await settle()
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        disk.may_go_on.set()
        await to.node.ground.landing.settled(authors[0].feed_id)
        await settle()
        await to.node.ground.indexer.drain()
        assert all(to.node.ground.shelf.replica(each.feed_id) for each in authors)
        assert all(to.me.index.author_posts(each.author_id, 9, None) for each in authors)

    talk(tmp_path, script)


def test_each_other_answer_counts_as_if_it_came_alone(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors, peer = writers(to, 2), to.link(1)
        anna, bert = authors
        await to.hear(peer, *offers(authors))
        line = sign_receipt(anna.newest.signed_head, peer.node_id, 1, peer.peer.key.sign)  # type: ignore[attr-defined]  # a noted peer
        told = Several(
            haves=(have(bert),),
            holders=(Holders(anna.author_id, anna.feed_id, ()),),
            receipts=(Receipt(anna.feed_id, anna.newest.signed_head, line),),
            not_held=(NotHeld(bert.author_id),),
        )
        await to.hear(peer, told)
        await to.node.ground.indexer.drain()
        assert to.me.index.receipts(anna.feed_id) == {peer.node_id: 5}
        assert bert.feed_id not in peer.holds, "not-held comes after have"
        false = replace(told.receipts[0], cosignature=line[:-4] + b"AAAA")
        await to.hear(peer, Several(receipts=(false,)))
        await settle()
        assert peer.peer.closed_because == "not such a cosignature"  # type: ignore[attr-defined]

    talk(tmp_path, script)
