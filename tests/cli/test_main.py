"""What goes wrong: one line for people, a traceback for bugs."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.cli.main import COMMANDS, make_main
from swarmfeed.core.asks.upkeep import Reindex, Reindexed
from swarmfeed.errors import DamageError, FatalError, RetryError, UserError

Run = Callable[..., Result]


class BrokenNode(AnnasDesk):
    """Raises what it is told to."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
        self.rows[Reindex] = BrokenNode.fail

    def fail(self, _: Reindex) -> Reindexed:
        raise self.error


@pytest.fixture
def node(request: pytest.FixtureRequest) -> AnnasDesk:
    return BrokenNode(request.param)


@pytest.mark.parametrize(
    "node",
    [kind("two\n  lines \x1b[2J") for kind in (UserError, RetryError, DamageError)],
    indirect=True,
)
def test_what_a_person_can_act_on_is_one_line_and_exit_code_1(run: Run) -> None:
    result = run("reindex", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: two lines \ufffd[2J\n"


@pytest.mark.parametrize("node", [ValueError("a bug")], indirect=True)
def test_bugs_are_not_swallowed(run: Run) -> None:
    with pytest.raises(ValueError, match="a bug"):
        run("reindex")


@pytest.mark.parametrize("node", [FatalError("journal was not synced")], indirect=True)
def test_a_node_that_must_stop_says_so_in_one_line_and_exit_code_1(run: Run) -> None:
    result = run("reindex")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: The node stopped, to be on the safe side: journal")
    assert result.stderr.endswith("\n") and result.stderr.count("\n") == 1


@pytest.mark.parametrize("node", [UserError("")], indirect=True)
@pytest.mark.parametrize("arguments", [("--help",), ("run", "-h"), ("--version",)])
def test_help_needs_no_home(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 0


def test_a_command_has_a_name_of_its_own() -> None:
    with pytest.raises(ValueError, match="two commands are called status"):
        make_main((*COMMANDS, click.Command("status")))


@pytest.mark.parametrize("node", [UserError("a; see: swarmfeed status")], indirect=True)
def test_a_hint_keeps_the_home_that_was_named(run: Run, node: AnnasDesk, home: Path) -> None:
    assert run("reindex").stderr == "Error: a; see: swarmfeed status\n"
    named = run("--home", f"{home} of Ann", "reindex").stderr
    assert named == f"Error: a; see: swarmfeed --home '{home} of Ann' status\n"


@pytest.mark.parametrize("node", [UserError("")], indirect=True)
def test_a_sentence_keeps_the_home_that_was_named(
    run: Run, node: AnnasDesk, home: Path
) -> None:
    shown = run("--home", str(home), "init", "--name", "Ann", "--no-passphrase").stdout
    assert shown.endswith(f"\nNext: swarmfeed --home {home} run\n")
