"""Keys that have to change: whatever is cut off meanwhile, nobody is half out of a circle."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from street.fakes.private import FakePrivateFile
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.circles import ListCircles
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.circles.letters import REOPEN, WELCOME
from swarmfeed.core.circles.limits import REOPEN_AFTER_MS, WELCOME_AGAIN_MS
from swarmfeed.core.feed.certificate import sign_join, sign_leave
from swarmfeed.core.state.rows import Name, PrivateRow
from swarmfeed.core.talk.words import Certificates
from swarmfeed.errors import PassingError

from tests.node.circles.street import (
    PostOffice,
    ask,
    let_in,
    make,
    parts,
    post,
    remove,
    timeline,
    with_circles,
    work,
)


class PowerCut(Exception):
    """What was not written by then never is."""


class DyingFile(FakePrivateFile):
    """Ends with a write that a test chooses."""

    def __init__(self) -> None:
        super().__init__()
        self.left: int | None = None
        """Writes that are still done."""

    def write(self, rows: Iterable[PrivateRow], gone: Iterable[Name] = ()) -> None:
        if self.left is not None:
            if not self.left:
                raise PowerCut
            self.left -= 1
        super().write(rows, gone)


async def two(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Anna, and Ben who is in her circle."""
    anna, ben = [await street.move_in(is_first=True) for _ in range(2)]
    await ben.follow(anna)
    await anna.follow(ben)
    await street.pass_time(5)
    await make(anna)
    await let_in(anna, ben)
    await post(anna, "one", to="Friends")
    return anna, ben


async def again(of: Neighbour, office: PostOffice) -> None:
    """Switch it off and on."""
    office.grounds = [each for each in office.grounds if each is not of.running.ground]
    await of.stop()
    await of.start()


async def members(of: Neighbour) -> list[object]:
    (circle,) = (await ask(of, ListCircles())).own
    return [each.author_id for each in circle.people]


@pytest.mark.attack("A193")
@pytest.mark.parametrize("writes", [0, 1])
def test_who_is_removed_is_out_or_is_said_to_be_in_after_a_power_cut(
    tmp_path: Path, writes: int
) -> None:
    """Before anything is written, and between the log and the row that makes it count."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        await anna.stop()
        dying = DyingFile()
        dying.write(anna.private.read())
        anna.private = dying
        office.grounds = [each for each in office.grounds if each is ben.running.ground]
        await anna.start()
        dying.left = writes
        with pytest.raises(PowerCut):
            await remove(anna, ben)
        dying.left = None
        await again(anna, office)
        is_in = writes == 0
        assert await members(anna) == ([ben.author_id] if is_in else [])
        await post(anna, "two", to="Friends")
        await street.pass_time(5)
        assert await timeline(anna) == ["two", "one"]
        assert await timeline(ben) == (["two", "one"] if is_in else ["one"])

    with_circles(tmp_path, scenario)


@pytest.mark.attack("A193")
def test_who_is_removed_is_out_though_the_log_takes_no_epoch(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        free, anna.disk.free_bytes = anna.disk.free_bytes, 0
        with pytest.raises(PassingError):
            await remove(anna, ben)
        with pytest.raises(PassingError):
            await post(anna, "nothing", to="Friends")
        assert await members(anna) == []
        anna.disk.free_bytes = free
        await again(anna, office)
        await post(anna, "two", to="Friends")
        await street.pass_time(5)
        assert await timeline(anna) == ["two", "one"]
        assert await timeline(ben) == ["one"]

    with_circles(tmp_path, scenario)


async def lose_a_device(of: Neighbour) -> None:
    """A further device of theirs comes, and ends."""
    key = SigningKey(b"lost".ljust(32))
    signed = (
        sign_join(of.author, key, from_ms=1),
        sign_leave(of.author, FeedId(key.public), size=0, from_ms=2),
    )
    of.running.ground.shelf.accept_certificates(Certificates(of.author_id, signed))
    await settle()


def letters(office: PostOffice, kind: str, of: Neighbour) -> int:
    return sum(each == (of.author_id, kind) for each in ((a, k) for a, _, k in office.sent))


def test_trees_that_a_lost_device_knew_are_replaced(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        (old,) = parts(anna).book.all()
        await lose_a_device(anna)
        (new,) = parts(anna).book.all()
        assert [tree.tree_id for tree in new.trees if tree.row.retired] == [
            tree.tree_id for tree in old.trees
        ]
        assert not {*old.node_keys()} & {*new.node_keys()}
        assert new.next_epoch() == old.next_epoch() + 1
        assert await members(anna) == [ben.author_id]
        assert letters(office, WELCOME, anna) == 2
        await work(anna)
        assert letters(office, WELCOME, anna) == 2
        await post(anna, "two", to="Friends")
        await street.pass_time(5)
        assert await timeline(ben) == ["two", "one"]

    with_circles(tmp_path, scenario)


def test_who_can_open_no_epoch_any_more_asks_by_themselves(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        office.losing = True
        await lose_a_device(anna)
        office.losing = False
        await post(anna, "two", to="Friends")
        await street.pass_time(5)
        await work(ben)
        assert (letters(office, REOPEN, ben), await timeline(ben)) == (0, ["one"])
        street.clock.advance(REOPEN_AFTER_MS)
        await work(ben)
        await settle()
        assert (letters(office, REOPEN, ben), await timeline(ben)) == (1, ["two", "one"])
        street.clock.advance(WELCOME_AGAIN_MS)
        await work(ben)
        assert letters(office, REOPEN, ben) == 1

    with_circles(tmp_path, scenario)


def test_who_was_removed_asks_once_for_an_epoch_and_nobody_sees_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben = await two(street)
        await remove(anna, ben)
        await street.pass_time(5)
        for _ in range(3):
            await work(ben)
            street.clock.advance(WELCOME_AGAIN_MS)
        assert letters(office, REOPEN, ben) == 1
        assert not (await ask(anna, ListCircles())).waiting
        assert letters(office, WELCOME, anna) == 1

    with_circles(tmp_path, scenario)
