"""Holding for friends of friends: who counts, and how many at most."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.types import FeedId
from swarmfeed.node.ground.interests import FOLLOWED, FRIEND_OF_FRIEND, OWN

from tests.node.rig import Scribe


@pytest.mark.attack("A19")
def test_a_friend_who_follows_everybody_does_not_make_us_ask_for_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.friends.FRIENDS_OF_FRIENDS_MAX", 3)

    async def scenario(street: Neighbourhood) -> None:
        me, anna, bert = [await street.move_in() for _ in range(3)]
        crowd = [Scribe(number).author_id for number in range(10)]
        for author_id in crowd:
            await anna.running.feeds.writer.set_follow(author_id, on=True)
        await bert.running.feeds.writer.set_follow(crowd[-1], on=True)
        await me.follow(anna, bert)
        await street.pass_time(61)
        held = me.running.ground.interests.with_interest(FRIEND_OF_FRIEND)
        assert len(held) == 3
        assert crowd[-1] in held, "whom two friends follow goes first"

    in_neighbourhood(tmp_path, scenario)


def test_whom_we_follow_ourselves_is_no_friend_of_a_friend(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna, bert = [await street.move_in() for _ in range(3)]
        await anna.follow(bert, me)
        await me.follow(anna, bert)
        await street.pass_time(61)
        interests = me.running.ground.interests
        assert interests.of(bert.author_id) is FOLLOWED
        assert interests.of(me.author_id) is OWN
        assert interests.with_interest(FRIEND_OF_FRIEND) == []

    in_neighbourhood(tmp_path, scenario)


def test_where_nothing_of_theirs_is_here_nothing_is_counted_on_the_disk(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = [await street.move_in() for _ in range(2)]
        await anna.say("hello")
        await me.follow(anna)
        counted: list[FeedId] = []
        logs = me.running.ground.shells.logs
        logs.disk_bytes = lambda feed_id: counted.append(feed_id) or 0  # type: ignore[method-assign, func-returns-value]  # notes, and is asked for a sum
        await me.running.feeds.friends.hold()
        assert counted == []

    in_neighbourhood(tmp_path, scenario)


async def friend_of_a_friend(
    street: Neighbourhood, posts: int, **settings: int
) -> tuple[Neighbour, Neighbour]:
    """Me, and Bert, whom Anna follows, whom I follow."""
    bert, anna = [await street.move_in() for _ in range(2)]
    await bert.say_many(posts, "chestnut")
    await anna.follow(bert)
    me = await street.move_in(**settings)
    await me.follow(anna)
    await street.until(lambda: me.is_complete(bert.feed_id), within_s=200)
    await street.pass_time(2)
    return me, bert


def test_what_is_held_for_friends_is_read_found_and_named_but_not_on_the_timeline(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert = await friend_of_a_friend(street, 300)
        interests = me.running.ground.interests
        assert interests.of(bert.author_id) is FRIEND_OF_FRIEND
        assert len(me.reads(bert.author_id)) == 300
        found = me.index.search("chestnut", 1000, None)
        assert len(found) == 300 and {each.author_name for each in found} == {"neighbour 1"}
        post = me.index.post(bert.feed_id, 7)
        assert post is not None and post.text == "chestnut 5"
        known = me.index.author(bert.author_id)
        assert known is not None and (known.name, known.post_count) == ("neighbour 1", 300)
        assert bert.author_id not in {v.author_id for v in me.index.home(1000, None)}
        reporter = me.running.feeds.reporter
        assert reporter.limit(bert.author_id, "Bert") == "", "nothing of it is hidden"
        await me.stop()
        await me.start()
        assert me.running.ground.interests.of(bert.author_id) is FRIEND_OF_FRIEND, (
            "nobody asked for it since"
        )

    in_neighbourhood(tmp_path, scenario)


def test_a_feed_that_is_let_go_cannot_be_found_any_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert = await friend_of_a_friend(street, 20)
        assert len(me.reads(bert.author_id)) == 20
        me.running.feeds.carer.let_go(bert.feed_id)
        await street.pass_time(1)
        assert me.reads(bert.author_id) == [] == me.index.search("chestnut", 10, None)
        assert me.index.author(bert.author_id) is None

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_chunk_that_is_dropped_takes_its_posts_with_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, bert = await friend_of_a_friend(street, 600)
        friends = me.running.feeds.friends
        friends._choices._now = replace(friends._choices.now, disk_budget_bytes=0)
        await friends.hold()
        await street.pass_time(1)
        replica = me.running.ground.shelf.replica(bert.feed_id)
        assert replica is not None and 0 < len(replica.tail) < 600
        assert len(me.reads(bert.author_id)) == len(replica.tail)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A20")
def test_of_a_bomb_that_a_friend_follows_a_multiple_of_its_size_is_shown(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        bert, anna = [await street.move_in() for _ in range(2)]
        for number in range(3):
            posts = [OldPost(1_600_000_000_000 + number, "x" * 8_000)] * 256
            await bert.running.feeds.importer.import_posts(posts)
        await anna.follow(bert)
        me = await street.move_in()
        await me.follow(anna)
        await street.until(lambda: me.is_complete(bert.feed_id), within_s=200)
        await street.pass_time(2)
        assert 0 < len(me.reads(bert.author_id)) <= 256, "the newest frame, and no more"
        sentence = me.running.feeds.reporter.limit(bert.author_id, "Bert")
        assert "770" in sentence, "and that it is not all is said"
        await me.running.feeds.showing.open(bert.author_id)
        await street.pass_time(3)
        assert len(me.reads(bert.author_id)) == 768, "a person opened the page"

    in_neighbourhood(tmp_path, scenario)
