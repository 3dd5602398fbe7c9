import pytest
from msgspec.structs import replace
from swarmfeed.core.supernode.gates import (
    DialledBy,
    Means,
    Willing,
    age_wanted,
    judge,
    reached_by,
)

from tests.core.supernode.nodes import node_id

DIALLED = tuple(
    DialledBy(node_id=node_id(each), network=f"1.{each}.0.0/16", chosen=False)
    for each in range(2)
)
GOOD = Means(
    willing=Willing.AUTO,
    metered=False,
    listen_host="0.0.0.0",
    dialled_by=DIALLED,
    uptime_s=600,
    ages_s=(),
    clock_offsets_ms=(),
)


def test_who_meets_all_conditions_may_serve() -> None:
    assert judge(GOOD).eligible
    assert judge(GOOD).why == "this machine may serve others: every condition is met"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"willing": Willing.OFF}, "because it was told so"),
        ({"metered": True}, "because its connection is metered"),
        ({"dialled_by": ()}, "from 2 networks; 0 did so far"),
        ({"dialled_by": DIALLED[:1]}, "from 2 networks; 1 did so far"),
        (
            {"clock_offsets_ms": (130_000, 140_000, 150_000)},
            "the clock of this machine is 140 seconds away from those of others",
        ),
        ({"uptime_s": 599, "ages_s": (9e5,) * 20}, "has been up for 9 minutes"),
    ],
)
def test_who_does_not_is_told_which(change: dict[str, object], said: str) -> None:
    verdict = judge(replace(GOOD, **change))  # type: ignore[arg-type]
    assert not verdict.eligible
    assert said in verdict.why


def test_dials_that_we_chose_or_of_one_network_do_not_count() -> None:
    chosen = replace(DIALLED[0], chosen=True)
    neighbour = replace(DIALLED[1], node_id=node_id(7))
    assert reached_by((chosen, DIALLED[1], neighbour), GOOD.listen_host) == 1
    assert reached_by((chosen, DIALLED[1], neighbour), "127.0.0.1") == 2


def test_a_new_network_has_no_old_nodes() -> None:
    assert age_wanted(()) == 0
    assert age_wanted((30.0,) * 50) == 3
    assert age_wanted((30.0,) * 40 + (9e6,) * 6) == 600
    assert age_wanted((30.0,) * 96 + (9e6,) * 4) == 3
    young = replace(GOOD, uptime_s=5, ages_s=(30.0,) * 50)
    assert judge(young).eligible
    assert not judge(replace(young, ages_s=(9e5,) * 9)).eligible


def test_who_was_told_to_serves_unless_it_is_metered() -> None:
    told = replace(GOOD, willing=Willing.ON, dialled_by=(), uptime_s=0, ages_s=(9e5,) * 9)
    assert judge(told).eligible
    assert judge(told).why == "this machine serves others, because it was told so"
    assert not judge(replace(told, metered=True)).eligible


def test_two_clocks_are_no_median() -> None:
    assert judge(replace(GOOD, clock_offsets_ms=(10**9, 10**9))).eligible
    assert judge(replace(GOOD, clock_offsets_ms=(0, 0, 10**9))).eligible
