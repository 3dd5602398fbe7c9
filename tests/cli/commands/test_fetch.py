"""``fetch``: done means held and verified, and only done is exit code 0."""

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from msgspec.structs import replace
from street.fakes.anna import BERT
from street.fakes.annas_desk import AnnasDesk
from street.fakes.doors import FakeDoors
from swarmfeed.cli.commands.fetch import Fetched
from swarmfeed.core.asks.people import FetchProgress
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.types import Endpoint

Run = Callable[..., Result]
ADDRESS = format_author(BERT)
START = FetchProgress(
    author_id=BERT, name="", entries_held=0, entries_total=0, bytes_held=0, bytes_total=0
)
HALF = replace(
    START,
    name="Bert",
    entries_held=500,
    entries_total=1000,
    bytes_held=20_000,
    bytes_total=40_000,
    holders=("127.0.0.2:4000",),
)
DONE = replace(HALF, entries_held=1000, bytes_held=40_000, done=True, searchable=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarmfeed.cli.commands.fetch.LOOK_EVERY_S", 0.001)


def test_a_whole_backlog_is_exit_code_0_and_one_json_object(run: Run, node: AnnasDesk) -> None:
    node.fetch_script = [START, HALF, DONE]
    result = run("fetch", ADDRESS, "--json")
    printed = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert printed.pop("seconds") > 0
    assert printed.pop("entries_per_s") > 0
    assert printed == {
        "author": ADDRESS,
        "name": "Bert",
        "entries_held": 1000,
        "entries_total": 1000,
        "bytes_held": 40_000,
        "bytes_total": 40_000,
        "holders": ["127.0.0.2:4000"],
        "done": True,
        "searchable": True,
        "error": "",
        "unpacked_bytes": 0,
        "limit": "",
        "missing": "",
    }


def test_what_was_fetched_can_be_found_when_the_command_ends(run: Run, node: AnnasDesk) -> None:
    nameless = replace(DONE, name="", searchable=False)
    node.fetch_script = [START, nameless, nameless, DONE]
    result = run("fetch", ADDRESS)
    assert result.stdout.startswith("Bert: all 1,000 entries held and verified")


def test_a_person_is_told_what_came_in_one_sentence(run: Run, node: AnnasDesk) -> None:
    node.fetch_script = [START, DONE]
    result = run("fetch", ADDRESS)
    said = " ".join(result.stdout.split())
    assert said.startswith("Bert: all 1,000 entries held and verified, 40.0 kB in ")
    assert said.endswith("1 holder)")


def test_a_short_backlog_that_came_with_its_head_names_no_holders(
    run: Run, node: AnnasDesk
) -> None:
    node.fetch_script = [START, replace(DONE, holders=())]
    said = run("fetch", ADDRESS).stdout
    assert "holder" not in said
    assert said.rstrip().endswith("entries/s)")


def test_what_was_here_already_is_not_called_fetched(run: Run, node: AnnasDesk) -> None:
    node.fetch_script = [DONE]
    assert run("fetch", ADDRESS).stdout == "Bert: all 1,000 entries were here already\n"


def test_everything_held_but_not_done_is_not_success(run: Run, node: AnnasDesk) -> None:
    node.fetch_script = [START, replace(DONE, done=False)]
    assert run("fetch", ADDRESS, "--timeout", "0.01").exit_code == 1


def test_a_timeout_says_how_far_it_came(run: Run, node: AnnasDesk) -> None:
    node.fetch_script = [START, HALF]
    result = run("fetch", ADDRESS, "--timeout", "0.02", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["entries_held"] == 500
    assert result.stderr.startswith("Error: 500 of 1,000 entries after 0 s")


def test_an_author_nobody_knows_is_told_apart_from_a_slow_one(
    run: Run, node: AnnasDesk
) -> None:
    node.fetch_script = [START]
    result = run("fetch", ADDRESS, "--timeout", "0.01")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nobody who holds this author answered" in result.stderr


def test_a_fetch_that_cannot_go_on_ends_with_its_reason(run: Run, node: AnnasDesk) -> None:
    node.fetch_script = [HALF, replace(HALF, error="the disk is full")]
    result = run("fetch", ADDRESS)
    assert (result.exit_code, result.stderr) == (1, "Error: the disk is full\n")


def test_peers_go_to_the_node_in_the_settings_and_in_the_link(
    run: Run, node: AnnasDesk, fake: FakeDoors
) -> None:
    node.fetch_script = [DONE]
    run("fetch", ADDRESS, "--peer", "127.0.0.2:4000", "--no-dht", "--listen", "127.0.0.1")
    endpoint = Endpoint("127.0.0.2", 4000)
    (settings,) = fake.settings
    assert (settings.peers, settings.dht, settings.network) == ((endpoint,), False, True)
    assert settings.listen == "127.0.0.1"
    assert parse_link(node.fetched[0]).at == (endpoint,)


def test_the_rate_counts_only_what_arrived_since_the_start() -> None:
    fetched = Fetched(progress=DONE, seconds=2.0, entries_before=400)
    assert fetched.entries_per_s == 300
