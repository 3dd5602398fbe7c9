"""Protected answers and mentions are notices for who can read them, and finds among others."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.circles import DeclineReader
from swarmfeed.core.asks.muting import Mute, MuteThread, UnmuteThread
from swarmfeed.core.asks.notifications import (
    Approach,
    CountUnread,
    MarkRead,
    NotificationList,
    Notifications,
)
from swarmfeed.core.asks.posts import SearchPosts, ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.circles.opened import OpenedPosts
from swarmfeed.core.feed.kinds import PostBody

from tests.node.circles.street import (
    PostOffice,
    ask,
    ask_to_read,
    let_in,
    make,
    post,
    remove,
    with_circles,
    work,
)
from tests.node.circles.test_circles_street import three


async def told(
    of: Neighbour, *, unread: bool = False, kind: str = ""
) -> list[tuple[str, bool, bool]]:
    found = await ask(of, Notifications(unread=unread, type=kind))
    return [(each.post.text, each.is_answer, each.is_mention) for each in found.notifications]


def test_a_protected_answer_is_a_notice_for_who_can_read_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await ben.follow(cleo)
        await cleo.follow(ben)
        await make(anna)
        for each in (ben, cleo):
            await let_in(anna, each)
        first = await post(anna, "who comes?", to="Friends")
        await ask(anna, MarkRead())  # who follows her
        await street.pass_time(5)
        await post(ben, "I do", reply_to=ref_text(first.ref))
        named = f"and {format_author(anna.author_id)}?"
        await post(cleo, named, reply_to=ref_text(first.ref))
        await street.pass_time(5)
        both = [(named, True, True), ("I do", True, False)]
        assert sorted(await told(anna)) == sorted(both)
        for only in (False, True):
            assert sorted(await told(anna, kind="replies", unread=only)) == sorted(both)
            assert await told(anna, kind="mentions", unread=only) == [(named, True, True)]
            assert await told(anna, kind="quotes", unread=only) == []
        assert (await ask(anna, CountUnread())).count == 2
        assert anna.index.known_notifications(9, None) == []
        assert await told(ben) == [], "it answers Anna"
        answer = next(
            each.post
            for each in (await ask(anna, Notifications())).notifications
            if each.post.text == "I do"
        )
        await ask(anna, MarkRead(refs=ref_text(answer.ref)))
        assert await told(anna, unread=True) == [(named, True, True)]
        assert (await ask(anna, CountUnread())).count == 1

    with_circles(tmp_path, scenario)


def test_who_is_only_named_by_a_protected_post_hears_of_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna)
        await let_in(anna, ben)
        await anna.running.feeds.writer.publish(
            PostBody("we two", mentions=(ben.author_id, cleo.author_id)), "Friends"
        )
        await street.pass_time(5)
        assert await told(ben) == [("we two", False, True)]
        assert await told(cleo) == [], "it cannot read that"

        def concerning(posts: OpenedPosts) -> int:
            return len(posts.concerning(anna.author_id, [anna.feed_id]))

        assert anna.running.ground.audience.opened(concerning) == 0, "it is her own"

    with_circles(tmp_path, scenario)


@pytest.mark.attack("A320")
def test_who_asks_and_who_lets_in_are_notices(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna)
        for each in (anna, ben):
            await ask(each, MarkRead())  # who follows whom
        await ask_to_read(ben, anna)
        (asks,) = await approaches(anna)
        assert (asks.type, asks.author_id, asks.unread) == ("asks", ben.author_id, True)
        assert (await ask(anna, CountUnread())).count == 1
        await ask(anna, MarkRead(refs=asks.mark))
        assert await approaches(anna, unread=True) == ()
        assert len(await approaches(anna, kind="asks")) == 1
        assert await approaches(anna, kind="requests") == ()
        # Who asks once more, after a no, is a new one.
        await ask(anna, DeclineReader(who=format_author(ben.author_id)))
        assert await approaches(anna) == ()
        await street.pass_time(1)
        await ask_to_read(ben, anna)
        (again,) = await approaches(anna, unread=True)
        assert again.time_ms > asks.time_ms
        await let_in(anna, ben)
        assert await approaches(anna) == (), "it is answered"
        (told,) = await approaches(ben, unread=True)
        assert (told.type, told.author_id, told.words) == (
            "admissions", anna.author_id, "Friends"
        )  # fmt: skip
        await ask(ben, MarkRead())
        assert (await ask(ben, CountUnread())).count == 0
        # More keys of the same circle are no news, also after a new start.
        await let_in(anna, cleo)
        await remove(anna, cleo)
        await work(anna)
        await ben.stop()
        await ben.start()
        assert [each.unread for each in await approaches(ben)] == [False]
        await ask(ben, Mute(who=format_author(anna.author_id)))
        assert await approaches(ben) == ()

    with_circles(tmp_path, scenario)


async def approaches(
    of: Neighbour, *, unread: bool = False, kind: str = ""
) -> tuple[Approach, ...]:
    found: NotificationList = await ask(of, Notifications(unread=unread, type=kind))
    return found.approaches


def test_the_best_are_first_whoever_can_read_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        await post(anna, "tea and a long walk by the sea in the rain", to="Friends")
        await post(anna, "tea tea tea")
        await post(anna, "tea for two, please", to="Friends")
        await street.pass_time(5)
        found = (await ask(ben, SearchPosts(words="tea order:best"))).posts
        assert [each.text for each in found] == [
            "tea tea tea",
            "tea for two, please",
            "tea and a long walk by the sea in the rain",
        ]

    with_circles(tmp_path, scenario)


def test_of_a_muted_thread_protected_answers_are_not_told(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        first = await post(anna, "who comes?", to="Friends")
        await ask(anna, MarkRead())  # who follows her
        await street.pass_time(5)
        reply = await post(ben, "I do", reply_to=ref_text(first.ref))
        await street.pass_time(5)
        assert await told(anna) == [("I do", True, False)]
        (muted,) = (await ask(anna, MuteThread(ref=ref_text(reply.ref)))).threads
        assert muted.ref == first.ref
        assert await told(anna) == [] and (await ask(anna, CountUnread())).count == 0
        await ask(anna, UnmuteThread(ref=ref_text(first.ref)))
        assert await told(anna) == [("I do", True, False)]

    with_circles(tmp_path, scenario)
