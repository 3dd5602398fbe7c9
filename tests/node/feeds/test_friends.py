"""Holding for friends of friends: who counts, and how many at most."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.node.ground.interests import Interest

from tests.node.rig import Writer


@pytest.mark.attack("A19")
def test_a_friend_who_follows_everybody_does_not_make_us_ask_for_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.friends.FRIENDS_OF_FRIENDS_MAX", 3)

    async def scenario(street: Neighbourhood) -> None:
        me, anna, bert = [await street.move_in() for _ in range(3)]
        crowd = [Writer(number).author_id for number in range(10)]
        for author_id in crowd:
            await anna.running.author.set_follow(author_id, on=True)
        await bert.running.author.set_follow(crowd[-1], on=True)
        await me.follow(anna, bert)
        await street.pass_time(61)
        held = me.running.interests.with_interest(Interest.FRIEND_OF_FRIEND)
        assert len(held) == 3
        assert crowd[-1] in held, "whom two friends follow goes first"

    in_neighbourhood(tmp_path, scenario)


def test_whom_we_follow_ourselves_is_no_friend_of_a_friend(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna, bert = [await street.move_in() for _ in range(3)]
        await anna.follow(bert, me)
        await me.follow(anna, bert)
        await street.pass_time(61)
        interests = me.running.interests
        assert interests.of(bert.author_id) is Interest.FOLLOWED
        assert interests.of(me.author_id) is Interest.OWN
        assert interests.with_interest(Interest.FRIEND_OF_FRIEND) == []

    in_neighbourhood(tmp_path, scenario)
