"""Real ordinary clients hold a feed, and everybody who runs swarmfeed goes."""

from random import Random

import pytest
from ordeals.ordeal import Outcome
from ordeals.plain.clients import QBITTORRENT, RTORRENT, need
from ordeals.plain.seed import WAYS, play_one

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.mark.parametrize("way", WAYS)
def test_a_newcomer_gets_the_sealed_chunks_from_plain_clients_alone(way: str) -> None:
    """One case of ``tools/torture strangers-seed``, which takes half a minute at least."""
    for program in (QBITTORRENT, RTORRENT):
        need(program)
    outcome = Outcome()
    play_one(way, Random(1), outcome)
    assert outcome.gave_way == [], "\n".join(outcome.gave_way)
    assert f"newcomer, {way}" in outcome.figures
