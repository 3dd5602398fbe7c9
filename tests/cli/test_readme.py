"""The README names every command and every option, and none that are not there."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from swarmfeed.cli.main import main

README = Path(__file__).parents[2] / "README.md"


def commands(found: dict[str, click.Command], path: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in found.items():
        if isinstance(command, click.Group):
            yield from commands(command.commands, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands(main.load_all(), "swarmfeed"))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_is_in_the_readme(path: str) -> None:
    assert path in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_is_in_the_readme(path: str) -> None:
    readme = README.read_text(encoding="utf-8")
    shown = [each for each in COMMANDS[path].params if not getattr(each, "hidden", False)]
    options = [option for param in shown for option in param.opts]
    assert [name for name in options if name.startswith("--") and name not in readme] == []
