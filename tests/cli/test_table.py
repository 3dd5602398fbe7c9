"""Commands are loaded when they are asked for, and nothing is that a command does not need."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from street.fakes.desk import FakeDesk
from swarmfeed.cli.main import COMMANDS, main
from swarmfeed.cli.table import Row
from swarmfeed.wiring import create_home

from tests.cli.test_remote import serve

LOADED = """
import atexit, json, sys
out = sys.stdout
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
from swarmfeed.__main__ import program
program()
"""

HEAVY = {
    *("asyncio", "ssl", "platformdirs", "argparse"),
    *("structlog", "rich", "nacl", "libtorrent", "flask", "apscheduler", "uvicorn"),
    *("websockets", "zeroconf", "cryptography", "apsw", "zstandard", "mnemonic", "webui"),
}
"""What takes long to load, and is for nodes alone."""

ROWS = [row for row in COMMANDS if isinstance(row, Row)]


def loaded_by(*words: str) -> set[str]:
    """Return the modules of a process that ran a command."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_table_says_of_a_command_what_its_help_says(row: Row) -> None:
    command = main.load_all()[row.name]
    assert row.about == command.get_short_help_str(1_000)
    assert not command.hidden


def test_the_list_of_commands_is_the_one_that_click_would_print() -> None:
    plain = click.Group("swarmfeed", commands=main.load_all())
    for width in (40, 80, 200):
        shown, usual = (click.HelpFormatter(width=width) for _ in range(2))
        main.format_commands(click.Context(main), shown)
        plain.format_commands(click.Context(plain), usual)
        assert sorted(shown.getvalue().split()) == sorted(usual.getvalue().split())


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--version",), ("--help",), ()])
def test_the_list_of_commands_loads_none_of_them(words: tuple[str, ...]) -> None:
    if not words:
        words = ("-h",)
    loaded = loaded_by(*words)
    ours = {name for name in loaded if name.startswith("swarmfeed.")}
    assert loaded & HEAVY == set()
    assert ours <= {
        "swarmfeed.__main__",
        "swarmfeed.cli",
        "swarmfeed.cli.hints",
        "swarmfeed.cli.leaving",
        "swarmfeed.cli.main",
        "swarmfeed.cli.options",
        "swarmfeed.cli.table",
        "swarmfeed.errors",
        "swarmfeed.shell",
        "swarmfeed.shell.privacy",
    }


@pytest.mark.slow
def test_who_opens_a_home_for_a_moment_loads_no_network(tmp_path: Path) -> None:
    create_home(tmp_path / "home", "Ann", "")
    loaded = loaded_by("--home", str(tmp_path / "home"), "post", "hello")
    online = {"libtorrent", "websockets", "zeroconf", "cryptography", "apscheduler"}
    assert loaded & (online | {"uvicorn", "flask", "a2wsgi", "webui"}) == set()


FEED_WORDS = {"swarmfeed.core.feed.limits", "swarmfeed.core.feed.profile_field"}
"""What answers are made of: bounds, and what a profile says."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of a node that runs."""
    home = tmp_path_factory.mktemp("home")
    (home / "keys").write_text("of a running node: no command reads them")
    stop = serve(FakeDesk(), home)
    yield home
    stop()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ("post", "hello"),
        ("timeline",),
        ("whoami", "--json"),
        ("status",),
        ("search", "archive"),
    ],
    ids=lambda words: words[0],
)
def test_who_asks_a_running_node_loads_no_node(home: Path, words: tuple[str, ...]) -> None:
    loaded = loaded_by("--home", str(home), *words)
    assert loaded & (HEAVY - {"ssl"}) == set()
    nodes = (
        "swarmfeed.wiring",
        "swarmfeed.serving",
        "swarmfeed.node.feeds",
        "swarmfeed.core.feed.",
    )
    assert [name for name in sorted(loaded) if name.startswith(nodes)] == [
        name for name in sorted(loaded) if name in FEED_WORDS
    ]
