"""What any board of heads does: the fake one, and the real one in a DHT of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from street.fakes.dhtnode import FakeDhtNode, small_dht
from street.fakes.headboard import FakeDht, FakeHeadBoard
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.net.krpc import (
    GATE_SALT,
    SEALED_SALT,
    signed_buffer,
)
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import RetryError
from swarmfeed.ports import HeadBoard

from tests.shell.torrents.test_headboard import FEED, KEY, board_at, sign

# --- contract ------------------------------------------------------------------------


@asynccontextmanager
async def fake_boards(count: int) -> AsyncIterator[list[HeadBoard]]:
    dht = FakeDht(node_count=count)
    boards: list[HeadBoard] = [FakeHeadBoard(dht), FakeHeadBoard(dht)]
    for board in boards:
        await board.start()
    yield boards


@asynccontextmanager
async def krpc_boards(count: int) -> AsyncIterator[list[HeadBoard]]:
    async with (
        small_dht([FakeDhtNode(number) for number in range(count)]) as start,
        board_at(start) as one,
        board_at(start) as two,
    ):
        yield [one, two]


MakeBoards = Callable[[int], AbstractAsyncContextManager[list[HeadBoard]]]


@pytest.fixture(params=[fake_boards, krpc_boards], ids=["fake", "krpc"])
def make_boards(request: pytest.FixtureRequest) -> MakeBoards:
    made: MakeBoards = request.param
    return made


def test_what_one_node_put_another_gets(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, reader):
            signature = sign(b"head 7", 7)
            assert await author.put(FEED, b"head 7", 7, signature) == 8
            assert await reader.get(FEED) == (b"head 7", 7, signature)

    asyncio.run(scenario())


def test_items_under_another_salt_are_other_items(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, reader):
            signature = KEY.sign(signed_buffer(b"deposit", 512, SEALED_SALT))
            assert await author.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 8
            assert await author.put(FEED, b"deposit", 512, signature, SEALED_SALT) == 8
            assert await reader.get(FEED, SEALED_SALT) == (b"deposit", 512, signature)
            assert await reader.get(FEED) == (b"head 7", 7, sign(b"head 7", 7))
            # What is signed for one salt is nothing under the other.
            assert await author.put(FEED, b"deposit", 513, signature) == 0
            assert await reader.get(FEED, GATE_SALT) is None

    asyncio.run(scenario())


def test_nothing_is_found_of_a_feed_that_nobody_put(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (_, reader):
            assert await reader.get(FEED) is None

    asyncio.run(scenario())


def test_a_larger_head_takes_the_place_and_a_smaller_one_is_refused(
    make_boards: MakeBoards,
) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, holder):
            assert await author.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 8
            assert await author.put(FEED, b"head 9", 9, sign(b"head 9", 9)) == 8
            assert await holder.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 0
            assert await holder.get(FEED) == (b"head 9", 9, sign(b"head 9", 9))

    asyncio.run(scenario())


def test_a_holder_puts_again_what_it_got(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, holder):
            await author.put(FEED, b"head 7", 7, sign(b"head 7", 7))
            found = await holder.get(FEED)
            assert found is not None
            assert await holder.put(FEED, *found) == 8

    asyncio.run(scenario())


@pytest.mark.attack("A33")
def test_an_item_signed_by_another_key_is_not_stored(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (thief, reader):
            forged = sign(b"head 7", 7, SigningKey(bytes(32)))
            assert await thief.put(FEED, b"head 7", 7, forged) == 0
            assert await thief.put(FEED, b"head 7", 8, sign(b"head 7", 7)) == 0
            assert await reader.get(FEED) is None

    asyncio.run(scenario())


def test_an_item_fits_996_bytes_and_no_more(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, reader):
            fits, too_long = b"x" * KRPC_VALUE_BYTES_MAX, b"x" * (KRPC_VALUE_BYTES_MAX + 1)
            assert await author.put(FEED, too_long, 7, sign(too_long, 7)) == 0
            assert await author.put(FEED, fits, 7, sign(fits, 7)) == 8
            assert await reader.get(FEED) == (fits, 7, sign(fits, 7))

    asyncio.run(scenario())


def test_a_dht_in_which_nobody_is_takes_and_gives_nothing(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(0) as (author, _):
            assert await author.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 0
            assert await author.get(FEED) is None

    asyncio.run(scenario())


def test_a_stopped_board_says_not_now(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(3) as (author, _):
            await author.stop()
            await author.stop()
            with pytest.raises(RetryError):
                await author.get(FEED)
            with pytest.raises(RetryError):
                await author.put(FEED, b"head 7", 7, sign(b"head 7", 7))

    asyncio.run(scenario())
