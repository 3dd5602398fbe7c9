"""Whom a holder names to its peers as holders of a feed."""

from pathlib import Path

import pytest
from swarmfeed.core.talk.words import Have, Holders
from swarmfeed.node.feeds.holder import HolderSide

from tests.node.feeds.test_holder import hold, want
from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


def test_a_new_holder_is_named_to_others_once_and_once_more_when_complete(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        hold(to, anna)
        holder, reader = to.link(1), to.link(2)
        await to.hear(reader, want(anna, 300))
        await to.said(reader)
        for complete in (False, False, True, False, True):
            for size in (300, 301):
                await to.hear(holder, Have(feed_id=anna.feed_id, size=size, complete=complete))
                await to.said(holder)
        named = [
            (each.holders[0].node_id, each.holders[0].complete)
            for each in await to.said(reader)
            if isinstance(each, Holders)
        ]
        assert named == [(holder.node_id, True)], "the newest word, once"
        await to.hear(holder, Have(feed_id=anna.feed_id, size=400, complete=False))
        assert await to.said(reader) == []

    talk(tmp_path, script)


def test_who_wants_an_author_is_told_of_all_holders_but_itself(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        hold(to, anna)
        for number in (1, 2):
            holder = to.link(number)
            await to.hear(holder, Have(feed_id=anna.feed_id, size=1, complete=True))
        await to.hear(holder, want(anna, anna.newest.size))
        (answer,) = [each for each in await to.said(holder) if isinstance(each, Holders)]
        assert [each.node_id for each in answer.holders] == [to.peers[0][0].node_id]

    talk(tmp_path, script)


@pytest.mark.attack("A325")
@pytest.mark.parametrize(
    ("home", "other"),
    [("192.168.1", "100.70.1"), ("100.70.1", "192.168.1")],
    ids=["lan", "vpn"],
)
def test_who_is_in_our_network_is_named_to_nobody_outside_of_it(
    tmp_path: Path, home: str, other: str
) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        hold(to, anna)
        beside, early = to.link(1, f"{home}.7"), to.link(2, "93.184.216.34")
        await to.hear(early, want(anna, 300))
        await to.said(early)
        await to.hear(beside, Have(feed_id=anna.feed_id, size=300, complete=True))
        late, cousin = to.link(3, "93.184.216.35"), to.link(4, f"{home}.8")
        abroad = to.link(5, f"{other}.8")
        for each in (late, cousin, abroad):
            await to.hear(each, want(anna, 300))
        told = {
            each: {
                holder.node_id
                for said in await to.said(each)
                if isinstance(said, Holders)
                for holder in said.holders
            }
            for each in (early, late, cousin, abroad)
        }
        assert told[early] == told[late] == told[abroad] == set(), "they are elsewhere"
        assert told[cousin] == {beside.node_id}

    talk(tmp_path, script)


def test_of_feeds_without_chunks_a_holder_is_named_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        writers = [Scribe(number) for number in range(1, 5)]
        for each in writers:
            each.grow_to(3)
            hold(to, each)
        holder, reader = to.link(1), to.link(2)
        for each in writers[:3]:
            await to.hear(holder, Have(feed_id=each.feed_id, size=3, complete=True))
        for each in writers:
            await to.hear(reader, want(each))
        named = [each for each in await to.said(reader) if isinstance(each, Holders)]
        assert [each.feed_id for each in named] == [writers[0].feed_id]
        assert [each.node_id for each in named[0].holders] == [holder.node_id]
        await to.hear(holder, Have(feed_id=writers[3].feed_id, size=3, complete=True))
        assert await to.said(reader) == [], "it was dialled, and says itself what it holds"

    talk(tmp_path, script)


def test_a_holder_named_of_a_feed_that_the_peer_has_not_is_named_again(tmp_path: Path) -> None:
    """Whoever has no head of a feed passes over who holds it."""

    async def script(to: Talk) -> None:
        anna = Scribe(1)
        anna.grow_to(3)
        hold(to, anna)
        holder, reader = to.link(1), to.link(2)
        reader.part(HolderSide).wants.add(anna.author_id)
        await to.hear(holder, Have(feed_id=anna.feed_id, size=3, complete=True))
        assert await to.kinds_said(reader) == ["Holders"]
        await to.hear(reader, want(anna))
        assert "Holders" in await to.kinds_said(reader)

    talk(tmp_path, script)
