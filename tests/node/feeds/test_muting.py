"""Muting: nothing of somebody is shown in the timeline and the notifications."""

from collections.abc import Collection
from pathlib import Path
from typing import TypeVar

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.blocking import Block, WhoIsBlocked
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.muting import Mute, Unmute, WhoIsMuted
from swarmfeed.core.asks.notifications import CountUnread, Notifications
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.posts import NewerThan, Timeline
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import UserError
from swarmfeed.ports import KnownAuthor

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def seen(of: Neighbour) -> tuple[list[str], int, list[str], int]:
    """Texts of the timeline, how many are new in it, and the same of notifications."""
    timeline = await ask(of, Timeline())
    found = await ask(of, Notifications())
    return (
        [post.text for post in timeline.posts],
        (await ask(of, NewerThan(after=Cursor(0, 0)))).count,
        [each.post.text for each in found.notifications],
        (await ask(of, CountUnread())).count,
    )


def test_who_is_muted_is_not_seen_until_unmuted_and_stays_followed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        await me.say("a question")
        await ben.follow(me)
        await me.follow(ben)
        (asked,) = ben.index.author_posts(me.author_id, 1, None)
        await ben.running.feeds.writer.publish_post("an answer", asked.ref)
        await street.until(lambda: len(me.reads(ben.author_id)) == 1, within_s=60)
        # Unread are the answer, and that they follow.
        everything = (["an answer", "a question"], 2, ["an answer"], 2)
        assert await seen(me) == everything

        who = format_author(ben.author_id)
        view = await ask(me, Mute(who=who))
        assert (view.muted, view.followed) == (True, True)
        assert await seen(me) == (["a question"], 1, [], 0)
        assert [each.author_id for each in (await ask(me, WhoIsMuted())).authors] == [
            ben.author_id
        ]
        of_them = await ask(me, Timeline(author=ben.author_id))
        assert [post.text for post in of_them.posts] == ["an answer"]
        await me.stop()
        await me.start()
        assert await seen(me) == (["a question"], 1, [], 0)
        assert not (await ask(me, Unmute(who=who))).muted
        assert await seen(me) == everything
        assert (await ask(me, WhoIsMuted())).authors == ()

    in_neighbourhood(tmp_path, scenario)


def test_another_device_mutes_too_and_nobody_else_hears_of_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(is_first=True), await street.move_in()
        phone = await street.move_in(device_of=me, knows=[me])
        me.recognise_each_other(phone)
        await me.follow(ben)
        await ben.follow(me)
        sizes = [len(ben.disk.replicas)]
        await ask(me, Mute(who=format_author(ben.author_id)))

        def is_muted() -> bool:
            return ben.author_id in phone.running.ground.private.names("mute")

        await street.until(is_muted, within_s=200)
        assert (await ask(phone, AboutAuthor(author=ben.author_id))).muted
        await settle()
        assert ben.running.ground.private.rows() == []
        assert len(ben.disk.replicas) >= sizes[0]

    in_neighbourhood(tmp_path, scenario)


def test_nobody_mutes_themselves(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        with pytest.raises(UserError, match="That is yourself"):
            await ask(me, Mute(who=format_author(me.author_id)))
        assert (await ask(me, WhoIsMuted())).authors == ()

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A97")
def test_what_another_device_calls_muted_and_is_no_author_hides_no_list(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        keys = [b"", b"anna", bytes(128), ben.author_id]
        me.running.ground.private.merge(
            PrivateRow(scope="mute", key=key, value=b"1", time_ms=1, device=ben.feed_id)
            for key in keys
        )
        muted = (await ask(me, WhoIsMuted())).authors
        assert [each.author_id for each in muted] == [ben.author_id]
        await seen(me)

    in_neighbourhood(tmp_path, scenario)


def test_those_who_are_muted_and_blocked_are_looked_up_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, *others = [await street.move_in() for _ in range(4)]
        looks: list[int] = []
        index = me.running.ground.shells.index
        authors = index.authors
        for each in others:
            await ask(me, Mute(who=format_author(each.author_id)))
            await ask(me, Block(who=format_author(each.author_id)))

        def look(wanted: Collection[AuthorId]) -> dict[AuthorId, KnownAuthor]:
            looks.append(len(wanted))
            return authors(wanted)

        monkeypatch.setattr(index, "authors", look)
        assert len((await ask(me, WhoIsMuted())).authors) == 3
        assert len((await ask(me, WhoIsBlocked())).authors) == 3
        assert looks == [3, 3]

    in_neighbourhood(tmp_path, scenario)
