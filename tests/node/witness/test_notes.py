"""A witness that is asked by HTTP keeps the same book as for who is linked."""

import asyncio
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.talk.words import ForkProof
from swarmfeed.core.witness.checkpoints import NoteReply
from swarmfeed.core.witness.cosignature import open_cosignature
from swarmfeed.core.witness.limits import COSIGN_BURST, NEW_FEEDS_OF_NODE
from swarmfeed.node.witness.role import WitnessParts
from swarmfeed.node.witness.witnessing import PAGE

from tests.core.witness.test_book import FEED, asked, head
from tests.core.witness.test_checkpoints import posted
from tests.node.talk import Talk
from tests.node.witness.test_witnessing import CutLedger, child, first_of, told, witness

HOST = "192.0.2.7"

pytestmark = pytest.mark.attack("A167")


async def post(me: Neighbour, body: bytes, host: str = HOST) -> NoteReply:
    """Ask, and let the time pass that answers are gathered for."""
    asking = asyncio.create_task(me.running.parts(WitnessParts).notes.add(body, host))
    await me.street.pass_time(1)
    return await asking


def test_each_head_follows_on_the_one_before_or_its_size_is_told(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        me = await street.move_in()
        now_s = street.clock.now_ms() // 1000
        for size, old in ((11, 0), (16, 11), (17, 16), (20, 17), (20, 20)):
            reply = await post(me, posted(size, old))
            assert reply.status == 200
            word = open_cosignature(head(size), reply.body.removesuffix(b"\n"))
            assert word.witness == me.identity.node_id and word.time_s >= now_s
        for size, old in ((11, 0), (25, 17), (19, 19)):
            reply = await post(me, posted(size, old))
            assert (reply.status, reply.body) == (409, b"20\n")
        wrong = posted(25, 20, signed=head(25, story=1))
        assert (await post(me, wrong)).status == 422
        assert (await post(me, posted(25, 20))).status == 200, "it is not held against it"
        assert (await post(me, b"garbage")).status == 400

    in_neighbourhood(tmp_path, script)


def test_it_is_one_book_with_that_of_links_and_outlives_a_restart(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        to = await witness(street, CutLedger())
        assert await told(to, child(to, 1), asked(12)) == [12]
        assert (await post(to.me, posted(11))).body == b"12\n"
        assert (await post(to.me, posted(17, 12))).status == 200
        await to.me.stop()
        await to.me.start()
        assert (await post(to.me, posted(20, 12))).body == b"17\n"
        again = Talk(street, to.me)
        assert await told(again, child(again, 2), asked(12)) == [17]

    in_neighbourhood(tmp_path, script)


def test_a_feed_with_two_histories_is_cosigned_no_more(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        to = await witness(street, CutLedger())
        assert (await post(to.me, posted(12))).status == 200
        other = posted(12, 12, signed=head(12, story=1))
        assert (await post(to.me, other)).status == 422
        assert (await post(to.me, posted(20, 12))).status == 422
        link = child(to, 1)
        await to.hear(link, asked(12))
        await street.pass_time(1)
        assert [each for each in await to.said(link) if isinstance(each, ForkProof)]

    in_neighbourhood(tmp_path, script)


@pytest.mark.parametrize("is_done", [False, True])
def test_what_cannot_be_written_down_is_not_cosigned(tmp_path: Path, is_done: bool) -> None:
    async def script(street: Neighbourhood) -> None:
        ledger = CutLedger()
        to = await witness(street, ledger)
        ledger.fails_at, ledger.is_done = 0, is_done
        assert (await post(to.me, posted(12))).status == 503
        assert (FEED in ledger.read(PAGE)) == is_done

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
def test_strangers_have_so_many_heads_and_a_network_so_many_feeds(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        me = await street.move_in()
        notes = me.running.parts(WitnessParts).notes
        statuses: list[int] = []
        for each in range(NEW_FEEDS_OF_NODE + 40):
            body = b"old 0\n\n" + first_of(each).signed_head
            asking = asyncio.create_task(notes.add(body, HOST))
            await street.pass_time(1)
            statuses.append((await asking).status)
        # Each of them a second later: some come back meanwhile.
        assert NEW_FEEDS_OF_NODE <= statuses.count(200) <= NEW_FEEDS_OF_NODE + 4
        assert set(statuses) == {200, 429}
        assert (await post(me, posted(11), "198.51.100.1")).status == 200
        await street.pass_time(60)
        many = [notes.add(b"garbage", HOST) for _ in range(2 * COSIGN_BURST)]
        found = [each.status for each in await asyncio.gather(*many)]
        assert found.count(400) <= COSIGN_BURST + 1
        assert found[-1] == 429

    in_neighbourhood(tmp_path, script)
