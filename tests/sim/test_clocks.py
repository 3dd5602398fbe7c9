"""Nodes whose clocks are a year fast or slow, and are then set right."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from street.fakes.index import FakeIndex
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import AuthorId

pytestmark = pytest.mark.attack("A25")

YEAR_MS = 365 * 24 * 3600 * 1000


def home(who: Neighbour) -> list[str]:
    return [view.text for view in who.index.home(50, None)]


def ahead(who: Neighbour) -> list[str]:
    return [view.text for view in who.index.home(50, None) if view.is_ahead]


def name_of(author_id: AuthorId, who: Neighbour) -> str:
    known = who.index.author(author_id)
    return known.name if known else ""


def everything(who: Neighbour) -> list[object]:
    people = [each.author_id for each in who.street.neighbours]
    names = [name_of(author_id, who) for author_id in people]
    return [
        names,
        who.index.follows_of(people[0]),
        who.index.home(50, None),
        who.index.search("post", 50, None),
        *(who.index.author_posts(author_id, 50, None) for author_id in people),
    ]


async def changes_no_order(who: Neighbour) -> None:
    """Make the index anew, by order, and because it is lost: nothing stands elsewhere."""
    before = everything(who)
    await who.running.feeds.showing.reindex()
    assert everything(who) == before
    await who.stop()
    who.index = FakeIndex()
    await who.start()
    await who.running.ground.indexer.drain()
    assert everything(who) == before


@pytest.mark.parametrize("restarts", [True, False])
def test_what_was_written_under_a_fast_clock_gives_way(tmp_path: Path, restarts: bool) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        me.clock.ahead_ms = YEAR_MS
        await me.follow(anna)
        await me.running.feeds.writer.publish_profile("From the future")
        await me.say("post from the future")
        await anna.say("post of anna")
        await street.pass_time(2)
        assert home(me) == ["post from the future", "post of anna"]
        me.clock.ahead_ms = 0
        if restarts:
            await me.stop()
            await me.start()
        else:
            await street.pass_time(61)
        await street.pass_time(1)
        await me.say("post of now")
        assert home(me) == ["post of now", "post from the future", "post of anna"]
        assert ahead(me) == ["post from the future"]
        await me.running.feeds.writer.publish_profile("Now")
        assert name_of(me.author_id, me) == "Now"
        await me.running.feeds.carer.unfollow(anna.author_id)
        assert me.index.follows_of(me.author_id) == []
        await me.follow(anna)
        await changes_no_order(me)
        assert name_of(me.author_id, me) == "Now"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_friend_s_post_from_the_future_stands_where_it_came(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await me.follow(anna)
        anna.clock.ahead_ms = YEAR_MS
        await anna.running.feeds.writer.publish_profile("From the future")
        await anna.say("post from the future")
        await street.pass_time(2)
        anna.clock.ahead_ms = 0
        await anna.running.feeds.writer.publish_profile("Anna")
        await anna.say("post of now")
        await street.pass_time(1)
        await me.say("post of mine")
        await street.pass_time(3600)
        assert home(me) == ["post of mine", "post of now", "post from the future"]
        assert ahead(me) == ["post from the future"]
        assert name_of(anna.author_id, me) == "Anna"
        await changes_no_order(me)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("restarts", [True, False])
def test_a_slow_clock_holds_friends_back_only_until_it_is_right(
    tmp_path: Path, restarts: bool
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await me.stop()
        me.clock.ahead_ms = -YEAR_MS
        await me.start()
        await me.follow(anna)
        await me.running.feeds.writer.publish_profile("Late")
        await me.say("post of last year")
        await anna.say("post of today")
        await street.pass_time(2)
        assert ahead(me) == ["post of today"]
        me.clock.ahead_ms = 0
        if restarts:
            await me.stop()
            await me.start()
        await street.pass_time(61)
        await me.say("post of now")
        assert home(me) == ["post of now", "post of today", "post of last year"]
        assert ahead(me) == []
        await me.running.feeds.writer.publish_profile("Now")
        await me.running.feeds.carer.unfollow(anna.author_id)
        assert name_of(me.author_id, me) == "Now"
        assert me.index.follows_of(me.author_id) == []
        await me.follow(anna)
        await changes_no_order(me)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_slow_clock_is_not_believed_against_three_friends(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        friends = [await street.move_in() for _ in range(3)]
        await me.follow(*friends)
        for number, friend in enumerate(friends):
            await friend.say(f"post of friend {number}")
        await street.pass_time(61)
        await me.stop()
        me.clock.ahead_ms = -YEAR_MS
        await me.start()
        await friends[0].say("post of today")
        await street.pass_time(2)
        assert home(me)[0] == "post of today"
        assert ahead(me) == []
        await changes_no_order(me)
        assert ahead(me) == []

    in_neighbourhood(tmp_path, scenario)


def test_imported_posts_keep_their_old_places(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        await me.say("post of now")
        await me.say_many(3, "old post")
        await street.pass_time(61)
        assert home(me) == ["post of now", "old post 2", "old post 1", "old post 0"]
        assert ahead(me) == []
        await changes_no_order(me)

    in_neighbourhood(tmp_path, scenario)


HOUR_MS = 3600 * 1000
steps = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 2)),
    st.tuples(st.just("rename"), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.sampled_from([1, 61, 700])),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("unfollow"), st.just(1)),
    *(
        st.tuples(st.just(ahead_ms), st.integers(0, 2))
        for ahead_ms in (0, -YEAR_MS, YEAR_MS, 2 * HOUR_MS)
    ),
)


async def take(step: tuple[str | int, int], people: list[Neighbour]) -> None:
    what, number = step
    who = people[number % len(people)]
    if isinstance(what, int):
        who.clock.ahead_ms = what
    elif what == "say":
        await who.say(f"post of {number}")
    elif what == "rename":
        await who.running.feeds.writer.publish_profile(f"somebody at {who.clock.now_ms()}")
    elif what == "wait":
        await who.street.pass_time(number)
    elif what == "restart":
        await who.stop()
        await who.start()
    else:
        await people[0].running.feeds.carer.unfollow(who.author_id)


@pytest.mark.slow
@given(st.lists(steps, max_size=12))
@settings(deadline=None)
def test_whatever_clocks_did_a_new_index_comes_out_the_same(
    taken: list[tuple[str | int, int]],
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        people = [await street.move_in() for _ in range(3)]
        await people[0].follow(*people[1:])
        for each in people:
            await each.say("first post")
        await street.pass_time(2)
        for step in taken:
            await take(step, people)
        await street.pass_time(61)
        await changes_no_order(people[0])

    with TemporaryDirectory() as folder:
        in_neighbourhood(Path(folder), scenario)
