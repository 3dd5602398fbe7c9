"""Posts of strangers reach who listens for them, over supernodes, verified, and once."""

import asyncio
from pathlib import Path

import pytest
from street.fakes.index import FakeIndex
from swarmfeed.core.asks.listening import Listening, Subscribe
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.push.limits import PACES
from swarmfeed.node.ground.private import MUTE, ON

from tests.node.push.street import (
    Neighbourhood,
    adopt,
    heard,
    in_street,
    kept,
    leaf,
    leave,
    notices,
    subscribe,
    supernodes,
)

pytestmark = pytest.mark.slow


def test_a_strangers_tagged_post_reaches_who_listens_over_two_supernodes(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first), await leaf(street, second)
        await subscribe(street, anna, "#Rust")
        await ben.say("about #rust and more", "about something else")
        await street.pass_time(1)
        found = await anna.running.ground.answering.answer(Listening())
        assert [post.text for post in found.posts] == ["about #rust and more"]
        assert found.posts[0].author_id == ben.author_id
        assert found.posts[0].author_name == f"neighbour {ben.number}"
        assert len(kept(anna)) == 1
        assert len(kept(first)) == len(kept(second)) == 0

    in_street(tmp_path, script)


def test_a_strangers_reply_and_mention_become_notifications(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first, second), await leaf(street, second, first)
        await anna.say("who is there?")
        (post,) = anna.index.author_posts(anna.author_id, 1, None)
        writer = ben.running.feeds.writer
        await writer.publish_post("me", post.ref)
        await street.pass_time(2)
        (notice,) = notices(anna)
        assert (notice.post.text, notice.is_answer) == ("me", True)
        assert notice.post.author_id == ben.author_id
        (reply,) = anna.index.replies(post.ref, 10)
        assert ref_text(reply.ref) == ref_text(notice.post.ref)

    in_street(tmp_path, script)


def test_a_parent_that_crashes_loses_no_post_and_none_comes_twice(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second, third = await supernodes(street, 3)
        anna = await leaf(street, first, second)
        ben = await leaf(street, third, second)
        await subscribe(street, anna, "news")
        street.split(anna, first)  # nothing of what it says arrives any more
        await ben.say("news 1")
        await street.pass_time(3)
        assert heard(anna, "news") == ["news 1"]
        await leave(street, anna, first)
        await ben.say("news 2")
        await street.pass_time(1)
        assert heard(anna, "news") == ["news 2", "news 1"]
        assert len(kept(anna)) == 2

    in_street(tmp_path, script)


def test_a_post_of_a_time_without_parents_goes_out_when_one_comes(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first), await leaf(street)
        await subscribe(street, anna, "lonely")
        await ben.say("lonely words")
        await street.pass_time(5)
        assert heard(anna, "lonely") == []
        await adopt(street, ben, second)
        await street.pass_time(1)
        assert heard(anna, "lonely") == ["lonely words"]

    in_street(tmp_path, script)


def test_parents_know_at_once_what_is_listened_to(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first, second), await leaf(street, second, first)
        answering = anna.running.ground.answering
        told = await answering.answer(Subscribe(what="lighthouse"))
        assert told.parents == 2
        await asyncio.sleep(0.05)
        await ben.say("the lighthouse is open")
        await street.pass_time(5)
        assert heard(anna, "lighthouse") == ["the lighthouse is open"]

    in_street(tmp_path, script)


def test_who_comes_later_is_told_of_what_was_said_lately(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street), await leaf(street, second)
        await subscribe(street, anna, "lately")
        await ben.say("said lately", "other things")
        await street.pass_time(5)
        await adopt(street, anna, first)
        await street.pass_time(3)
        assert heard(anna, "lately") == ["said lately"]
        assert heard(anna, "other") == []

    in_street(tmp_path, script)


def test_a_followed_authors_post_comes_by_the_parent_where_no_holder_is_linked(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first), await leaf(street, second)
        await ben.say("before")
        await anna.follow(ben)
        await street.pass_time(3)
        assert anna.reads(ben.author_id) == ["before"]
        street.split(anna, ben)
        await ben.say("by the other way")
        await street.pass_time(2)
        assert anna.reads(ben.author_id) == ["by the other way", "before"]
        assert anna.root(ben.feed_id) == ben.root(ben.feed_id)
        assert len(kept(anna)) == 0

    in_street(tmp_path, script)


def test_what_a_stranger_edits_or_takes_back_follows_the_post(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first, second), await leaf(street, second, first)
        await subscribe(street, anna, "#rust")
        await ben.say("#rust one", "#rust two")
        await street.pass_time(1)
        two, one = anna.index.search("#rust", 10, None)
        answer = ben.running.ground.answering.answer
        await answer(Edit(ref=ref_text(one.ref), text="another text"))
        await answer(Withdraw(ref=ref_text(two.ref)))
        await street.pass_time(2)
        assert anna.reads(ben.author_id) == ["another text"]

    in_street(tmp_path, script)


@pytest.mark.attack("A124")
def test_a_stranger_shows_so_much_and_no_more_and_who_is_muted_nothing(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna = await leaf(street, first)
        ben, cyd = await leaf(street, second), await leaf(street, second)
        await subscribe(street, anna, "buy")
        anna.running.ground.private.set(MUTE, {cyd.author_id: ON})
        await ben.say(*(f"buy {n}" for n in range(2 * PACES[3][0])))
        await cyd.say("buy of me")
        await street.pass_time(2)
        assert len(heard(anna, "buy")) == PACES[3][0]
        assert heard(anna, "me") == []

    in_street(tmp_path, script)


def test_guests_outlive_a_restart_and_an_index_made_anew_and_are_no_stray_feeds(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first), await leaf(street, second)
        await subscribe(street, anna, "keep")
        await ben.say("keep this")
        await street.pass_time(61)  # what was seen is written once a minute
        feeds = anna.running.feeds
        report = await feeds.caretaker.verify()
        assert (report.damaged, report.missing) == ((), ())
        assert heard(anna, "keep") == ["keep this"]
        await feeds.showing.reindex()
        assert heard(anna, "keep") == ["keep this"]
        await anna.stop()
        anna.index = FakeIndex()
        await anna.start()
        assert heard(anna, "keep") == ["keep this"]
        await anna.follow(ben)
        await street.pass_time(3)
        assert anna.reads(ben.author_id) == ["keep this"]
        assert len(kept(anna)) == 0

    in_street(tmp_path, script)
