"""The doors through which commands reach a node, and a home: real ones, or those of a test.

Behind them is everything that takes long to load; it is loaded when a door is opened, and what
is loaded stays, so no garbage is looked for meanwhile.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
from msgspec import Struct

from swarmfeed.cli import desk
from swarmfeed.cli.leaving import tidily
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.address import Link
from swarmfeed.desk import Answerer
from swarmfeed.node.ground.home import (
    Begun,
    Created,
    Invited,
    Joining,
    Ready,
    Restored,
    key_path,
)
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.interpreter import loading

Passphrase = Callable[[], str]
"""Asked only when keys are opened and are protected."""


def _create_home(
    home: Path, name: str, passphrase: str, show: Callable[[Created], None]
) -> Created:
    with loading():
        from swarmfeed import wiring

    with tidily():
        return wiring.create_home(home, name, passphrase, show)


def _restore_home(
    home: Path,
    name: str,
    passphrase: str,
    seeds: tuple[bytes, ...],
    link: Link | None,
    settings: NodeSettings,
    within_s: float,
) -> Restored:
    with loading():
        from swarmfeed import recovering

    with tidily():
        return recovering.restore(home, name, passphrase, seeds, link, settings, within_s)


def _change_passphrase(home: Path, old: str, new: str) -> None:
    from swarmfeed.shell.disk.keyfile import change_passphrase

    # A running node keeps everybody out who would make new keys meanwhile.
    with nullcontext() if desk.find_running(home) else HomeLock(home):
        change_passphrase(key_path(home), old, new)


def _join_home(
    home: Path, passphrase: str, wanted: Joining, show: Callable[[Invited | str], None]
) -> Whoami:
    with loading():
        from swarmfeed import joining

    with tidily():
        return joining.join_home(home, passphrase, wanted, show)


def _run_node(
    home: Path,
    settings: NodeSettings,
    passphrase: str,
    on_ready: Callable[[Ready], None],
    sockets: Sequence[object],
) -> None:
    with loading():
        from swarmfeed import serving

    with tidily():
        serving.run_node(home, settings, passphrase, on_ready, sockets)


def _run_start(
    home: Path, settings: NodeSettings, on_ready: Callable[[str], None]
) -> Begun | None:
    with loading():
        from swarmfeed import starting

    with tidily():
        return starting.run_start(home, settings, on_ready)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Doors(Struct, frozen=True, kw_only=True):
    """All that commands do beside parsing and printing; tests hand in others."""

    open_desk: Callable[[Path, NodeSettings, Passphrase], AbstractContextManager[Answerer]] = (
        desk.open_desk
    )
    page_link: Callable[[Path], str] = desk.page_link
    create_home: Callable[[Path, str, str, Callable[[Created], None]], Created] = _create_home
    restore_home: Callable[
        [Path, str, str, tuple[bytes, ...], Link | None, NodeSettings, float], Restored
    ] = _restore_home
    change_passphrase: Callable[[Path, str, str], None] = _change_passphrase
    join_home: Callable[[Path, str, Joining, Callable[[Invited | str], None]], Whoami] = (
        _join_home
    )
    run_node: Callable[
        [Path, NodeSettings, str, Callable[[Ready], None], Sequence[object]], None
    ] = _run_node
    run_start: Callable[[Path, NodeSettings, Callable[[str], None]], Begun | None] = _run_start
    open_browser: Callable[[str], object] = click.launch
    now_ms: Callable[[], int] = _now_ms
