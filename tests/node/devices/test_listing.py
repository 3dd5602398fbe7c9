"""One's devices on the street: what is known of them, removing and naming them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.devices import (
    Devices,
    DeviceView,
    NameDevice,
    RemoveDevice,
    WhichDevices,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.feed.certificate import Leave
from swarmfeed.core.talk.words import Certificates
from swarmfeed.errors import UserError

Scene = Callable[[Neighbourhood, Neighbour, Neighbour], Awaitable[None]]


def play(folder: Path, scene: Scene) -> None:
    async def scenario(street: Neighbourhood) -> None:
        desk = await street.move_in()
        phone = await street.move_in(device_of=desk, knows=[desk])
        await ask(phone, NameDevice(device="phone"))
        await phone.say("one", "two")
        await street.pass_time(5)
        await scene(street, desk, phone)

    in_neighbourhood(folder, scenario)


async def ask(device: Neighbour, question: Ask[Devices]) -> Devices:
    return await device.running.ground.answering.answer(question)


async def seen_at(device: Neighbour, number: int) -> DeviceView:
    return (await ask(device, WhichDevices())).devices[number]


def test_a_list_says_what_is_known_of_each(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        first, second = (await ask(desk, WhichDevices())).devices
        assert (first.feed_id, first.this, first.name) == (desk.feed_id, True, "")
        assert (second.feed_id, second.this, second.name) == (phone.feed_id, False, "phone")
        assert (second.posts, second.removed) == (2, False)
        assert second.entries == phone.disk.replicas[phone.feed_id].size
        assert first.last_ms is None and second.last_ms is not None
        assert (first.adds_devices, second.adds_devices) == (True, None), "nobody can know"

    play(tmp_path, scene)


def test_a_removed_device_keeps_what_is_known_of_it_and_hears_of_it(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        await ask(desk, RemoveDevice(device="phone"))
        await street.pass_time(5)
        view = await seen_at(desk, 1)
        assert view.removed and view.posts == 2
        assert desk.reads(desk.author_id) == ["two", "one"]
        with pytest.raises(UserError, match="was removed from your devices"):
            await phone.say("three")
        assert "was removed" in (await ask(phone, WhichDevices())).sentence
        (leave,) = [
            each
            for each in phone.running.ground.shelf.opened(desk.author_id).values()
            if isinstance(each, Leave)
        ]
        assert (leave.feed_id, leave.size) == (phone.feed_id, view.entries)

    play(tmp_path, scene)


def test_a_later_word_keeps_less_and_never_more(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        whole = (await seen_at(desk, 1)).entries
        await ask(desk, RemoveDevice(device="phone", after=whole - 1))
        await street.pass_time(5)
        assert desk.reads(desk.author_id) == ["one"] == phone.reads(desk.author_id)
        for after in (None, whole - 1, whole):
            with pytest.raises(UserError, match="was removed before"):
                await ask(desk, RemoveDevice(device="phone", after=after))
        await ask(desk, RemoveDevice(device=format_address(phone.feed_id)[:8], after=0))
        await street.pass_time(5)
        assert desk.reads(desk.author_id) == []

    play(tmp_path, scene)


def test_what_names_no_device_or_two_removes_none(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        twin = await street.move_in(device_of=desk, knows=[desk])
        await ask(twin, NameDevice(device="phone"))
        await street.pass_time(5)
        for named, said in (
            ("phone", "several of your devices"),
            ("tablet", "no device called tablet"),
            ("", "no device called"),
            (format_address(phone.feed_id)[:3], "no device called"),
            (format_address(desk.feed_id), "remove it from another device"),
        ):
            with pytest.raises(UserError, match=said):
                await ask(desk, RemoveDevice(device=named))
        assert not any(each.removed for each in (await ask(desk, WhichDevices())).devices)

    play(tmp_path, scene)


def test_a_device_of_which_nothing_came_is_not_cut_at_nothing_by_chance(
    tmp_path: Path,
) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        lost = await street.move_in(device_of=desk, on=False)
        certificate = lost.disk.certificates[lost.feed_id][0]
        told = Certificates(desk.author_id, (certificate,))
        desk.running.ground.shelf.accept_certificates(told)
        address = format_address(lost.feed_id)
        with pytest.raises(UserError, match="nothing that without a name wrote has come"):
            await ask(desk, RemoveDevice(device=address))
        found = await ask(desk, RemoveDevice(device=address, after=0))
        assert [each.feed_id for each in found.devices if each.removed] == [lost.feed_id]

    play(tmp_path, scene)


def test_a_device_without_the_author_key_removes_none(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        await phone.stop()
        phone.adds_devices = False
        await phone.start()
        await street.pass_time(5)
        found = await ask(phone, WhichDevices())
        assert not found.adds_devices and "cannot add or remove" in found.sentence
        with pytest.raises(UserError, match="cannot add or remove devices"):
            await ask(phone, RemoveDevice(device=format_address(desk.feed_id)))

    play(tmp_path, scene)


def test_the_last_name_counts_and_a_blank_one_is_none(tmp_path: Path) -> None:
    async def scene(street: Neighbourhood, desk: Neighbour, phone: Neighbour) -> None:
        await ask(phone, NameDevice(device=" old phone "))
        await street.pass_time(5)
        assert (await seen_at(desk, 1)).name == "old phone"
        for name in ("", " ", "a\nb", "x" * 65):
            with pytest.raises(UserError, match="printable characters"):
                await ask(phone, NameDevice(device=name))

    play(tmp_path, scene)
