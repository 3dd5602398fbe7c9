"""How a command reaches a node: the running one of its home, or the home opened in-process."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TypeVar

import click

from swarmfeed.cli.home import has_keys
from swarmfeed.cli.node import Node
from swarmfeed.cli.remote import RemoteNode, find_running
from swarmfeed.errors import InUseError, UserError
from swarmfeed.node.ground.settings import NodeSettings, key_path
from swarmfeed.shell.disk.durable import HomeLock
from swarmfeed.shell.disk.keyfile import is_protected

PASSPHRASE_CHARS_MAX = 1_024
"""Longest passphrase read from a file; more is the wrong file."""

WAIT_S: Final = 10
"""How long a home that is in use is waited for: a node that was just started opens its page
in about a second, another command is over in less."""

LOOK_EVERY_S: Final = 0.05

T = TypeVar("T")


@contextmanager
def open_facade(
    home: Path, settings: NodeSettings, passphrase: Callable[[], str]
) -> Iterator[Node]:
    """Give the running node of ``home``, else a node opened here for as long as it is needed.

    Args:
        settings: Of the node opened here; a running one keeps its own.
        passphrase: Asked only when the keys are opened here.

    Raises:
        UserError: There is no home yet, or it does not open.
    """
    require_home(home)
    secret: list[str] = []

    def reach(opened: ExitStack) -> Node:
        running = find_running(home)
        if running is not None:
            return opened.enter_context(running)
        # Only here, because it loads libtorrent: half a second that most commands need not pay.
        from swarmfeed import wiring

        secret[:] = secret or [passphrase()]
        return opened.enter_context(wiring.open_node(home, settings, secret[0]))

    with ExitStack() as opened:
        yield while_in_use(lambda: reach(opened))


def while_in_use(attempt: Callable[[], T]) -> T:
    """Try until the home is not in use any more, or a node answers; InUseError after WAIT_S."""
    until_s = time.monotonic() + WAIT_S
    while True:
        try:
            return attempt()
        except InUseError:
            if time.monotonic() >= until_s:
                raise
        time.sleep(LOOK_EVERY_S)


def page_link(home: Path) -> str:
    """A fresh link that logs a browser in at the running node, once.

    Raises:
        UserError: No node is running.
    """
    require_home(home)

    def find() -> RemoteNode | None:
        running = find_running(home)
        if running is None:
            with HomeLock(home):
                pass  # nobody has it, so no node is about to open its page
        return running

    running = while_in_use(find)
    if running is None:
        raise UserError("no node is running here; start it with: swarmfeed run")
    with running:
        return running.page_link()


def require_home(home: Path) -> None:
    """Raise UserError when ``home`` has no keys."""
    if not has_keys(home):
        raise UserError(f"there are no keys in {home} yet; make them with: swarmfeed init")


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
    """Return the first line of a file, without its line end."""
    try:
        with file.open(encoding="utf-8") as lines:
            first = lines.readline(PASSPHRASE_CHARS_MAX + 1).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"the passphrase in {file} cannot be read: {error}") from error
    if not 0 < len(first) <= PASSPHRASE_CHARS_MAX:
        raise UserError(f"{file} does not start with a passphrase")
    return first
