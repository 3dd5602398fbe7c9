"""One end of a circuit: what it reads and writes, and the credit for it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.limits import CIRCUIT_PIECE_BYTES, CIRCUIT_WINDOW_BYTES
from swarmfeed.core.relay.words import RelayClose, RelayCredit, RelayData
from swarmfeed.core.talk.message import Message
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.relay.circuit import Circuit

C = b"circuit1"


class Rig:
    def __init__(self) -> None:
        self.said: list[Message] = []
        self.closed = 0
        self.circuit = Circuit(C, NodeId(bytes(32)), self.said.append, self._on_closed)

    def _on_closed(self) -> None:
        self.closed += 1


def play(script: Callable[[Rig], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60):
            await script(Rig())

    asyncio.run(run())


def test_what_is_long_goes_in_pieces_as_far_as_credit_goes() -> None:
    async def script(rig: Rig) -> None:
        data = bytes(range(256)) * 200
        writing = asyncio.create_task(rig.circuit.write(data))
        await asyncio.sleep(0)
        assert rig.said == []
        rig.circuit.on_credit(20_000)
        await asyncio.sleep(0)
        assert [len(each.data) for each in rig.said if isinstance(each, RelayData)] == [
            CIRCUIT_PIECE_BYTES,
            20_000 - CIRCUIT_PIECE_BYTES,
        ]
        rig.circuit.on_credit(40_000)
        await writing
        assert b"".join(each.data for each in rig.said if isinstance(each, RelayData)) == data

    play(script)


def test_credit_is_given_for_what_was_read_by_halves_of_a_window() -> None:
    async def script(rig: Rig) -> None:
        rig.circuit.take_up()
        assert rig.said == [RelayCredit(C, CIRCUIT_WINDOW_BYTES)]
        for _ in range(2):
            rig.circuit.on_data(bytes(CIRCUIT_PIECE_BYTES))
            assert len(await rig.circuit.read()) == CIRCUIT_PIECE_BYTES
        assert rig.said[1:] == [RelayCredit(C, 2 * CIRCUIT_PIECE_BYTES)]

    play(script)


@pytest.mark.attack("A99")
def test_a_relay_that_sends_more_than_was_given_breaks_the_rules() -> None:
    async def script(rig: Rig) -> None:
        for _ in range(CIRCUIT_WINDOW_BYTES // CIRCUIT_PIECE_BYTES):
            rig.circuit.on_data(bytes(CIRCUIT_PIECE_BYTES))
        with pytest.raises(RemoteError):
            rig.circuit.on_data(b"x")

    play(script)


def test_what_came_before_the_end_is_read_and_nothing_is_written_after_it() -> None:
    async def script(rig: Rig) -> None:
        rig.circuit.on_data(b"last words")
        writing = asyncio.create_task(rig.circuit.write(b"too late"))
        await asyncio.sleep(0)
        rig.circuit.end()
        with pytest.raises(RetryError):
            await writing
        assert await rig.circuit.read() == b"last words"
        assert await rig.circuit.read() == b""
        rig.circuit.close()
        assert (rig.said, rig.closed) == ([], 1)

    play(script)


def test_closing_is_said_once() -> None:
    async def script(rig: Rig) -> None:
        rig.circuit.close()
        rig.circuit.close()
        assert (rig.said, rig.closed) == ([RelayClose(C, "")], 1)

    play(script)
