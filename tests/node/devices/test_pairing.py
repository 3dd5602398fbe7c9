"""Pairing between a node and a machine that has no home yet, over links in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.devices import (
    ConfirmDevice,
    DeviceView,
    ProposeDevice,
    WhichDevices,
)
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.talk.device_link import DeviceLink, format_device_link, hash_recipient
from swarmfeed.core.talk.limits import DEVICE_LINK_S, PAIR_ANSWER_S
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.pairing import PairAsk, PairDone, PairEnd, PairWho
from swarmfeed.core.talk.pairing_sides import Joined, NewSide, Proposal
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.errors import UserError
from swarmfeed.node.devices.listing import DeviceList
from swarmfeed.node.devices.newcomer import Newcomer
from swarmfeed.ports import Peer
from swarmfeed.shell.boxes import HpkeBoxes

BOXES = HpkeBoxes()
RECIPIENT = bytes([5]) * 32
AT = Endpoint("127.0.9.1", 9000)


@dataclass
class Machine:
    """A machine that waits to become a device."""

    street: Neighbourhood
    feed_key: SigningKey = field(default_factory=lambda: SigningKey(bytes([40]) * 32))
    node_key: SigningKey = field(default_factory=lambda: SigningKey(bytes([41]) * 32))
    at: Endpoint = AT
    refuses: UserError | None = None
    """Why its disk takes no home."""
    shown: list[Proposal] = field(default_factory=list)
    made: list[Joined] = field(default_factory=list)

    async def wait(self) -> None:
        recipient = BOXES.public_of(RECIPIENT)
        node_id = NodeId(self.node_key.public)
        side = NewSide(self.feed_key, recipient, node_id, "laptop", Hash(bytes([42]) * 32))
        self.newcomer = Newcomer(side, self._unseal, self.shown.append, self._make)
        self.links = self.street.pairing.link(node_id, vocabulary=PAIRING)
        await self.links.listen(self.at, lambda: Hello(node_id=node_id), self.newcomer.on_peer)
        self.outcome = asyncio.create_task(self.newcomer.outcome(DEVICE_LINK_S))

    @property
    def link(self) -> str:
        return format_device_link(
            DeviceLink(
                feed_id=FeedId(self.feed_key.public),
                key_hash=hash_recipient(BOXES.public_of(RECIPIENT)),
                until_s=self.street.clock.now_ms() // 1000 + DEVICE_LINK_S,
                at=(self.at,),
            )
        )

    async def gone(self) -> str:
        """Stop waiting; returns why nothing came of it, or nothing."""
        await self.links.stop()
        self.outcome.cancel()
        try:
            await self.outcome
        except UserError as error:
            return str(error)
        except asyncio.CancelledError:
            return "nobody came"
        return ""

    def _unseal(self, box: bytes, info: bytes) -> bytes:
        return BOXES.open(RECIPIENT, box, info)

    async def _make(self, joined: Joined) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.made.append(joined)


Scene = Callable[[Neighbour, Machine], Awaitable[None]]


def play(folder: Path, scene: Scene) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        machine = Machine(street)
        await machine.wait()
        await scene(anna, machine)

    in_neighbourhood(folder, scenario)


async def devices(anna: Neighbour) -> tuple[DeviceView, ...]:
    found = await anna.running.ground.answering.answer(WhichDevices())
    return found.devices


async def propose(anna: Neighbour, link: str) -> str:
    found = await anna.running.ground.answering.answer(ProposeDevice(link=link))
    await settle()  # until it was heard
    return found.code


async def confirm(anna: Neighbour, code: str, *, same: bool = True) -> None:
    try:
        await anna.running.ground.answering.answer(ConfirmDevice(code=code, same=same))
    finally:
        await settle()


def test_both_show_one_code_and_a_device_is_made(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        code = await propose(anna, machine.link)
        assert [each.code for each in machine.shown] == [code]
        assert machine.shown[0].called == "neighbour 1"
        assert machine.made == [] and len(await devices(anna)) == 1, "nobody said yes"
        await confirm(anna, code)
        (joined,) = machine.made
        first, second = await devices(anna)
        assert (first.this, first.adds_devices) == (True, True)
        assert (second.name, second.adds_devices, second.removed) == ("laptop", False, False)
        assert second.feed_id == machine.feed_key.public
        assert set(joined.certificates) == set(
            anna.running.ground.shelf.certificates(anna.author_id)
        )
        assert joined.at == (anna.endpoint,)
        assert await machine.gone() == ""

    play(tmp_path, scene)


def test_which_devices_were_made_here_is_known_after_a_restart(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        await confirm(anna, await propose(anna, machine.link))
        await anna.stop()
        await anna.start()
        _, second = await devices(anna)
        assert (second.name, second.adds_devices) == ("laptop", False)
        await machine.gone()

    play(tmp_path, scene)


def test_who_says_that_the_codes_differ_ends_it_on_both_sides(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        code = await propose(anna, machine.link)
        with pytest.raises(UserError, match="nothing was added"):
            await confirm(anna, code, same=False)
        with pytest.raises(UserError, match="no machine waits for that code"):
            await confirm(anna, code)
        assert "nothing was added" in await machine.gone()
        assert len(await devices(anna)) == 1

    play(tmp_path, scene)


def test_a_new_attempt_ends_the_one_before(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        other = Machine(
            machine.street, SigningKey(bytes([50]) * 32), SigningKey(bytes([51]) * 32)
        )
        other.at = Endpoint("127.0.9.2", 9000)
        await other.wait()
        first = await propose(anna, machine.link)
        second = await propose(anna, other.link)
        with pytest.raises(UserError, match="no machine waits for that code"):
            await confirm(anna, first)
        await confirm(anna, second)
        assert (len(machine.made), len(other.made)) == (0, 1)
        assert "nothing was added" in await machine.gone()
        await other.gone()

    play(tmp_path, scene)


def test_a_person_who_leaves_the_node_ends_what_was_begun(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        await propose(anna, machine.link)
        await anna.stop()
        assert "nothing was added" in await machine.gone()
        await anna.start()

    play(tmp_path, scene)


def test_what_nobody_compares_ends_with_the_time_of_the_link(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        code = await propose(anna, machine.link)
        await machine.street.pass_time(DEVICE_LINK_S + 1)
        assert "Nobody came in time" in await machine.gone()
        assert anna.running.parts(DeviceList).pairer.proposal is None
        with pytest.raises(UserError, match="no machine waits for that code"):
            await confirm(anna, code)

    play(tmp_path, scene)


@pytest.mark.attack("A58")
def test_a_link_that_was_used_is_refused_in_words(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        eve = await machine.street.move_in()
        code = await propose(anna, machine.link)
        with pytest.raises(UserError, match="This link was used before"):
            await propose(eve, machine.link)
        await confirm(anna, code)
        with pytest.raises(UserError, match="is a device of yours already"):
            await propose(anna, machine.link)
        await machine.gone()
        with pytest.raises(UserError, match=r"Nobody answers at 127\.0\.9\.1:9000"):
            await propose(eve, machine.link)

    play(tmp_path, scene)


@pytest.mark.attack("A58")
def test_a_link_of_another_machine_is_refused_in_words(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        changed = DeviceLink(
            feed_id=FeedId(machine.feed_key.public),
            key_hash=Hash(bytes(32)),
            until_s=machine.street.clock.now_ms() // 1000,
            at=(AT,),
        )
        with pytest.raises(UserError, match="does not wait for this link"):
            await propose(anna, format_device_link(changed))
        # Nothing was used up.
        await confirm(anna, await propose(anna, machine.link))
        await machine.gone()

    play(tmp_path, scene)


def test_an_old_link_is_told_by_its_time(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        link = machine.link
        machine.street.clock.advance(2_000 * (DEVICE_LINK_S + 1))
        with pytest.raises(UserError, match="The time of this link is over"):
            await propose(anna, link)
        await machine.gone()

    play(tmp_path, scene)


def test_a_device_without_the_author_key_adds_none(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        phone = await machine.street.move_in(device_of=anna, on=False)
        phone.adds_devices = False
        await phone.start()
        with pytest.raises(UserError, match="cannot add or remove devices"):
            await propose(phone, machine.link)
        assert await machine.gone() == "nobody came"

    play(tmp_path, scene)


def test_a_machine_whose_disk_is_full_says_so_and_is_no_device(tmp_path: Path) -> None:
    async def scene(anna: Neighbour, machine: Machine) -> None:
        machine.refuses = UserError("the disk is full")
        code = await propose(anna, machine.link)
        with pytest.raises(UserError, match="something that cannot be"):
            await confirm(anna, code)
        assert await machine.gone() == "the disk is full"
        assert len(await devices(anna)) == 1

    play(tmp_path, scene)


Answer = Callable[[Peer, Message], Awaitable[None]]


async def _says_nothing(_peer: Peer, _ask: Message) -> None:
    """Anna waits."""


async def _hangs_up(peer: Peer, _ask: Message) -> None:
    await peer.close("")


async def _says_another_word(peer: Peer, _ask: Message) -> None:
    await peer.send(PairWho(b"x"))


async def _ends_with_a_later_word(peer: Peer, _ask: Message) -> None:
    await peer.send(PairEnd("of-a-later-one"))


async def _is_done_at_once(peer: Peer, _ask: Message) -> None:
    await peer.send(PairDone(b"x"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (_says_nothing, "broke off"),
        (_hangs_up, "broke off"),
        (_says_another_word, "something that cannot be"),
        (_ends_with_a_later_word, "something that cannot be"),
        (_is_done_at_once, "something that cannot be"),
    ],
)
def test_a_machine_that_says_something_else_adds_nothing(
    tmp_path: Path, answer: Answer, said: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        machine = Machine(street)
        node_id = NodeId(machine.node_key.public)
        links = street.pairing.link(node_id, vocabulary=PAIRING)

        async def on_peer(peer: Peer) -> None:
            ask = await anext(peer.messages())
            assert isinstance(ask, PairAsk)
            await answer(peer, ask)
            await asyncio.sleep(2 * PAIR_ANSWER_S)

        await links.listen(AT, lambda: Hello(node_id=node_id), on_peer)
        asked = asyncio.create_task(propose(anna, machine.link))
        await street.pass_time(PAIR_ANSWER_S + 1)
        with pytest.raises(UserError, match=said):
            await asked
        assert len(await devices(anna)) == 1
        stopped = asyncio.create_task(links.stop())
        await street.pass_time(2 * PAIR_ANSWER_S)
        await stopped

    in_neighbourhood(tmp_path, scenario)
