"""Commands that sentences name, so that they can be typed as they stand.

Whoever said ``--home`` has to say it again: without it the next command would speak of another
home.
"""

import re
import shlex
from pathlib import Path
from typing import Final

import click

_HOME: Final = "swarmfeed.cli.hints.home"
_COMMAND: Final = re.compile(r"(?<=: )swarmfeed (?=[a-z])")


def keep_home(ctx: click.Context, home: Path) -> None:
    """Have the commands that are named from here on be about this home."""
    ctx.meta[_HOME] = f"swarmfeed --home {shlex.quote(str(home))} "


def complete(sentence: str) -> str:
    """Return a sentence with the commands in it as they have to be typed."""
    ctx = click.get_current_context(silent=True)
    command: str | None = ctx.meta.get(_HOME) if ctx else None
    return sentence if command is None else _COMMAND.sub(lambda _: command, sentence)
