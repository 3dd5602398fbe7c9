"""Taking words back: what is written, what is refused, and how far a text is gone."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import PostView, ShowPost, ref_text
from swarmfeed.core.asks.withdrawing import (
    VERSIONS_MAX,
    Edit,
    HistoryOfPost,
    HowFarRemoved,
    Removal,
    Withdraw,
)
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import EditBody, WithdrawBody, decode_body
from swarmfeed.core.feed.limits import REPACK_MS
from swarmfeed.core.feed.metainfo import Pieces, chunk_name, chunk_torrent
from swarmfeed.core.net.krpc import SEALED_SALT
from swarmfeed.core.talk.deposit import decode_deposit
from swarmfeed.errors import UserError

from tests.core.samples import posts

A = TypeVar("A")
CANARY = "canary in a coal mine"


async def ask(of: Neighbour, what: Ask[A]) -> A:
    return await of.running.ground.answering.answer(what)


def alone(folder: Path, script: Callable[[Neighbour], Coroutine[Any, Any, None]]) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await script(await street.move_in())

    in_neighbourhood(folder, scenario)


def post_at(of: Neighbour, index: int) -> PostView | None:
    return of.index.post(of.feed_id, index)


def name(of: Neighbour, index: int) -> str:
    post = post_at(of, index)
    assert post is not None
    return ref_text(post.ref)


def named(of: Neighbour, text: str) -> str:
    """How an own post that says just this is named."""
    shown = of.index.author_posts(of.author_id, 9, None)
    return next(ref_text(post.ref) for post in shown if post.text == text)


def size(of: Neighbour) -> int:
    return of.disk.replicas[of.feed_id].size


def written(of: Neighbour, start: int) -> list[object]:
    """Bodies of the own feed from an entry on; None for what is withdrawn."""
    logs = of.running.ground.shells.logs
    entries = map(decode_entry, logs.read_entries(of.feed_id, start, size(of)))
    return [None if e.body is None else decode_body(e.kind, e.body) for e in entries]


def test_a_post_goes_with_its_edits_and_says_so(tmp_path: Path) -> None:
    async def script(me: Neighbour) -> None:
        await me.say(CANARY, "stays")
        ref = name(me, 2)
        await ask(me, Edit(ref=ref, text=CANARY + "!"))
        removal = await ask(me, Withdraw(ref=ref))
        assert ref_text(removal.ref) == ref
        assert (removal.removed_at, removal.holders, removal.waits) == (0, 0, False)
        gone, _, edit, *rest = written(me, 2)
        assert (gone, edit) == (None, None)
        assert rest == [WithdrawBody(2), WithdrawBody(4)]
        assert me.reads(me.author_id) == ["stays"]
        assert await ask(me, HowFarRemoved(ref=ref)) == removal

    alone(tmp_path, script)


def test_an_edit_is_shown_and_what_was_said_before_can_be_read(tmp_path: Path) -> None:
    async def script(me: Neighbour) -> None:
        await me.say("one")
        ref = name(me, 2)
        shown = await ask(me, Edit(ref=ref, text="two\n"))
        assert (shown.text, shown.edited) == ("two", True)
        await ask(me, Edit(ref=ref, text="two"))
        assert written(me, 3) == [EditBody(2, "two")], "it says that already"
        history = await ask(me, HistoryOfPost(ref=ref))
        assert [each.text for each in history.versions] == ["one", "two"]
        with pytest.raises(UserError, match="empty"):
            await ask(me, Edit(ref=ref, text="  "))
        with pytest.raises(UserError, match="nothing of this post"):
            await ask(me, HowFarRemoved(ref=ref))

    alone(tmp_path, script)


@pytest.mark.attack("A98")
def test_a_post_that_was_edited_too_often_shows_the_newest_versions(tmp_path: Path) -> None:
    async def script(me: Neighbour) -> None:
        await me.say("0")
        edits = [EditBody(2, str(n)) for n in range(1, VERSIONS_MAX + 9)]
        await me.running.feeds.writer.publish_all(edits)
        history = await ask(me, HistoryOfPost(ref=name(me, 2)))
        assert [int(each.text) for each in history.versions] == [*range(9, VERSIONS_MAX + 9)]

    alone(tmp_path, script)


def test_an_edit_can_take_the_old_text_along(tmp_path: Path) -> None:
    async def script(me: Neighbour) -> None:
        top = await me.running.feeds.writer.publish_post("top", None)
        await me.running.feeds.writer.publish_post(CANARY, top)
        ref = name(me, 3)
        await ask(me, Edit(ref=ref, text=CANARY + "!"))
        shown = await ask(me, Edit(ref=ref, text="better", remove_old=True))
        assert (shown.text, shown.edited, shown.reply_to) == ("better", True, top)
        gone, old_edit, *rest = written(me, 3)
        assert (gone, old_edit) == (None, None)
        assert rest == [
            EditBody(3, "better", reply=top, root=top),
            WithdrawBody(3, is_edited=True),
            WithdrawBody(4),
        ]
        history = await ask(me, HistoryOfPost(ref=ref))
        assert [each.text for each in history.versions] == ["better"]
        assert not (await ask(me, HowFarRemoved(ref=ref))).waits
        await ask(me, Edit(ref=ref, text="best"))
        assert written(me, 8) == [EditBody(3, "best", reply=top, root=top)]
        await ask(me, Edit(ref=ref, text="best", remove_old=True))
        history = await ask(me, HistoryOfPost(ref=ref))
        assert [each.text for each in history.versions] == ["best"]
        before = size(me)
        await ask(me, Edit(ref=ref, text="best", remove_old=True))
        assert size(me) == before, "there is nothing left to take along"
        await ask(me, Withdraw(ref=ref))
        assert me.reads(me.author_id) == ["top"]

    alone(tmp_path, script)


def test_what_cannot_be_taken_back_is_said_so(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ben = await street.move_in(knows=[anna])
        phone = await street.move_in(device_of=anna, knows=[anna])
        await ben.say("ben's")
        await phone.say("from the phone")
        await anna.say(CANARY)
        await anna.follow(ben)
        await street.until(lambda: len(anna.reads(anna.author_id)) == 2, within_s=60)
        await street.until(lambda: anna.reads(ben.author_id) == ["ben's"], within_s=60)
        before = size(anna)
        phones, bens, own = (
            named(of, text)
            for of, text in ((phone, "from the phone"), (ben, "ben's"), (anna, CANARY))
        )
        for ref, why in (
            (bens, "not your post"),
            (phones, "another of your devices"),
            (f"{own}9", "not here"),
            ("nonsense", "name a post"),
        ):
            for what in (Withdraw(ref=ref), Edit(ref=ref, text="x")):
                with pytest.raises(UserError, match=why):
                    await ask(anna, what)  # type: ignore[arg-type]  # each has its answer
        assert size(anna) == before
        await ask(anna, Withdraw(ref=own))
        for what in (Withdraw(ref=own), Edit(ref=own, text="x")):
            with pytest.raises(UserError, match="withdrawn already"):
                await ask(anna, what)  # type: ignore[arg-type]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_chunk_is_packed_anew_once_in_a_while(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        await me.say_many(300)
        first = await ask(me, Withdraw(ref=name(me, 10)))
        second = await ask(me, Withdraw(ref=name(me, 11)))
        assert (first.waits, second.waits) == (False, True)
        assert (post_at(me, 10), post_at(me, 11)) == (None, None), "hidden at once"
        before = me.disk.replicas[me.feed_id].chunks()[ChunkSpan(0, 0)]
        await street.pass_time(REPACK_MS // 1000 + 61)
        assert me.disk.replicas[me.feed_id].chunks()[ChunkSpan(0, 0)] != before
        assert written(me, 10)[:2] == [None, None]
        assert written(me, size(me) - 1) == [WithdrawBody(11)]
        removal = await ask(me, HowFarRemoved(ref=ref_text(second.ref)))
        assert not removal.waits
        await street.pass_time(REPACK_MS // 1000 + 61)
        assert written(me, size(me) - 1) == [WithdrawBody(11)], "and no more is written"

    in_neighbourhood(tmp_path, scenario)


def test_smaller_chunks_with_the_text_leave_disk_and_swarm(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        ground, withdrawing = me.running.ground, me.running.feeds.withdrawing
        # Past the index, which in memory takes a while for so many.
        for batch in (posts(2, 4_000), posts(4_000, 4_200)):
            ground.pen.write(batch)
        me.running.feeds.seeder.seed_held(me.feed_id)
        first, whole = ChunkSpan(0, 0), ChunkSpan(1, 0)
        for span in (first, whole):
            torrent = chunk_torrent(me.feed_id, span, Pieces(1, bytes(20), bytes(32)))
            me.running.feeds.seeder.seed(me.feed_id, torrent)
        assert {first, whole} <= ground.shells.logs.held(me.feed_id)
        await withdrawing.write([WithdrawBody(20)])
        assert first not in ground.shells.logs.held(me.feed_id)
        names = [each.name for each in ground.shells.swarm.progress().values()]
        assert chunk_name(me.feed_id, first) not in names
        assert chunk_name(me.feed_id, whole) in names

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_what_waits_is_not_forgotten_over_a_restart(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        await me.say_many(300)
        await ask(me, Withdraw(ref=name(me, 10)))
        second: Removal = await ask(me, Withdraw(ref=name(me, 11)))
        await me.stop()
        await me.start()
        assert (await ask(me, HowFarRemoved(ref=ref_text(second.ref)))).waits
        await street.pass_time(61)
        assert not (await ask(me, HowFarRemoved(ref=ref_text(second.ref)))).waits

    in_neighbourhood(tmp_path, scenario)


def test_a_newcomer_is_not_led_to_the_old_chunk_by_the_dht(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        me = await street.move_in()
        await me.say_many(300)
        place = (me.feed_id, SEALED_SALT)
        await street.until(lambda: place in street.dht.others, within_s=60)
        value, seq, _ = street.dht.others[place]
        await ask(me, Withdraw(ref=name(me, 10)))
        await street.until(lambda: street.dht.others[place][1] > seq, within_s=60)
        value_now, seq_now, _ = street.dht.others[place]
        newer = decode_deposit(value_now, me.feed_id, seq_now)
        assert newer.head.chunks_hash == me.disk.replicas[me.feed_id].head.chunks_hash
        assert newer.head.size == decode_deposit(value, me.feed_id, seq).head.size == 256

    in_neighbourhood(tmp_path, scenario)


def test_by_the_number_it_had_a_withdrawn_post_says_what_became_of_it(tmp_path: Path) -> None:
    async def script(me: Neighbour) -> None:
        await me.say(CANARY)
        post = post_at(me, 2)
        assert post is not None
        await ask(me, Withdraw(ref=post.id))
        for ref in (post.id, ref_text(post.ref)):
            with pytest.raises(UserError, match="was withdrawn by who wrote it"):
                await ask(me, ShowPost(ref=ref))
            assert (await ask(me, HowFarRemoved(ref=ref))).ref == post.ref
            with pytest.raises(UserError, match="withdrawn already"):
                await ask(me, Withdraw(ref=ref))

    alone(tmp_path, script)
