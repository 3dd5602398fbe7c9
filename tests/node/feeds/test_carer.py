"""Following: one, many at once, and what of it is there after a restart."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.limits import FOLLOWED_AT_ONCE_MAX
from swarmfeed.core.asks.people import FollowAll, FollowedNow, WhoIsFollowed
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import HeadGrew, listens
from swarmfeed.node.ground.interests import FOLLOWED

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

STRANGERS = tuple(AuthorId(number.to_bytes(32, "big")) for number in range(1, 601))


async def follow_all(to: Talk, *who: str) -> FollowedNow:
    return await to.node.ground.answering.answer(FollowAll(who=who))


def heads_of(to: Talk) -> int:
    """Entries of the own feed, as its newest head says."""
    replica = to.node.ground.shelf.replica(to.node.ground.identity.feed_id)
    assert replica is not None
    return replica.size


def test_many_are_followed_under_one_head_and_are_listed_when_it_is_told(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        before, heads = heads_of(to), list[HeadGrew]()
        to.node.ground.events.connect((listens(HeadGrew, heads.append),))
        done = await follow_all(to, *map(format_author, STRANGERS))
        assert (done.authors, done.already, done.passed) == (STRANGERS, 0, ())
        assert heads_of(to) == before + len(STRANGERS)
        assert len(heads) == 1
        listed = await to.node.ground.answering.answer(WhoIsFollowed(limit=1))
        assert listed.count == len(STRANGERS)
        assert set(to.node.ground.interests.with_interest(FOLLOWED)) == set(STRANGERS)

    talk(tmp_path, script)


def test_who_is_followed_is_not_followed_again_and_who_cannot_be_is_named(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna, me = Scribe(1).author_id, to.node.ground.identity.author_id
        await to.node.feeds.carer.follow(anna)
        before = heads_of(to)
        link = f"swarmfeed:{format_author(STRANGERS[0])}?at=127.0.0.9:4000"
        given = (format_author(anna), link, link, "no link", format_author(me))
        done = await follow_all(to, *given)
        assert (done.authors, done.already) == (STRANGERS[:1], 1)
        assert heads_of(to) == before + 1
        (no_link, own) = done.passed
        assert (no_link.who, "yourself" in own.reason) == ("no link", True)
        again = await follow_all(to, *given)
        assert (again.authors, again.already, heads_of(to)) == ((), 2, before + 1)

    talk(tmp_path, script)


def test_more_than_one_ask_may_name_are_refused_before_anybody_is_followed(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        before = heads_of(to)
        with pytest.raises(UserError, match="4,097 people at once; at most 4,096 go"):
            await follow_all(to, *["x"] * (FOLLOWED_AT_ONCE_MAX + 1))
        assert heads_of(to) == before

    talk(tmp_path, script)


def test_those_of_many_whom_a_peer_has_come_and_all_are_followed_after_a_restart(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna, berta = [await street.move_in() for _ in range(3)]
        await anna.say("one")
        await berta.say("two")
        given = [
            f"swarmfeed:{format_author(each.author_id)}?at={each.endpoint}"
            for each in (anna, berta)
        ]
        await follow_all(Talk(street, me), *given, *map(format_author, STRANGERS))
        await street.pass_time(3)
        assert (me.reads(anna.author_id), me.reads(berta.author_id)) == (["one"], ["two"])
        await me.stop()
        await me.start()
        followed = set(me.running.ground.interests.with_interest(FOLLOWED))
        assert followed == {anna.author_id, berta.author_id, *STRANGERS}

    in_neighbourhood(tmp_path, scenario)
