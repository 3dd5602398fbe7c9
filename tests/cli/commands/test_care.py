"""``status``, ``verify`` and ``reindex``."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.fakes import annas_desk
from street.fakes.anna import ANNA, ANNAS_FEED, FEED_STATUS, NODE, NOW_MS, make_post
from street.fakes.annas_desk import AnnasDesk
from street.fakes.doors import FakeDoors
from swarmfeed.core.asks.upkeep import Verify, VerifyReport
from swarmfeed.core.asks.writing import HowIsMyFeed, OwnFeed
from swarmfeed.core.base.address import format_address, format_author

Run = Callable[..., Result]


def test_status_for_programs_has_node_feeds_peers_and_disk(run: Run) -> None:
    printed = json.loads(run("status", "--json").stdout)
    assert (printed["node"], printed["author"]) == (
        format_address(NODE),
        format_author(ANNA),
    )
    (feed,) = printed["feeds"]
    assert (feed["feed"], feed["size"], feed["root"]) == (
        format_address(ANNAS_FEED),
        1000,
        "00" * 32,
    )
    assert (feed["entries_held"], feed["bytes_held"], feed["holders"]) == (900, 45_000, 3)
    assert printed["peers"][0]["endpoint"] == "127.0.0.2:4000"
    assert printed["disk"]["budget_bytes"] == 10**10


def test_status_for_people_starts_with_a_sentence(run: Run) -> None:
    lines = run("status").stdout.splitlines()
    assert lines[0] == "All is well."
    assert "on this disk\t1.5 MB of 10.0 GB, 50.0 GB free" in lines
    assert any(line.startswith("Anna\t") and "900 of 1,000" in line for line in lines)
    assert any("127.0.0.2:4000" in line and "just now" in line for line in lines)


def test_what_comes_by_way_of_another_is_said_to_be_slow(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "by_another" not in json.loads(run("status", "--json").stdout)["feeds"][0]
    slow = replace(FEED_STATUS, fetching=0, by_another=True)
    monkeypatch.setattr(annas_desk, "FEED_STATUS", slow)
    assert json.loads(run("status", "--json").stdout)["feeds"][0]["by_another"] is True
    assert any(
        "slowly, by way of another" in line for line in run("status").stdout.splitlines()
    )


def test_reading_commands_stay_off_the_network(run: Run, fake: FakeDoors) -> None:
    run("status")
    assert [settings.network for settings in fake.settings] == [False]


def test_verify_is_exit_code_0_only_when_nothing_is_damaged(run: Run, node: AnnasDesk) -> None:
    good = run("verify")
    assert (good.exit_code, good.stdout) == (
        0,
        "1,000 entries of 1 feed, 50.0 kB in sealed parts: all good\n",
    )
    node.damaged = ("chunk 3 of feed x",)
    bad = run("verify")
    assert bad.exit_code == 1
    assert "damaged: chunk 3 of feed x" in bad.stdout.splitlines()
    as_json = run("verify", "--json")
    assert as_json.exit_code == 1
    assert json.loads(as_json.stdout)["damaged"] == ["chunk 3 of feed x"]


ENDED = "Nothing can be written here: swarmfeed restore -"


def _ended(desk: AnnasDesk, *missing: str) -> None:
    """A home whose own feed may not be signed any more."""
    report = VerifyReport(
        feeds=1, entries=3, bytes=4, damaged=(), refetching=0, missing=(*missing, ENDED)
    )
    desk.rows[Verify] = lambda desk, ask: report
    desk.rows[HowIsMyFeed] = lambda desk, ask: OwnFeed(
        standing="ended", sentence=ENDED, missing_start=0, missing_end=0
    )


def test_verify_calls_nothing_missing_that_is_not(run: Run, node: AnnasDesk) -> None:
    """That a feed ended is said as it is: nobody could bring anything back."""
    _ended(node)
    result = run("verify")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        ENDED,
        "3 entries of 1 feed, 4 B in sealed parts: 0 damaged, 0 missing",
    ]


def test_verify_says_what_comes_back_and_what_does_not(run: Run, node: AnnasDesk) -> None:
    _ended(node, "entries 1 to 2")
    assert run("verify").stdout.splitlines() == [
        "missing: entries 1 to 2",
        "What is missing comes back from others who hold it: swarmfeed run",
        ENDED,
        "3 entries of 1 feed, 4 B in sealed parts: 0 damaged, 1 missing",
    ]


def test_reindex_counts_entries_which_are_more_than_posts(run: Run, node: AnnasDesk) -> None:
    node.posts = [make_post(1, "one", time_ms=NOW_MS)]
    assert run("reindex").stdout == "1 entry read into the index again\n"
    assert json.loads(run("reindex", "--json").stdout) == {"entries": 1, "missing": []}
