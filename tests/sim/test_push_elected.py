"""Posts reach who listens while supernodes are elected, and die: each post once."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.listening import Subscribe
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S
from swarmfeed.node.push.role import Push
from swarmfeed.node.supernode.settings import SupernodeSettings

pytestmark = pytest.mark.slow

AUTO = SupernodeSettings(supernode="auto")
NODES = 14


def is_whole(nodes: list[Neighbour]) -> bool:
    layers = [each.running.ground.layer for each in nodes if each.node]
    return any(each.serves for each in layers) and all(
        each.serves or len(each.parents) == PARENTS for each in layers
    )


def heard(node: Neighbour) -> list[str]:
    return [post.text for post in node.index.search("#all", 100, None)]


def test_every_post_arrives_everywhere_once_while_half_of_the_supernodes_die(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=AUTO)
        others = [await street.move_in(knows=[first], supernode=AUTO) for _ in range(NODES - 1)]
        nodes = [first, *others]
        for each in nodes:
            await each.running.ground.answering.answer(Subscribe(what="#all"))
        await street.until(lambda: is_whole(nodes), within_s=12 * ROUND_S)
        await street.pass_time(3)
        said = []
        for each in nodes:
            said.append(f"of {each.number} to #all")
            await each.say(said[-1])
        await street.until(
            lambda: all(sorted(heard(each)) == sorted(said) for each in nodes),
            within_s=10 * ROUND_S,
        )
        serving = [each for each in nodes if each.running.ground.layer.serves]
        for each in serving[::2]:
            await each.stop()
        living = [each for each in nodes if each.node]
        for each in living:  # some of them have no parent now
            said.append(f"again of {each.number} to #all")
            await each.say(said[-1])
        await street.until(lambda: is_whole(living), within_s=12 * ROUND_S)
        await street.until(
            lambda: all(sorted(heard(each)) == sorted(said) for each in living),
            within_s=10 * ROUND_S,
        )
        for each in living:
            assert len(each.running.parts(Push).guestbook) == len(said) - 2

    in_neighbourhood(tmp_path, scenario)
