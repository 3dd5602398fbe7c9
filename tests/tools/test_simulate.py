"""The simulator runs the formulas of the core, cheats for nobody and repeats itself."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from simulation.history import beliefs as believing
from simulation.history.contest import Entrant, entrants, interpolated_bytes, play, tune
from simulation.history.engine import Copies, run
from simulation.history.flood import flood
from simulation.history.metrics import Figures, measure
from simulation.history.oracle import Oracle, floor_bytes
from simulation.history.ours import Ours, feed_id, hashes, name_of, server_id
from simulation.history.rivals import (
    AllHoldAll,
    Carbonite,
    FixedCopies,
    Nobody,
    Past,
    TotalRecall,
)
from simulation.history.trace import Trace, make_trace
from simulation.history.world import Setting
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.history import availability, placement, slack
from swarmfeed.core.history.availability import HOUR_MS, SAMPLE_EVERY_MS, Outlook
from swarmfeed.core.history.placement import FeedView, Memory, Take, decide

CHECKOUT = Path(__file__).parents[2]
PATIENCE_S = 400
"""A run takes 20 s of the processor, which on a busy machine may be long in coming."""
TINY = Setting(seed=7, users=30, servers=8, days=10, warm_up_days=3, domains=4, noise=0.0)


@cache
def trace() -> Trace:
    return make_trace(TINY)


@cache
def told() -> believing.Beliefs:
    return believing.watch(trace())


@pytest.fixture(scope="module", autouse=True)
def world() -> None:
    """Made once, so that no single test is slow."""
    told()


def figures_of(policy: object) -> Figures:
    return measure(trace(), *run(trace(), policy))  # type: ignore[arg-type]


def some_copies(seed: int) -> np.ndarray:
    shape = (trace().feeds, len(trace().servers.good))
    born = trace().servers.born_slot == 0
    return (np.random.default_rng(seed).random(shape) < 0.3) & born


def test_equal_seeds_make_equal_worlds_and_others_do_not() -> None:
    again = make_trace(TINY)
    assert (again.people_up == trace().people_up).all()
    assert (again.servers_up == trace().servers_up).all()
    other = make_trace(Setting(seed=8, users=30, servers=8, days=10))
    assert (other.people_up != trace().people_up).any()


def test_people_and_servers_are_as_available_as_was_asked_for() -> None:
    setting = Setting(seed=3, users=300, servers=40, days=14, flaky=0.5)
    made = make_trace(setting)
    here = np.arange(len(made.people_up))[:, None] < made.people.left_slot
    assert made.people_up.sum() / here.sum() == pytest.approx(0.30, abs=0.06)
    first = made.servers.born_slot == 0
    lived = np.minimum(made.servers.left_slot, len(made.servers_up))
    share = made.servers_up.sum(0) / lived
    assert share[first & made.servers.good].mean() > 0.93
    assert 0.4 < share[first & ~made.servers.good].mean() < 0.7


def test_the_authors_own_copy_is_the_first() -> None:
    people = trace().people
    assert (people.holder_of_copy[people.first_copy] == np.arange(trace().feeds)).all()


def test_presence_as_arrays_is_the_presence_of_the_core() -> None:
    samples = np.random.default_rng(1).random((3 * 96, 3)) < [0.9, 0.5, 0.1]
    seen, _ = believing._first(np.array([True, False, False]))
    one = [availability.first_presence(prior, 0) for prior in _priors()]
    for slot, sample in enumerate(samples[1:], 1):
        now_ms = slot * SAMPLE_EVERY_MS
        seen.add(sample, np.ones(3, bool), now_ms)
        one = [
            availability.observe(each, bool(up), now_ms)
            for each, up in zip(one, sample, strict=True)
        ]
    assert seen.online.tolist() == [each.online for each in one]
    assert seen.since.tolist() == [each.since_ms for each in one]
    assert seen.up_mean == pytest.approx([each.up_mean_ms for each in one])
    assert seen.down_mean == pytest.approx([each.down_mean_ms for each in one])
    up = np.array([prior.up for prior in _priors()])
    _, day = believing._coming_day(seen, up, now_ms)
    for row, each, prior in zip(day, one, _priors(), strict=True):
        profile = availability.week_profile(each, prior)
        assert row == pytest.approx(availability.coming_day(profile, now_ms))
    leaving = np.array([prior.leaving_per_ms for prior in _priors()])
    later_ms = now_ms + 5 * HOUR_MS
    held = believing._held(seen, leaving, later_ms, "")
    alive = [availability.alive(each, prior, later_ms) for each, prior in _both(one)]
    assert held == pytest.approx(alive)


def _priors() -> list[availability.Prior]:
    return [availability.SERVER, availability.FRIEND, availability.FRIEND]


def _both(
    one: list[availability.Presence],
) -> list[tuple[availability.Presence, availability.Prior]]:
    return list(zip(one, _priors(), strict=True))


def test_all_feeds_at_once_are_the_feeds_one_by_one() -> None:
    policy, have, hour = Ours(trace(), told()), some_copies(1), 100
    many = policy.unavailability(hour, have)
    lasting = policy.lasting(hour, have)
    outages = {name_of(group): slack.OUTAGE for group in range(TINY.domains)}
    for feed in range(trace().feeds):
        covered = policy.coverage(hour, feed, have[feed])
        readers = told().readers[hour % 24, feed].tolist()
        one = slack.unavailability(covered, outages, readers)
        assert many[feed] == pytest.approx(one, rel=1e-3)
        assert lasting[feed] == pytest.approx(slack.copies_of(covered), rel=1e-4)


def test_who_takes_in_the_simulator_takes_by_the_rule_of_the_core() -> None:
    """The simulator lets one server act and the others see its claim: the first in turn."""
    policy, hour, takes = Ours(trace(), told()), 100, 0
    slots = slice(4 * hour, 4 * hour + 4)
    copies = Copies(trace(), some_copies(2), np.zeros(some_copies(2).shape, int), hour)
    copies.online, copies.alive = (
        trace().servers_up[slots.stop - 1],
        trace().alive_servers(hour),
    )
    copies.source = (trace().copies_up[slots] > 0).any(0) | (copies.have & copies.online).any(1)
    before = copies.have.copy()
    policy.act(copies)
    for feed in range(trace().feeds):
        taken = set(np.flatnonzero(copies.have[feed] & ~before[feed]).tolist())
        willing = _willing(policy, copies, before[feed], feed)
        assert bool(taken) == bool(willing), feed
        assert taken <= willing
        takes += len(taken)
    assert takes > 3, "otherwise this shows nothing"


def _willing(policy: Ours, copies: Copies, have: np.ndarray, feed: int) -> set[int]:
    """Servers for which `decide` says Take, each asked on its own."""
    hour = copies.hour
    people = Outlook(
        NodeId(b"people"),
        False,
        None,
        tuple((1 - np.exp(told().nobody[hour, feed])).tolist()),
        float(told().people_copies[hour, feed]),
    )
    outlooks = [policy._outlook(hour, server) for server in range(len(have))]
    means = told().server_mean[hour].tolist()
    view = FeedView(
        feed_id(feed, TINY.seed),
        (people, *(outlooks[each] for each in np.flatnonzero(have))),
        (),
        tuple(outlooks[each] for each in np.flatnonzero(copies.online & ~have)),
        {
            server_id(each): placement.server_weight(mean, 1.0)
            for each, mean in enumerate(means)
        },
        float(told().targets(trace(), slack.UNAVAILABLE_TARGET, hour)[feed]),
        bool(copies.source[feed]),
        bool((have & copies.online).any()),
        tuple(told().readers[hour % 24, feed].tolist()),
        {name_of(group): slack.OUTAGE for group in range(TINY.domains)},
    )
    return {
        int(server)
        for server in np.flatnonzero(copies.online & ~have)
        if isinstance(decide(outlooks[server], view, Memory(), hour * HOUR_MS)[0], Take)
    }


def test_scores_are_those_of_the_core() -> None:
    one = placement.score(1.0, placement.unit_hash(server_id(3), feed_id(5, TINY.seed)))
    assert hashes(trace())[5, 3] == one


def test_nobody_fetches_from_or_to_who_is_away() -> None:
    copies = Copies(trace(), some_copies(1) & False, np.zeros(some_copies(1).shape, int))
    copies.online = np.zeros(copies.have.shape[1], bool)
    copies.source = np.ones(trace().feeds, bool)
    with pytest.raises(AssertionError):
        copies.take(0, 0)
    copies.take_all(np.ones_like(copies.have))
    assert not copies.have.any()
    copies.online[:] = True
    copies.source[:] = False
    copies.take_all(np.ones_like(copies.have))
    assert not copies.have.any()


def test_rivals_keep_their_own_rules() -> None:
    _, fixed = run(trace(), FixedCopies(trace(), 2))
    present = fixed.have & fixed.online
    assert present.sum(1).max() <= 2
    _, grown = run(trace(), Carbonite(trace(), 2))
    assert grown.released == 0
    assert grown.have.sum() > present.sum()
    _, past = run(trace(), Past(trace(), 3, 24))
    assert past.taken > fixed.taken
    _, lazy = run(trace(), TotalRecall(trace(), 1e-2))
    assert lazy.have.any(1).all()


def test_more_servers_serve_more_and_none_store_nothing() -> None:
    none, everything = figures_of(Nobody()), figures_of(AllHoldAll())
    assert none["stored_bytes"] == none["repair_bytes_per_day"] == 0
    assert none["unserved"] > everything["unserved"]
    assert everything["copies_per_feed"] > 7
    assert 0 < floor_bytes(trace()) < everything["stored_bytes"]


@pytest.mark.slow
def test_an_oracle_that_serves_as_much_never_stores_more_than_ours() -> None:
    setting = Setting(seed=2, users=120, servers=20, days=30, warm_up_days=9)
    contest = [each for each in entrants(ablations=False) if each.family in ("ours", "oracle")]
    played = {name: each for name, (each, _) in play(make_trace(setting), contest, 1).items()}
    chosen = tune(played, contest)
    assert played[chosen["oracle"]]["unserved"] <= played["ours"]["unserved"]
    assert played[chosen["oracle"]]["stored_bytes"] <= played["ours"]["stored_bytes"]


def test_an_oracle_replaces_a_server_before_it_leaves() -> None:
    _, copies = run(trace(), Oracle(trace(), 1e-3))
    assert copies.have.any()


def test_the_cheapest_that_serves_as_much_is_compared() -> None:
    contest = [
        Entrant(family, name, lambda *_: Nobody())
        for family, name in (
            ("ours", "ours"),
            ("k", "k1"),
            ("k", "k2"),
            ("k", "k3"),
            ("r", "r1"),
        )
    ]
    figures: dict[str, Figures] = {
        "ours": {"unserved": 1e-4, "stored_bytes": 5},
        "k1": {"unserved": 1e-3, "stored_bytes": 1},
        "k2": {"unserved": 1e-4, "stored_bytes": 9},
        "k3": {"unserved": 1e-5, "stored_bytes": 12},
        "r1": {"unserved": 1e-2, "stored_bytes": 2},
    }
    assert tune(figures, contest) == {"ours": "ours", "k": "k2", "r": "r1"}
    assert interpolated_bytes(figures, ["k1", "k3"]) == pytest.approx(6.5)
    assert interpolated_bytes(figures, ["k1"]) is None


@pytest.mark.attack("A18")
def test_a_crowd_stays_within_the_part_of_the_friend_who_introduced_it() -> None:
    said = flood(1, authors=60, days=4)
    assert 0 < said["stored_bytes"] <= said["bound_bytes"] < said["wanted_bytes"]
    assert said["honest_bytes_with"] == said["honest_bytes_without"] > 0


@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE_S + 50)
def test_a_run_prints_a_table_and_writes_the_same_as_json(tmp_path: Path) -> None:
    size = ["--users", "60", "--servers", "8", "--days", "14", "--seeds", "1..2"]
    files = ["--json", str(tmp_path / "f.json"), "--plots", str(tmp_path / "plots")]
    ran = simulate(*size, *files, "--flaky", "0.5", "--sybils", "20", "--mass-exit", "0.5")
    assert ran.returncode == 0, ran.stderr
    value = json.loads((tmp_path / "f.json").read_text())
    assert (value["world"]["seeds"], value["world"]["flaky"]) == ([1, 2], 0.5)
    families = {"none", "ours", "fixed_k", "total_recall", "carbonite", "oracle", "past"}
    assert families | {"push_to_relays", "all_hold_all"} <= set(value["policies"])
    keys = ("unserved", "stored_bytes", "copies_per_feed", "repair_bytes_per_day", "lost_feeds")
    for policy in value["policies"].values():
        assert set(keys) <= set(policy)
        assert len(policy["by_seed"]) == 2
    assert value["policies"]["fixed_k"]["variant"] in ran.stdout
    assert len(value["bars"]) == 5
    drawn = {each.name for each in (tmp_path / "plots").iterdir()}
    assert drawn == {"frontier.svg", "repair.svg", "cover.svg", "load.svg"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--flaky", "2"], "--flaky: 0 to 1"),
        (["--seeds", "5"], "--seeds: two numbers"),
        (["--days", "3"], "at least 14 days"),
    ],
)
def test_a_wrong_option_is_told_in_a_sentence(options: list[str], sentence: str) -> None:
    ran = simulate(*options)
    assert ran.returncode == 2
    assert sentence in ran.stderr


def simulate(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/simulate", "slack", *options]
    return subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=PATIENCE_S
    )
