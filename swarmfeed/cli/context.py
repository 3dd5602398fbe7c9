"""What every command is given: the home, and the doors through which it reaches a node."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from swarmfeed.cli import desk
from swarmfeed.cli.home import default_home, read_passphrase
from swarmfeed.cli.output import warn
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.asks.upkeep import WhatIsRefused
from swarmfeed.desk import Answerer
from swarmfeed.node.ground.home import Created, Ready
from swarmfeed.node.ground.settings import NodeSettings

Passphrase = Callable[[], str]
"""Asked only when keys are opened and are protected."""


def _create_home(
    home: Path, name: str, passphrase: str, show: Callable[[Created], None]
) -> Created:
    # Opening libtorrent and the rest costs half a second that `--help` need not pay.
    from swarmfeed import wiring

    return wiring.create_home(home, name, passphrase, show)


def _restore_home(home: Path, name: str, passphrase: str, author_words: str) -> Whoami:
    from swarmfeed import wiring

    return wiring.restore_home(home, name, passphrase, author_words)


def _run_node(
    home: Path, settings: NodeSettings, passphrase: str, on_ready: Callable[[Ready], None]
) -> None:
    from swarmfeed import wiring

    wiring.run_node(home, settings, passphrase, on_ready)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """All that commands do beside parsing and printing; tests hand in others."""

    open_desk: Callable[[Path, NodeSettings, Passphrase], AbstractContextManager[Answerer]] = (
        desk.open_desk
    )
    page_link: Callable[[Path], str] = desk.page_link
    create_home: Callable[[Path, str, str, Callable[[Created], None]], Created] = _create_home
    restore_home: Callable[[Path, str, str, str], Whoami] = _restore_home
    run_node: Callable[[Path, NodeSettings, str, Callable[[Ready], None]], None] = _run_node
    open_browser: Callable[[str], object] = click.launch
    now_ms: Callable[[], int] = _now_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What stands before the name of the command, checked."""

    home: Path
    passphrase_file: Path | None = None
    doors: Doors

    def passphrase(self) -> str:
        """Read or ask the passphrase of this home's keys; empty when they have none."""
        return read_passphrase(self.home, self.passphrase_file)

    def open(self, settings: NodeSettings | None = None) -> AbstractContextManager[Answerer]:
        """Reach the running node of this home, or open the home ourselves meanwhile."""
        chosen = settings or NodeSettings(network=False)
        return _warned(self.doors.open_desk(self.home, chosen, self.passphrase))


@contextmanager
def _warned(opening: AbstractContextManager[Answerer]) -> Iterator[Answerer]:
    """Say on standard error what the machine refuses the node, beside whatever is asked."""
    with opening as desk:
        for sentence in desk.ask(WhatIsRefused()).sentences:
            warn(sentence)
        yield desk


pass_context = click.make_pass_decorator(Context)


def make_context(home: Path | None, passphrase_file: Path | None, doors: object) -> Context:
    """Build the context of one run; ``doors`` is what a test handed to click, or None."""
    return Context(
        home=home or default_home(),
        passphrase_file=passphrase_file,
        doors=doors if isinstance(doors, Doors) else Doors(),
    )
