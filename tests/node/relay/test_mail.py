"""What waits for a peer that does not read is as long as the windows, and no longer."""

import asyncio
from pathlib import Path

import pytest
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.relay.limits import CIRCUIT_PIECE_BYTES, CIRCUITS_WAITING_MAX
from swarmfeed.core.relay.words import (
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.node.relay.mail import Mail

from tests.node.talk import Talk, talk

pytestmark = pytest.mark.attack("A99")
C = b"circuit1"


def test_many_small_messages_of_a_circuit_are_one_thing_to_say(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        session, mail = to.link(1), Mail()
        before = len(session.outbox)
        mail.put(session, RelayOpen(C, NodeId(b"b" * 32)))
        for _ in range(CIRCUIT_PIECE_BYTES + 10):
            mail.put(session, RelayData(C, b"x"))
            mail.put(session, RelayCredit(C, 1))
        mail.put(session, RelayClose(C, ""))
        assert len(session.outbox) == before + 1
        await asyncio.sleep(0)

    talk(tmp_path, script)


def test_who_reads_nothing_of_many_circuits_hears_of_no_more(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        session, mail = to.link(1), Mail()
        before = len(session.outbox)
        for number in range(CIRCUITS_WAITING_MAX + 10):
            mail.put(session, RelayClose(bytes([number]), "no"))
        assert len(session.outbox) == before + CIRCUITS_WAITING_MAX

    talk(tmp_path, script)
