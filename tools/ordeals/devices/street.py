"""Two devices write at once on a street in one process, while links come and go."""

import random
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Final

from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from structlog.testing import capture_logs
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import AuthorId

from ordeals.ordeal import Ordeal, Outcome, Plan

EACH: Final = 500
"""Posts of each device in the whole proof."""

CUTS_EVERY: Final = 7
"""Posts of both after which some links are cut, and others healed."""

WITHIN_S: Final = 600


def all_of(node: Neighbour, author_id: AuthorId) -> list[str]:
    """Every post of an author as a node shows them, newest first, page after page."""
    found: list[str] = []
    before = None
    while page := node.index.author_posts(author_id, PAGE_POSTS_MAX, before):
        found += [post.text for post in page]
        before = page[-1].cursor
    return found


def cut_some(street: Neighbourhood, luck: random.Random, nodes: list[Neighbour]) -> None:
    """Cut some links, and let others be made again."""
    for one, other in combinations(nodes, 2):
        if luck.random() < 0.3:
            street.heal(one, other)
        elif luck.random() < 0.5:
            street.split(one, other)


def play_street(folder: Path, luck: random.Random, each: int) -> None:
    """Play it once, with so many posts of each; AssertionError where not all show the same."""

    async def scenario(street: Neighbourhood) -> None:
        phone = await street.move_in()
        desk = await street.move_in(device_of=phone, knows=[phone])
        readers = [await street.move_in(knows=[phone, desk]) for _ in range(2)]
        for reader in readers:
            await reader.follow(phone)
        nodes = [phone, desk, *readers]
        await _write_at_once(street, luck, nodes, each)
        author = phone.author_id
        await street.until(
            lambda: all(len(all_of(node, author)) == 2 * each for node in nodes),
            within_s=WITHIN_S,
        )
        newcomer = await street.move_in(knows=[readers[0]])
        await newcomer.follow(phone)
        await street.until(lambda: len(all_of(newcomer, author)) == 2 * each, within_s=WITHIN_S)
        shown = {tuple(all_of(node, author)) for node in (*nodes, newcomer)}
        assert len(shown) == 1, "not all show the same"
        said = {f"{node.number}: {number}" for node in (phone, desk) for number in range(each)}
        assert set(shown.pop()) == said

    in_neighbourhood(folder, scenario)


async def _write_at_once(
    street: Neighbourhood, luck: random.Random, nodes: list[Neighbour], each: int
) -> None:
    """The first two of the nodes write; in the end all links are whole."""
    for number in range(each):
        for device in luck.sample(nodes[:2], 2):
            street.clock.advance(luck.randrange(1, 900))
            await device.say(f"{device.number}: {number}")
        if number % CUTS_EVERY == 0:
            cut_some(street, luck, nodes)
            await street.pass_time(3)
    for one, other in combinations(nodes, 2):
        street.heal(one, other)


def play(plan: Plan) -> Outcome:
    """One case is one street."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-devices-") as folder:
        for case in range(plan.cases):
            try:
                with capture_logs():  # nobody reads what its nodes say
                    play_street(Path(folder) / str(case), plan.luck(case), EACH)
            except AssertionError as error:
                outcome.gave_way.append(f"case {case}: {error}")
            outcome.cases += 1
    outcome.figures["posts of each street"] = str(2 * EACH)
    return outcome


STREETS: Final = Ordeal(
    name="devices-streets",
    about="two devices write at once on a street, whatever happens to its links",
    cases=6,
    sample=0,
    play=play,
)
