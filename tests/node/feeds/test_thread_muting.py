"""Muted threads: nothing of them is told, whoever says or does it; known to nobody else."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import THREADS_MUTED_MAX
from swarmfeed.core.asks.muting import (
    MuteThread,
    UnmuteThread,
    WhichAreMuted,
    WhichThreadsAreMuted,
)
from swarmfeed.core.asks.notifications import CountUnread, MarkRead, Notifications
from swarmfeed.core.asks.posts import PostView, Timeline, ref_text
from swarmfeed.core.asks.reactions import Like
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import UserError
from swarmfeed.node.ground.private import bookmark_key

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def told(of: Neighbour) -> tuple[list[str], list[str], int]:
    """Texts of notices, types of what people did, and how many are unread."""
    found = await ask(of, Notifications())
    return (
        sorted(each.post.text for each in found.notifications),
        [each.type for each in found.regards],
        (await ask(of, CountUnread())).count,
    )


def newest(at: Neighbour, by: Neighbour) -> PostView:
    (post,) = at.index.author_posts(by.author_id, 1, None)
    return post


async def answer(by: Neighbour, of: Neighbour, text: str) -> None:
    await by.running.feeds.writer.publish_post(text, newest(by, of).ref)


async def three(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Each follows the others, and I said something and read that they do."""
    me, ben, cleo = [await street.move_in() for _ in range(3)]
    await me.say("a question")
    for one in (me, ben, cleo):
        for other in (me, ben, cleo):
            if one is not other:
                await one.follow(other)
    await street.until(lambda: len(me.index.followers_of(me.author_id)) == 2, within_s=200)
    await ask(me, MarkRead())
    return me, ben, cleo


def test_nothing_that_is_said_or_done_in_a_muted_thread_is_told(tmp_path: Path) -> None:
    """By whatever answer it is muted, all of it is meant."""

    async def scenario(street: Neighbourhood) -> None:
        me, ben, cleo = await three(street)
        question = newest(me, me)
        await answer(ben, me, "an answer")
        await street.until(lambda: bool(cleo.reads(ben.author_id)), within_s=200)
        await answer(cleo, ben, f"{format_author(me.author_id)} should read that")
        await ask(cleo, Like(ref=ref_text(question.ref)))
        await ben.say(f"elsewhere, {format_author(me.author_id)}")
        await street.until(lambda: len(me.reads(ben.author_id)) == 2, within_s=200)
        await street.until(lambda: bool(me.index.reactors(question.ref)), within_s=200)
        texts, done, unread = await told(me)
        assert (len(texts), "likes" in done, unread) == (3, True, 4)

        muted = await ask(me, MuteThread(ref=ref_text(newest(me, cleo).ref)))
        assert [(each.ref, each.words) for each in muted.threads] == [
            (question.ref, "a question")
        ]
        elsewhere = [f"elsewhere, {format_author(me.author_id)}"]
        texts, done, unread = await told(me)
        assert (texts, "likes" in done, unread) == (elsewhere, False, 1)
        assert len((await ask(me, Timeline())).posts) == 4, "there it stands as before"
        await answer(ben, me, "another answer")
        await street.until(lambda: len(me.reads(ben.author_id)) == 3, within_s=200)
        assert (await told(me))[0] == elsewhere
        assert await ask(me, MuteThread(ref=ref_text(question.ref))) == muted, "once is enough"

        await me.stop()
        await me.start()
        refs = [ref_text(newest(me, each).ref) for each in (me, ben, cleo)]
        asked = WhichAreMuted(refs=",".join([*refs, "no", "12"]))
        assert (await ask(me, asked)).refs == tuple(refs)
        assert (await ask(me, UnmuteThread(ref=refs[1]))).threads == ()
        texts, done, unread = await told(me)
        assert (len(texts), "likes" in done, unread) == (4, True, 5)
        assert (await ask(me, WhichAreMuted(refs=refs[0]))).refs == ()

    in_neighbourhood(tmp_path, scenario)


def test_another_device_mutes_it_too_and_nobody_else_hears_of_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(is_first=True), await street.move_in()
        phone = await street.move_in(device_of=me, knows=[me])
        me.recognise_each_other(phone)
        await me.say("a question")
        await me.follow(ben)
        await ben.follow(me)
        question = newest(me, me)
        await ask(me, MuteThread(ref=ref_text(question.ref)))
        key = bookmark_key(question.ref)
        names = phone.running.ground.private.names
        await street.until(lambda: key in names("thread"), within_s=200)
        (muted,) = (await ask(phone, WhichThreadsAreMuted())).threads
        assert muted.ref == question.ref
        assert ben.running.ground.private.rows() == []

    in_neighbourhood(tmp_path, scenario)


def test_a_thread_whose_beginning_is_not_here_is_muted_and_unmuted(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        await me.follow(ben)
        absent = EntryRef(ben.feed_id, Hash(b"x" * 32), 70)
        await ben.running.feeds.writer.publish_post(f"{format_author(me.author_id)}!", absent)
        await street.until(lambda: bool(me.reads(ben.author_id)), within_s=200)
        assert len((await told(me))[0]) == 1
        (muted,) = (await ask(me, MuteThread(ref=ref_text(newest(me, ben).ref)))).threads
        assert (muted.ref, muted.words) == (absent, "")
        assert (await told(me))[0] == []
        with pytest.raises(UserError):
            await ask(me, MuteThread(ref=ref_text(absent)))
        assert (await ask(me, UnmuteThread(ref=ref_text(absent)))).threads == ()
        assert len((await told(me))[0]) == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A252")
def test_odd_rows_and_too_many_are_borne(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        await me.say("a question")
        question = newest(me, me)
        odd = [b"", b"anna", bytes(128)]
        full = [
            bookmark_key(EntryRef(ben.feed_id, Hash(bytes([number]) * 32), number))
            for number in range(THREADS_MUTED_MAX - len(odd))
        ]
        me.running.ground.private.merge(
            PrivateRow(scope="thread", key=key, value=b"1", time_ms=at, device=ben.feed_id)
            for at, key in enumerate([*odd, *full])
        )
        listed = (await ask(me, WhichThreadsAreMuted())).threads
        assert len(listed) == len(full)
        assert listed[0].ref.index == len(full) - 1, "the last one first"
        with pytest.raises(UserError, match="unmute one"):
            await ask(me, MuteThread(ref=ref_text(question.ref)))
        await ask(me, UnmuteThread(ref=ref_text(listed[0].ref)))
        muted = await ask(me, MuteThread(ref=ref_text(question.ref)))
        assert muted.threads[0].ref == question.ref

    in_neighbourhood(tmp_path, scenario)
