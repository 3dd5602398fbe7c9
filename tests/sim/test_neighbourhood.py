"""Whole nodes among each other: what everybody ends up with."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.node.history.role import History


def all_have(newest: Neighbour, others: list[Neighbour]) -> Callable[[], bool]:
    """Whether all others hold every entry of somebody's newest head."""

    def reached() -> bool:
        feed_id = newest.feed_id
        wanted = newest.root(feed_id)
        return all(
            each.root(feed_id) == wanted and each.is_complete(feed_id) for each in others
        )

    return reached


@pytest.mark.slow
def test_who_only_passes_by_is_counted_by_nobody(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = [await street.move_in() for _ in range(2)]
        await anna.say("one", "two")
        passing = await street.move_in(on=False)
        passing.settings = replace(passing.settings, is_passing=True)
        await passing.start()
        await bert.follow(anna)
        await passing.follow(anna)
        await street.until(all_have(anna, [bert, passing]), within_s=60)
        await street.pass_time(1_000)
        assert set(anna.index.receipts(anna.feed_id)) == {bert.identity.node_id}
        notices = anna.running.parts(History).sight.board.notices(anna.feed_id)
        assert passing.identity.node_id not in {each.notice.node_id for each in notices}
        assert bert.identity.node_id in {each.notice.node_id for each in notices}

    in_neighbourhood(tmp_path, scenario)


def test_a_follower_reads_a_post_at_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        await bert.follow(anna)
        await anna.say("hello")
        assert bert.reads(anna.author_id) == ["hello"]
        await street.pass_time(1)
        assert set(anna.index.receipts(anna.feed_id)) == {bert.identity.node_id}

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_follower_that_comes_later_gets_the_whole_backlog(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        await anna.say_many(1000)
        await bert.follow(anna)
        await street.until(all_have(anna, [bert]), within_s=5)
        assert bert.reads(anna.author_id) == [f"post {n}" for n in reversed(range(1000))]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_newcomer_completes_from_holders_while_the_author_is_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert, carl = [await street.move_in() for _ in range(3)]
        await anna.say_many(700)
        await bert.follow(anna)
        await carl.follow(anna)
        await street.until(all_have(anna, [bert, carl]), within_s=5)
        await anna.stop()
        await bert.stop()
        dora = await street.move_in(knows=[carl])
        await dora.follow(anna)
        await street.until(all_have(anna, [dora]), within_s=5)
        assert len(dora.reads(anna.author_id)) == 700

    in_neighbourhood(tmp_path, scenario)


def test_a_stranger_finds_holders_in_the_dht(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna, bert, stranger = [await street.move_in() for _ in range(3)]
        await anna.say("hello")
        await bert.follow(anna)
        await street.pass_time(10)
        await anna.stop()
        await stranger.running.feeds.carer.follow(anna.author_id)
        await street.until(all_have(anna, [stranger]), within_s=30)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A13")
@pytest.mark.parametrize("seed", range(6))
def test_everybody_ends_with_the_same_roots_whatever_happened_between(
    tmp_path: Path, seed: int
) -> None:
    dice = Random(seed)

    async def scenario(street: Neighbourhood) -> None:
        people = [await street.move_in() for _ in range(6)]
        for one in people:
            await one.follow(*(other for other in people if other is not one))
        for step in range(25):
            await turmoil(street, dice, f"step {step}")
        await make_peace(street)
        await street.until(lambda: all(all_have(one, people)() for one in people), within_s=700)
        for one in people:
            assert len({tuple(each.reads(one.author_id)) for each in people}) == 1
            assert one.running.ground.sessions._shut_out == {}

    in_neighbourhood(tmp_path, scenario)


async def turmoil(street: Neighbourhood, dice: Random, what: str) -> None:
    """Let one thing happen that may happen."""
    one, other = dice.sample(street.neighbours, 2)
    match dice.choice(["say", "say", "many", "split", "heal", "switch", "wait"]):
        case "say" if one.node:
            await one.say(f"{what} from {one.number}")
        case "many" if one.node:
            await one.say_many(dice.randint(1, 400), f"{what} from {one.number}")
        case "split":
            street.split(one, other)
        case "heal":
            street.heal(one, other)
        case "switch":
            await (one.stop() if one.node else one.start())
        case _:
            await street.pass_time(dice.randint(1, 8))


async def make_peace(street: Neighbourhood) -> None:
    """Everybody is on, and everybody reaches everybody."""
    for one in street.neighbours:
        for other in street.neighbours:
            street.heal(one, other)
        if one.node is None:
            await one.start()


@pytest.mark.slow
@pytest.mark.attack("A14")
def test_nobody_is_shut_out_for_a_proof_that_was_overtaken_by_newer_heads(
    tmp_path: Path,
) -> None:
    """Several holders offer heads of a feed that grows fast, each from the size it knew."""

    async def scenario(street: Neighbourhood) -> None:
        anna, *others = [await street.move_in() for _ in range(5)]
        for one in others:
            await one.follow(anna, *(other for other in others if other is not one))
        for batch in range(4):
            posts = [(batch * 1000 + n, f"{batch}/{n}") for n in range(300)]
            await anna.running.feeds.importer.import_posts([OldPost(*each) for each in posts])
        await street.until(all_have(anna, others), within_s=60)
        for one in [anna, *others]:
            assert one.running.ground.sessions._shut_out == {}

    in_neighbourhood(tmp_path, scenario)
