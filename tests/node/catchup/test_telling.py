"""What waits for somebody who asks for all news."""

from pathlib import Path

import pytest
from swarmfeed.core.catchup.words import CatchUp, CaughtUp

from tests.node.talk import Talk, talk


@pytest.mark.attack("A116")
def test_who_asks_and_reads_nothing_has_one_refusal_waiting(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        session = to.link(1)
        await to.said(session)
        await to.hear(session, *(CatchUp(number=number, feeds=()) for number in range(200)))
        assert len(session.outbox) == 1
        (refused,) = await to.said(session)
        assert isinstance(refused, CaughtUp) and refused.number == 199

    talk(tmp_path, script)
