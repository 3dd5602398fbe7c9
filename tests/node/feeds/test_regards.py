"""Who likes and boosts my posts and follows me, and what of it I have read: whole nodes."""

import asyncio
from collections.abc import Collection
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.muting import Mute
from swarmfeed.core.asks.notifications import (
    BOOSTS,
    DONE,
    FOLLOWS,
    LIKES,
    REPLIES,
    MarkRead,
    Notifications,
)
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.reactions import Boost, Like, Unlike
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import FeedId

from tests.node.feeds.test_notifying import answer, ask, unread


async def friends(street: Neighbourhood) -> tuple[Neighbour, Neighbour, str]:
    """Me and Bert, who follow each other, and my post."""
    me, bert = [await street.move_in() for _ in range(2)]
    await me.say("who has the key?")
    await bert.follow(me)
    await me.follow(bert)
    await street.until(lambda: bert.is_complete(me.feed_id), within_s=200)
    await street.until(lambda: len(me.index.followers_of(me.author_id)) == 1, within_s=200)
    (post,) = bert.index.author_posts(me.author_id, 1, None)
    return me, bert, ref_text(post.ref)


async def told(of: Neighbour, **how: object) -> list[tuple[str, int, bool]]:
    found = await ask(of, Notifications(**how))  # type: ignore[arg-type]  # checked by the ask
    return [(each.type, each.count, each.unread) for each in found.regards]


async def until_told(street: Neighbourhood, of: Neighbour, count: int) -> None:
    await street.until(lambda: len(of.index.regards(10, None)) == count, within_s=100)


def test_a_follower_a_like_and_a_boost_are_told_and_counted(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, ref = await friends(street)
        assert await told(me) == [(FOLLOWS, 1, True)]
        await ask(bert, Like(ref=ref))
        await ask(bert, Boost(ref=ref))
        await until_told(street, me, 3)
        assert {kind for kind, _, _ in await told(me)} == {LIKES, BOOSTS, FOLLOWS}
        assert await unread(me) == 3 and await unread(bert) == 1
        assert await told(me, type=LIKES) == [(LIKES, 1, True)]
        assert await told(me, type=REPLIES) == []
        found = await ask(me, Notifications(type=LIKES))
        assert found.regards[0].post is not None
        assert found.regards[0].post.text == "who has the key?"

    in_neighbourhood(tmp_path, scenario)


def test_what_was_read_is_unread_again_when_somebody_does_it_later(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, ref = await friends(street)
        await ask(bert, Like(ref=ref))
        await until_told(street, me, 2)
        (liked,) = (await ask(me, Notifications(type=LIKES))).regards
        assert (await ask(me, MarkRead(refs=liked.name))).count == 1, "the follower is left"
        assert await told(me, unread=True) == [(FOLLOWS, 1, True)]
        await street.pass_time(60)
        await ask(bert, Unlike(ref=ref))
        await until_told(street, me, 1)
        await ask(bert, Like(ref=ref))
        await until_told(street, me, 2)
        assert await told(me, type=LIKES) == [(LIKES, 1, True)]
        assert (await ask(me, MarkRead(refs=liked.name))).count == 2, "it was read up to then"
        assert (await ask(me, MarkRead())).count == 0
        await me.stop()
        await me.start()
        assert await unread(me) == 0

    in_neighbourhood(tmp_path, scenario)


def test_written_and_done_stand_on_pages_together(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, ref = await friends(street)
        await street.pass_time(5)
        await answer(bert, me, "I have it")
        await street.pass_time(5)
        await ask(bert, Like(ref=ref))
        await until_told(street, me, 2)
        await settle()
        first = await ask(me, Notifications(limit=2))
        assert [each.type for each in first.regards] == [LIKES]
        assert [each.post.text for each in first.notifications] == ["I have it"]
        rest = await ask(me, Notifications(limit=2, before=first.next))
        assert [each.type for each in rest.regards] == [FOLLOWS] and rest.next is None
        unread_first = await ask(me, Notifications(limit=2, unread=True))
        assert unread_first.regards == first.regards

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A253")
def test_pages_hear_of_a_like_and_of_the_muted_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, ref = await friends(street)
        heard: list[tuple[str, int]] = []

        async def listen() -> None:
            async for change in me.running.ground.changes.listen():
                heard.append((change.name, int(change.fields.get("unread", 0))))

        listening = asyncio.create_task(listen())
        await settle()
        await ask(bert, Like(ref=ref))
        await until_told(street, me, 2)
        await street.pass_time(1)
        listening.cancel()
        assert ("notifications", 2) in heard
        await ask(me, Mute(who=format_author(bert.author_id)))
        assert await told(me) == [] and await unread(me) == 0

    in_neighbourhood(tmp_path, scenario)


def test_of_what_is_unread_no_other_types_are_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, ref = await friends(street)
        await ask(bert, Like(ref=ref))
        await until_told(street, me, 2)
        index, looks = me.running.ground.shells.index, list[object]()
        regards = index.regards

        def look(*asked: object, types: Collection[str] = DONE, **how: object) -> object:
            looks.append(set(types))
            return regards(*asked, types=types, **how)  # type: ignore[arg-type]

        await unread(me)
        monkeypatch.setattr(index, "regards", look)
        assert await told(me, unread=True, type=FOLLOWS) == [(FOLLOWS, 1, True)]
        both = [(FOLLOWS, 1, True), (LIKES, 1, True)]
        assert sorted(await told(me, unread=True)) == both
        assert looks == [{FOLLOWS}, {LIKES, FOLLOWS}]

    in_neighbourhood(tmp_path, scenario)


def test_of_a_page_of_all_kinds_only_the_posts_that_it_shows_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert, ref = await friends(street)
        await answer(bert, me, "I have it")
        await street.pass_time(1)
        await ask(bert, Like(ref=ref))
        await until_told(street, me, 2)
        index, looks = me.running.ground.shells.index, list[set[tuple[FeedId, int]]]()
        posts_at = index.posts_at

        def look(places: Collection[tuple[FeedId, int]]) -> list[PostView]:
            looks.append({*places})
            return posts_at(places)

        monkeypatch.setattr(index, "posts_at", look)
        first = await ask(me, Notifications(limit=1))
        assert ([each.type for each in first.regards], first.notifications) == ([LIKES], ())
        assert len(set().union(*looks)) == 1, "the own post"
        second = await ask(me, Notifications(limit=1, before=first.next))
        assert [each.post.text for each in second.notifications] == ["I have it"]
        assert second.regards == ()
        assert len(set().union(*looks)) == 2

    in_neighbourhood(tmp_path, scenario)
