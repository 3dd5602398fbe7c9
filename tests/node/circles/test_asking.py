"""Asking to read: what becomes of a letter that asks, whatever happens meanwhile."""

from pathlib import Path

from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.circles import ListCircles
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.letters import WELCOME
from swarmfeed.core.circles.limits import WELCOME_AGAIN_MS

from tests.node.circles.street import (
    PostOffice,
    ask,
    ask_to_read,
    let_in,
    make,
    with_circles,
    work,
)


async def two(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Anna, and who follows her."""
    anna, ben = [await street.move_in(is_first=True) for _ in range(2)]
    await ben.follow(anna)
    await anna.follow(ben)
    await street.pass_time(5)
    return anna, ben


async def waiting(of: Neighbour) -> list[AuthorId]:
    return [each.author_id for each in (await ask(of, ListCircles())).waiting]


def welcomes(office: PostOffice) -> int:
    return sum(kind == WELCOME for _, _, kind in office.sent)


def test_who_makes_a_circle_can_be_asked_at_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, _ = await two(street)
        await make(anna)
        assert office.expecting == {anna.author_id}

    with_circles(tmp_path, scenario)


def test_a_request_is_on_disk_before_its_letter_is_confirmed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        await make(anna)
        await ask_to_read(ben, anna)
        rows = anna.private.read()  # as after a power cut, in the step that told the letter
        assert [row.key for row in rows if row.scope == "request"] == [b"i" + ben.author_id]
        await anna.stop()
        office.grounds.clear()
        await anna.start()
        assert await waiting(anna) == [ben.author_id]

    with_circles(tmp_path, scenario)


def test_who_is_in_and_asks_has_their_keys_again_though_they_could_not_be_sent_at_once(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        await make(anna)
        await let_in(anna, ben)
        assert welcomes(office) == 1
        office.unknown.add(ben.author_id)
        await ask_to_read(ben, anna)
        await settle()
        assert (welcomes(office), await waiting(anna)) == (1, [])
        office.unknown.clear()
        await work(anna)
        assert welcomes(office) == 2
        # Once an hour; who asks sooner has theirs then.
        await ask_to_read(ben, anna)
        await work(anna)
        assert welcomes(office) == 2
        street.clock.advance(WELCOME_AGAIN_MS)
        await work(anna)
        await work(anna)
        assert welcomes(office) == 3

    with_circles(tmp_path, scenario)
