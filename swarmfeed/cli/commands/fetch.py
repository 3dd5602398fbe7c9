"""``swarmfeed fetch``: get an author's whole backlog, now, and say when it is all there."""

import time
from collections.abc import Sequence
from typing import Final

import click
from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.node_options import node_options
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    format_bytes,
    print_json,
    print_sentence,
)
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.progress import progress_bar
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks import sentences, size_sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.people import Fetch, FetchProgress, HowFar
from swarmfeed.core.asks.shape import Json
from swarmfeed.core.base.address import format_author, format_link
from swarmfeed.core.base.limits import ENDPOINTS_MAX
from swarmfeed.core.base.texts import counted
from swarmfeed.core.base.types import AuthorId
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings

LOOK_EVERY_S: Final = 0.1
"""Often enough for a bar that moves, and for seconds that are told to a tenth."""

INDEX_TIMEOUT_S: Final = 60
"""How long a fetch that is done waits for the index: two million posts."""


class Fetched(Struct, frozen=True, kw_only=True):
    """How a fetch stands, some seconds after it was asked for."""

    progress: FetchProgress
    seconds: float
    entries_before: int
    """Entries that were held already when it began."""

    @property
    def entries_per_s(self) -> float:
        """Entries that arrived and were verified, over the whole time since the start."""
        return (self.progress.entries_held - self.entries_before) / max(self.seconds, 0.001)


def make_fetch(others: Sequence[type]) -> click.Command:
    """``fetch``, with an option for each setting of a node that goes online for it."""

    @click.command()
    @click.argument("whom", type=WhomParam())
    @click.option(
        "--timeout",
        "timeout_s",
        type=click.FloatRange(min=0, min_open=True),
        help="Give up after so many seconds; otherwise wait until Ctrl-C.",
    )
    @node_options(others, stays=False)
    @json_option
    @pass_context
    def fetch(
        context: Context,
        /,
        whom: Whom,
        timeout_s: float | None,
        settings: NodeSettings,
        as_json: bool,
    ) -> None:
        """Fetch everything that somebody wrote.

        WHOM is a link, an address, or a name that is known here. Ends with exit code 0 only
        when the whole backlog is held and verified. With a node running, that one fetches,
        and of the network options only --peer has a meaning.
        """
        _print_fetched(_fetch(context, whom, timeout_s, settings), as_json)

    return fetch


def _fetch(
    context: Context, whom: Whom, timeout_s: float | None, settings: NodeSettings
) -> Fetched:
    started_s = time.monotonic()
    with context.open(settings) as desk:
        link = find(desk, whom)
        asked = format_link(replace(link, at=(*settings.peers, *link.at)[:ENDPOINTS_MAX]))
        entries_before = _entries_held(desk, link.author_id)
        desk.ask(Fetch(who=asked))
        return _watch(desk, link.author_id, entries_before, started_s, timeout_s)


def _print_fetched(fetched: Fetched, as_json: bool) -> None:
    """Print how a fetch ended.  Raises UserError when it did not get everything."""
    if as_json:
        print_json(_fetched_json(fetched))
    elif fetched.progress.done:
        print_sentence(_format_done(fetched))
        for sentence in size_sentences.what_it_takes(
            fetched.progress.bytes_held,
            fetched.progress.unpacked_bytes,
            fetched.progress.limit,
        ):
            print_sentence(sentence)
        if fetched.progress.missing:
            print_sentence(fetched.progress.missing)
    if not fetched.progress.done:
        raise UserError(_format_failure(fetched))


def _entries_held(desk: Answerer, author_id: AuthorId) -> int:
    try:
        return desk.ask(HowFar(author=author_id)).entries_held
    except UserError:
        return 0  # a node may never have heard of this author


def _watch(
    desk: Answerer,
    author_id: AuthorId,
    entries_before: int,
    started_s: float,
    timeout_s: float | None,
) -> Fetched:
    """Look at the fetch until it is done, cannot go on, or is out of time."""
    with progress_bar("{task.fields[facts]}") as bar:
        task = bar.add_task("fetching", total=None, facts="")
        while True:
            progress = desk.ask(HowFar(author=author_id))
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
    return _when_searchable(desk, fetched) if fetched.progress.done else fetched


def _when_searchable(desk: Answerer, fetched: Fetched) -> Fetched:
    """Wait a while until what was fetched can also be read and found, name included."""
    for _ in range(round(INDEX_TIMEOUT_S / LOOK_EVERY_S)):
        if fetched.progress.searchable:
            break
        time.sleep(LOOK_EVERY_S)
        progress = desk.ask(HowFar(author=fetched.progress.author_id))
        fetched = replace(fetched, progress=progress)
    return fetched


def _is_over(fetched: Fetched, timeout_s: float | None) -> bool:
    return timeout_s is not None and fetched.seconds >= timeout_s


def _format_facts(fetched: Fetched) -> str:
    progress = fetched.progress
    if not progress.entries_total:
        return sentences.LOOKING_FOR_HOLDERS()
    return (
        f"{progress.entries_held:,} of {progress.entries_total:,} entries"
        f" · {fetched.entries_per_s:,.0f}/s"
        f" · {format_bytes(progress.bytes_held)}"
        f" · {counted(len(progress.holders), 'holder', 'holders')}"
    )


def _format_done(fetched: Fetched) -> str:
    progress = fetched.progress
    name = progress.name or format_author(progress.author_id)
    if progress.entries_held == fetched.entries_before:
        return sentences.HERE_ALREADY(name=name, entries=progress.entries_total)
    # A short backlog comes whole with its head: then nobody sent chunks.
    done = sentences.FETCHED_FROM if progress.holders else sentences.FETCHED
    return done(
        name=name,
        entries=progress.entries_total,
        size=format_bytes(progress.bytes_held),
        seconds=fetched.seconds,
        entries_per_s=fetched.entries_per_s,
        holders=len(progress.holders),
    )


def _format_failure(fetched: Fetched) -> str:
    progress = fetched.progress
    if progress.error:
        return progress.error
    if not progress.entries_total:
        return sentences.NOBODY_ANSWERED(seconds=fetched.seconds)
    return sentences.NOT_ALL_FETCHED(
        held=progress.entries_held, entries=progress.entries_total, seconds=fetched.seconds
    )


def _fetched_json(fetched: Fetched) -> Json:
    return {
        **to_json(fetched.progress),
        "seconds": round(fetched.seconds, 3),
        "entries_per_s": round(fetched.entries_per_s, 1),
    }
