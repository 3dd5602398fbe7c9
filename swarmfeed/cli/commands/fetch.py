"""``swarmfeed fetch``: get an author's whole backlog, now, and say when it is all there."""

import time
from dataclasses import dataclass, replace
from typing import Any, Final

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.node import Node
from swarmfeed.cli.options import json_option, network_options, network_settings
from swarmfeed.cli.output import (
    count,
    format_bytes,
    print_json,
    print_sentence,
    progress_bar,
)
from swarmfeed.cli.params import LinkParam
from swarmfeed.core.asks.views import FetchProgress
from swarmfeed.core.asks.views_json import Json, fetch_progress_json
from swarmfeed.core.base.address import Link, format_address, format_link
from swarmfeed.core.base.limits import ENDPOINTS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError

LOOK_EVERY_S: Final = 0.1
"""Often enough for a bar that moves, and for seconds that are told to a tenth."""

INDEX_TIMEOUT_S: Final = 60
"""How long a fetch that is done waits for the index: two million posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How a fetch stands, some seconds after it was asked for."""

    progress: FetchProgress
    seconds: float
    entries_before: int
    """Entries that were held already when it began."""

    @property
    def entries_per_s(self) -> float:
        """Entries that arrived and were verified, over the whole time since the start."""
        return (self.progress.entries_held - self.entries_before) / max(self.seconds, 0.001)


@click.command()
@click.argument("link", type=LinkParam())
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    help="Give up after so many seconds; otherwise wait until Ctrl-C.",
)
@network_options
@json_option
@pass_context
def fetch(
    context: Context, /, link: Link, timeout_s: float | None, as_json: bool, **network: Any
) -> None:
    """Fetch every entry of the author of LINK (or ADDRESS).

    Ends with exit code 0 only when the whole backlog is held and verified. With a node
    running, that one fetches, and of the network options only --peer has a meaning.
    """
    settings = network_settings(**network)
    asked = format_link(replace(link, at=(*settings.peers, *link.at)[:ENDPOINTS_MAX]))
    started_s = time.monotonic()
    with context.open(settings) as node:
        entries_before = _entries_held(node, link.author_id)
        node.fetch(asked)
        fetched = _watch(node, link.author_id, entries_before, started_s, timeout_s)
    if as_json:
        print_json(_fetched_json(fetched))
    elif fetched.progress.done:
        print_sentence(_format_done(fetched))
    if not fetched.progress.done:
        raise UserError(_format_failure(fetched))


def _entries_held(node: Node, author_id: AuthorId) -> int:
    try:
        return node.fetch_progress(author_id).entries_held
    except UserError:
        return 0  # a node may never have heard of this author


def _watch(
    node: Node,
    author_id: AuthorId,
    entries_before: int,
    started_s: float,
    timeout_s: float | None,
) -> Fetched:
    """Look at the fetch until it is done, cannot go on, or is out of time."""
    with progress_bar("{task.fields[facts]}") as bar:
        task = bar.add_task("fetching", total=None, facts="")
        while True:
            progress = node.fetch_progress(author_id)
            fetched = Fetched(
                progress=progress,
                seconds=time.monotonic() - started_s,
                entries_before=entries_before,
            )
            bar.update(
                task,
                total=progress.entries_total or None,
                completed=progress.entries_held,
                facts=_format_facts(fetched),
            )
            if progress.done or progress.error or _is_over(fetched, timeout_s):
                break
            time.sleep(LOOK_EVERY_S)
    return _when_searchable(node, fetched) if fetched.progress.done else fetched


def _when_searchable(node: Node, fetched: Fetched) -> Fetched:
    """Wait a while until what was fetched can also be read and found, name included."""
    for _ in range(round(INDEX_TIMEOUT_S / LOOK_EVERY_S)):
        if fetched.progress.searchable:
            break
        time.sleep(LOOK_EVERY_S)
        progress = node.fetch_progress(fetched.progress.author_id)
        fetched = replace(fetched, progress=progress)
    return fetched


def _is_over(fetched: Fetched, timeout_s: float | None) -> bool:
    return timeout_s is not None and fetched.seconds >= timeout_s


def _format_facts(fetched: Fetched) -> str:
    progress = fetched.progress
    if not progress.entries_total:
        return "looking for somebody who holds it"
    return (
        f"{progress.entries_held:,} of {progress.entries_total:,} entries"
        f" · {fetched.entries_per_s:,.0f}/s"
        f" · {format_bytes(progress.bytes_held)}"
        f" · {count(len(progress.holders), 'holder', 'holders')}"
    )


def _format_done(fetched: Fetched) -> str:
    progress = fetched.progress
    name = progress.name or format_address(progress.author_id)
    if progress.entries_held == fetched.entries_before:
        return (
            f"{name}: all {count(progress.entries_total, 'entry', 'entries')} were here already"
        )
    return (
        f"{name}: all {count(progress.entries_total, 'entry', 'entries')} held and verified,"
        f" {format_bytes(progress.bytes_held)} in {fetched.seconds:.1f} s"
        f" ({fetched.entries_per_s:,.0f} entries/s{_format_holders(progress)})"
    )


def _format_holders(progress: FetchProgress) -> str:
    """Name how many holders sent chunks; a short backlog comes whole with its head."""
    holders = len(progress.holders)
    return f", {count(holders, 'holder', 'holders')}" if holders else ""


def _format_failure(fetched: Fetched) -> str:
    progress = fetched.progress
    if progress.error:
        return progress.error
    if not progress.entries_total:
        return f"nobody who holds this author answered within {fetched.seconds:.0f} s"
    return (
        f"{progress.entries_held:,} of {progress.entries_total:,} entries after"
        f" {fetched.seconds:.0f} s; run this again to go on"
    )


def _fetched_json(fetched: Fetched) -> Json:
    return {
        **fetch_progress_json(fetched.progress),
        "seconds": round(fetched.seconds, 3),
        "entries_per_s": round(fetched.entries_per_s, 1),
    }
