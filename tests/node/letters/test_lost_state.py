"""A device that lost its sessions, and one that is new: letters find their way again."""

from functools import partial
from pathlib import Path

import pytest
from street.fakes.ledger import FakeLedger
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.letters.content import AGAIN, decode_content
from swarmfeed.core.letters.words import KEPT, NOT_MINE
from swarmfeed.node.letters.book import Edits

from tests.node.letters.scene import friends, has, parts, states, texts, until, write


async def lose_sessions(who: Neighbour) -> None:
    """Keep keys and letters, and lose what letters are opened with."""
    book = parts(who).book
    async with book.lock:
        gone = Edits(devices=dict.fromkeys(book.devices), seen=dict.fromkeys(book.seen))
        await book.save(gone, 0)


def agains(who: Neighbour) -> int:
    return sum(
        decode_content(each.content).kind == AGAIN for each in parts(who).book.sent.values()
    )


@pytest.mark.attack("A203")
def test_a_device_without_its_sessions_asks_once_and_gets_all(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await write(anna, ben, "one")
        await until(street, lambda: _all_arrived(anna, ben, 1))
        await write(ben, anna, "two")
        await until(street, lambda: _all_arrived(ben, anna, 2))
        await lose_sessions(ben)
        await write(anna, ben, "three")
        await write(anna, ben, "four")
        await until(street, lambda: _all_arrived(anna, ben, 4), within_s=120)
        assert await texts(ben, anna) == ["one", "two", "three", "four"]
        assert agains(ben) == 0, "it was taken, and nobody confirms it"

    in_neighbourhood(tmp_path, scenario)


async def _all_arrived(who: Neighbour, other: Neighbour, count: int) -> bool:
    found = await states(who, other)
    return len(found) == count and all(each in ("", "arrived") for each in found)


@pytest.mark.attack("A203")
def test_garbage_for_a_device_brings_about_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await write(anna, ben, "one")
        await until(street, lambda: _all_arrived(anna, ben, 1))
        seen, known = dict(parts(ben).book.seen), dict(parts(ben).book.devices)
        for parcel in (b"", b"x", bytes(500), b"x" * 65_536):
            assert await parts(ben).reading.take(parcel) == NOT_MINE
        assert (parts(ben).book.seen, parts(ben).book.devices) == (seen, known)
        assert not parts(ben).book.sent

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A203")
def test_a_parcel_that_comes_twice_is_read_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        reading, came = parts(ben).reading, list[bytes]()
        take = reading.take

        async def note(parcel: bytes) -> int:
            came.append(parcel)
            return await take(parcel)

        reading.take = note  # type: ignore[method-assign]
        await write(anna, ben, "one")
        await until(street, lambda: _all_arrived(anna, ben, 1))
        assert [await take(each) for each in came] == [KEPT] * len(came)
        await street.pass_time(5)
        assert await texts(ben, anna) == ["one"]

    in_neighbourhood(tmp_path, scenario)


def test_a_home_that_lost_its_letters_is_written_to_with_new_keys(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await write(anna, ben, "one")
        await until(street, lambda: _all_arrived(anna, ben, 1))
        await ben.stop()
        ben.letters = FakeLedger()
        await ben.start()
        await parts(ben).keyring.publish()
        ben.running.feeds.finder.hint([anna.endpoint])
        await street.pass_time(20)
        await write(anna, ben, "two")
        await until(street, lambda: _all_arrived(anna, ben, 2), within_s=120)
        assert await texts(ben, anna) == ["two"]

    in_neighbourhood(tmp_path, scenario)


def test_own_devices_have_what_was_written_on_the_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        phone = await street.move_in(device_of=anna, knows=[anna, ben])
        anna.recognise_each_other(phone)
        await parts(phone).keyring.publish()
        await street.pass_time(30)
        await write(anna, ben, "from the laptop")
        await until(street, lambda: has(phone, ben, ["from the laptop"]), within_s=120)
        await write(ben, anna, "to both")
        some = ["from the laptop", "to both"]
        for device in (anna, phone):
            await until(street, partial(has, device, ben, some), within_s=120)
        await write(phone, ben, "from the phone")
        everything = ["from the laptop", "to both", "from the phone"]
        for who, other in ((ben, anna), (anna, ben), (phone, ben)):
            await until(street, partial(has, who, other, everything), within_s=120)

    in_neighbourhood(tmp_path, scenario)
