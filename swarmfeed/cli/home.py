"""Where a person's keys and posts lie, whether they are there, and what opens them."""

import sys
from pathlib import Path
from typing import TextIO

import click
import platformdirs

from swarmfeed.core.asks import sentences
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.durable import is_there
from swarmfeed.shell.disk.keyfile import is_protected
from swarmfeed.shell.disk.modes import may_be_read_by_others

PASSPHRASE_CHARS_MAX = 1_024
"""Longest passphrase read from a file; more is the wrong file."""


def default_home() -> Path:
    """The folder this system sets aside for a program's own data of this person."""
    return Path(platformdirs.user_data_dir("swarmfeed"))


def has_keys(home: Path) -> bool:
    """Whether ``swarmfeed init`` was run on this folder.  Raises PassingError."""
    return is_there(key_path(home))


def require_home(home: Path) -> None:
    """Raise UserError when ``home`` has no keys."""
    if not has_keys(home):
        raise UserError(sentences.NO_KEYS(home=home))


def read_passphrase(home: Path, file: Path | None) -> str:
    """Read the passphrase from a file, or ask at the terminal; empty for unprotected keys.

    Raises:
        UserError: It is needed, and there is neither a file nor a person to ask.
    """
    require_home(home)
    if not is_protected(key_path(home)):
        return ""
    if file is not None:
        return read_passphrase_file(file)
    if not sys.stdin.isatty():
        raise UserError("the keys are protected; name a file with --passphrase-file")
    return str(click.prompt("passphrase", hide_input=True, err=True))


def read_passphrase_file(file: Path) -> str:
    """Return the first line of a file, without its line end.

    Raises:
        UserError: There is none, or others may read it too.
    """
    try:
        with file.open(encoding="utf-8") as lines:
            require_private(lines)
            first = lines.readline(PASSPHRASE_CHARS_MAX + 1).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the passphrase in {file} cannot be read: {error}") from error
    if not 0 < len(first) <= PASSPHRASE_CHARS_MAX:
        raise UserError(f"{file} does not start with a passphrase")
    return first


def require_private(file: TextIO) -> None:
    """Raise UserError when others may read a file that holds a secret."""
    try:
        descriptor = file.fileno()
    except OSError:
        return  # text that is in memory already
    if may_be_read_by_others(descriptor):
        raise UserError(sentences.OTHERS_MAY_READ(path=file.name))
