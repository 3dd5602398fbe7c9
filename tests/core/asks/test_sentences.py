"""Sentences that depend on more than one number."""

import pytest
from swarmfeed.core.asks.sentences import (
    how_it_is,
    what_is_confirmed,
    who_has_it,
)
from swarmfeed.core.asks.short_sentences import how_it_is_in_short


@pytest.mark.parametrize(
    ("running", "peers", "held_by", "safe", "said"),
    [
        (False, 3, 3, True, "Offline: this command opened the data without the network."),
        (
            True,
            0,
            3,
            True,
            "Not connected to anybody right now: what you write is kept here, and goes out as"
            " soon as somebody is there.",
        ),
        (True, 2, None, False, "Well connected."),
        (
            True,
            1,
            0,
            False,
            "Connected to 1 machine; what you wrote last is on this machine only, going out.",
        ),
        # Enough have what is older, and nobody the newest yet.
        (
            True,
            2,
            0,
            True,
            "Well connected; what you wrote last is on this machine only, going out.",
        ),
        (True, 1, 2, False, "Connected to 1 machine, and 2 others have your newest post."),
        (True, 3, 1, False, "Well connected, and 1 other has your newest post."),
        (True, 3, 3, True, "Well connected, and your posts are safe."),
    ],
)
def test_how_a_node_is(
    running: bool, peers: int, held_by: int | None, safe: bool, said: str
) -> None:
    assert how_it_is(running=running, peers=peers, held_by=held_by, safe=safe) == said


@pytest.mark.parametrize(
    ("running", "peers", "held_by", "safe", "stopped", "said", "more"),
    [
        (True, 3, 3, True, True, "Something is in the way", "what it is stands at the top"),
        (False, 3, 3, True, False, "Offline", "the data was opened without the network"),
        (True, 0, 3, True, False, "Not connected", "what you write goes out as soon as"),
        (True, 1, None, False, False, "1 machine connected", ""),
        (True, 2, 0, True, False, "Well connected", "what you wrote last is on its way out"),
        (True, 2, 1, False, False, "Well connected", "1 other has your newest post"),
        (True, 2, 4, True, False, "Well connected", "your posts are safe"),
    ],
)
def test_how_a_node_is_in_short(
    running: bool,
    peers: int,
    held_by: int | None,
    safe: bool,
    stopped: bool,
    said: str,
    more: str,
) -> None:
    short = how_it_is_in_short(
        running=running, peers=peers, held_by=held_by, safe=safe, stopped=stopped
    )
    assert short.said == said and short.more.startswith(more)
    assert bool(short.more) is bool(more)


def test_who_has_a_post() -> None:
    assert [who_has_it(number) for number in (0, 1, 2)] == [
        "On this machine only, going out",
        "1 other has it",
        "2 others have it",
    ]


@pytest.mark.parametrize(
    ("held_by", "said"),
    [
        (None, "You have not written anything yet, so there is nothing to lose."),
        (0, "Your newest posts exist only on this machine."),
        (1, "If your machine breaks today, 1 other machine has everything."),
        (2, "If your machine breaks today, 2 other machines have everything."),
    ],
)
def test_what_receipts_promise(held_by: int | None, said: str) -> None:
    assert what_is_confirmed(held_by).startswith(said)
