"""Who answered me, who mentioned me, and what of it I have read: whole nodes, literal times."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.muting import Mute, Unmute
from swarmfeed.core.asks.notifications import (
    CountUnread,
    MarkRead,
    NotificationList,
    Notifications,
)
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import Link, format_author, format_link
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.interests import FRIEND_OF_FRIEND
from swarmfeed.ports import KnownNotification, KnownRegard

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def told(of: Neighbour, **how: object) -> list[tuple[str, bool, bool, bool]]:
    found = await ask(of, Notifications(**how))  # type: ignore[arg-type]  # checked by the ask
    return [
        (each.post.text, each.is_answer, each.is_mention, each.unread)
        for each in found.notifications
    ]


async def unread(of: Neighbour) -> int:
    return (await ask(of, CountUnread())).count


async def answer(by: Neighbour, to: Neighbour, text: str) -> None:
    """Answer somebody's newest post, which is held here."""
    (post,) = by.index.author_posts(to.author_id, 1, None)
    await by.running.feeds.writer.publish_post(text, post.ref)
    await settle()


async def three(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Me, who follows Carl, who follows Bert, who follows me: I never asked for Bert."""
    me, carl, bert = [await street.move_in() for _ in range(3)]
    await me.say("who has the key?")
    await me.follow(carl)
    await carl.follow(bert)
    await bert.follow(me)
    await street.until(lambda: me.is_complete(bert.feed_id), within_s=200)
    assert me.running.ground.interests.of(bert.author_id) is FRIEND_OF_FRIEND
    await ask(me, MarkRead())  # that Bert follows me
    return me, carl, bert


def test_who_is_not_followed_is_heard_when_a_friend_of_theirs_is(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, carl, bert = await three(street)
        assert await told(me) == [] and await unread(me) == 0
        await answer(bert, me, "I have it")
        await bert.say(f"ask {format_link(Link(me.author_id, 'me'))} for the key")
        await carl.say("nothing of interest")
        await street.until(lambda: len(me.reads(bert.author_id)) == 2, within_s=10)
        assert await told(me) == [
            (f"ask {format_link(Link(me.author_id, 'me'))} for the key", False, True, True),
            ("I have it", True, False, True),
        ]
        assert await unread(me) == 2
        assert [
            each.text for each in me.index.home(10, None) if each.author_id == bert.author_id
        ] == []

    in_neighbourhood(tmp_path, scenario)


def test_what_was_read_stays_read_after_a_restart_and_a_new_index(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        await answer(bert, me, "first")
        await street.until(lambda: len(me.reads(bert.author_id)) == 1, within_s=10)
        assert (await ask(me, MarkRead())).count == 0
        await answer(bert, me, "second")
        await street.until(lambda: len(me.reads(bert.author_id)) == 2, within_s=10)
        expected = [("second", True, False, True), ("first", True, False, False)]
        assert await told(me) == expected
        assert await told(me, unread=True) == expected[:1]
        await me.stop()
        await me.start()
        assert await told(me) == expected
        await me.running.feeds.showing.reindex()
        assert await told(me) == expected and await unread(me) == 1

    in_neighbourhood(tmp_path, scenario)


def test_an_answer_that_comes_late_stands_at_its_own_time_and_is_unread(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, carl, bert = await three(street)
        await street.until(lambda: carl.is_complete(me.feed_id), within_s=200)
        street.split(me, bert)
        street.split(carl, bert)
        await answer(bert, me, "said early, came late")
        await street.pass_time(60)
        await answer(carl, me, "said late, came early")
        await street.until(lambda: len(me.reads(carl.author_id)) == 1, within_s=10)
        assert (await ask(me, MarkRead())).count == 0
        street.heal(me, bert)
        street.heal(carl, bert)
        await street.until(lambda: len(me.reads(bert.author_id)) == 1, within_s=200)
        assert await told(me) == [
            ("said late, came early", True, False, False),
            ("said early, came late", True, False, True),
        ]

    in_neighbourhood(tmp_path, scenario)


def test_edits_and_withdrawals_are_heard(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        await answer(bert, me, "an answer")
        await bert.say(f"with {format_author(me.author_id)}")
        index = bert.index.author_posts(bert.author_id, 1, None)[0].ref.index
        await bert.running.feeds.writer.publish(EditBody(index, "with nobody"))
        await bert.running.feeds.writer.publish(WithdrawBody(index - 1))
        await street.until(lambda: me.reads(bert.author_id) == ["with nobody"], within_s=10)
        assert await told(me) == []

    in_neighbourhood(tmp_path, scenario)


def test_only_what_was_seen_is_marked(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        for text in ("one", "two"):
            await answer(bert, me, text)
            await street.pass_time(1)
        await street.until(lambda: len(me.reads(bert.author_id)) == 2, within_s=10)
        two, one = (
            ref_text(each.post.ref) for each in (await ask(me, Notifications())).notifications
        )
        # The later one: that the other is older says nothing about who saw it.
        assert (await ask(me, MarkRead(refs=two))).count == 1
        assert [each[::3] for each in await told(me)] == [("two", False), ("one", True)]
        nowhere = one.rpartition("/")[0] + "/9"
        assert (await ask(me, MarkRead(refs=nowhere))).count == 1
        for false in ("two", f"{one},", ",".join([one] * 1_001)):
            with pytest.raises(UserError, match="FEED/INDEX"):
                await ask(me, MarkRead(refs=false))
        assert (await ask(me, MarkRead(refs=f"{two}, {one}"))).count == 0

    in_neighbourhood(tmp_path, scenario)


def test_a_disk_that_takes_nothing_leaves_all_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        await answer(bert, me, "one")
        await street.until(lambda: len(me.reads(bert.author_id)) == 1, within_s=10)

        def full(*_: object) -> None:
            raise PassingError("the disk is full", "full")

        with monkeypatch.context() as patch:
            patch.setattr(me.private, "write", full)
            with pytest.raises(PassingError):
                await ask(me, MarkRead())
        assert await unread(me) == 1
        assert (await ask(me, MarkRead())).count == 0

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A73")
def test_only_the_newest_count_and_what_is_kept_of_them_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.notifying.NOTIFICATIONS_COUNTED", 3)

    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        for number in range(8):
            await answer(bert, me, f"answer {number}")
            await street.pass_time(1)
        await street.until(lambda: len(me.reads(bert.author_id)) == 8, within_s=10)
        assert await unread(me) == 3
        assert [each[3] for each in await told(me)] == [True] * 3 + [False] * 5
        assert (await ask(me, MarkRead())).count == 0
        assert len(me.private.read()) == 6
        for number in range(8):
            await answer(bert, me, f"more {number}")
            await street.pass_time(1)
        await street.until(lambda: len(me.reads(bert.author_id)) == 16, within_s=10)
        assert await unread(me) == 3
        await ask(me, MarkRead())
        assert len(me.private.read()) == 6

    in_neighbourhood(tmp_path, scenario)


def test_notices_are_looked_up_once_until_something_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        await answer(bert, me, "one")
        await street.until(lambda: len(me.reads(bert.author_id)) == 1, within_s=10)
        index, looks = me.running.ground.shells.index, list[int]()
        known, regards = index.known_notifications, index.regards

        def look(limit: int, *more: object) -> list[KnownNotification]:
            looks.append(limit)
            return known(limit, *more)  # type: ignore[arg-type]

        def look_again(limit: int, *more: object, **named: object) -> list[KnownRegard]:
            looks.append(limit)
            return regards(limit, *more, **named)  # type: ignore[arg-type]

        index.save_own_author(me.author_id)
        monkeypatch.setattr(index, "known_notifications", look)
        monkeypatch.setattr(index, "regards", look_again)
        assert [await unread(me) for _ in range(3)] == [1, 1, 1]
        assert looks == [1_000, 1_000], "of posts, and of what people did"
        await answer(bert, me, "two")
        await street.until(lambda: len(me.reads(bert.author_id)) == 2, within_s=10)
        assert await unread(me) == 2
        await ask(me, Mute(who=format_author(bert.author_id)))
        assert await unread(me) == 0
        await ask(me, Unmute(who=format_author(bert.author_id)))
        (newest, _) = (await ask(me, Notifications())).notifications
        await ask(me, MarkRead(refs=ref_text(newest.post.ref)))
        assert await unread(me) == 1
        await settle()
        looks.clear()
        assert [await unread(me) for _ in range(3)] == [1, 1, 1] and looks == []
        await bert.running.feeds.writer.publish(WithdrawBody(newest.post.ref.index - 1))
        await street.until(lambda: len(me.reads(bert.author_id)) == 1, within_s=10)
        assert await unread(me) == 0

    in_neighbourhood(tmp_path, scenario)


def test_pages_go_on_where_the_last_one_ended(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        for number in range(5):
            await answer(bert, me, f"{number}")
            await street.pass_time(1)
        await street.until(lambda: len(me.reads(bert.author_id)) == 5, within_s=10)
        for only in (False, True):
            pages: list[str] = []
            page: NotificationList = await ask(me, Notifications(limit=2, unread=only))
            while True:
                pages += [each.post.text for each in page.notifications]
                if page.next is None:
                    break
                page = await ask(me, Notifications(limit=2, before=page.next, unread=only))
            assert pages == ["4", "3", "2", "1", "0"]

    in_neighbourhood(tmp_path, scenario)


def test_quotes_are_told_and_asked_for_by_type(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, _, bert = await three(street)
        (mine,) = bert.index.author_posts(me.author_id, 1, None)
        await bert.running.feeds.writer.publish(PostBody("this one", quote=mine.ref))
        await answer(bert, me, "I have it")
        await street.until(lambda: len(me.reads(bert.author_id)) == 2, within_s=10)
        for only in (False, True):
            found = await ask(me, Notifications(type="quotes", unread=only))
            assert [(each.post.text, each.is_quote) for each in found.notifications] == [
                ("this one", True)
            ]
            assert found.unread_count == 2
            assert [each[0] for each in await told(me, type="replies", unread=only)] == [
                "I have it"
            ]
            assert await told(me, type="mentions", unread=only) == []
        with pytest.raises(UserError, match="replies, mentions, quotes"):
            await ask(me, Notifications(type="smiles"))

    in_neighbourhood(tmp_path, scenario)
