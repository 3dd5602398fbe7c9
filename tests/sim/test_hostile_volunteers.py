"""Supernodes that take everybody and keep all back: followers have every post all the same."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S
from swarmfeed.core.supernode.words import WORDS
from swarmfeed.core.talk.message import Message
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LinkOpened, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.supernode.settings import SupernodeSettings

pytestmark = [pytest.mark.slow, pytest.mark.attack("A153")]

ON, AUTO = (SupernodeSettings(supernode=each) for each in ("on", "auto"))
HOSTILE = 6
ARRIVES_S = 60


def mute(event: LinkOpened) -> None:
    """Say nothing but what makes and keeps a supernode."""
    send = event.session.peer.send

    async def say(message: Message) -> None:
        if isinstance(message, WORDS):
            await send(message)

    event.session.peer.send = say  # type: ignore[method-assign]  # it keeps all back


def muting(_: Ground, __: Feeds) -> Role:
    return Role(name="muting", listens=(listens(LinkOpened, mute),))


KEEPS_BACK = Roster(roles=(*ROSTER.roles, muting))


def is_surrounded(leaf: Neighbour, hostile: list[Neighbour]) -> bool:
    parents = {each.node_id for each in leaf.running.ground.layer.parents}
    return len(parents) == PARENTS and parents <= {each.identity.node_id for each in hostile}


def test_a_post_reaches_its_followers_though_all_that_serve_keep_it_back(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        first = await street.move_in(supernode=ON, roster=KEEPS_BACK)
        hostile = [first]
        for _ in range(HOSTILE - 1):
            hostile.append(await street.move_in(supernode=ON, knows=[first], roster=KEEPS_BACK))
        anna, ben, carl = [await street.move_in(supernode=AUTO, knows=hostile) for _ in "abc"]
        people = [anna, ben, carl]
        await street.until(
            lambda: all(is_surrounded(each, hostile) for each in people),
            within_s=12 * ROUND_S,
        )
        await ben.follow(anna)
        await street.until(lambda: ben.is_complete(anna.feed_id), within_s=ARRIVES_S)
        await anna.say("one")
        await street.until(lambda: ben.reads(anna.author_id) == ["one"], within_s=ARRIVES_S)
        await street.pass_time(30 * ROUND_S)
        assert all(is_surrounded(each, hostile) for each in people), (
            "nobody starves, none rises"
        )
        await anna.say("two")
        await street.until(
            lambda: ben.reads(anna.author_id) == ["two", "one"], within_s=ARRIVES_S
        )
        await anna.stop()
        await carl.follow(anna)
        await street.until(
            lambda: carl.reads(anna.author_id) == ["two", "one"], within_s=ARRIVES_S
        )

    in_neighbourhood(tmp_path, scenario)
