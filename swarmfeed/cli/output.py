"""How things look at a terminal: calm text for people, one JSON value for programs."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import click
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.sentences import DATED_AHEAD
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.texts import counted, format_size

NO_NAME: Final = "(no name)"
"""Stands for the name of an author who gave none."""

MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
WEEK_S: Final = 7 * DAY_S

WORD_COLUMNS: Final = 4
"""Backup words on a line: six lines of four fit the narrowest terminal."""

_UNPRINTABLE: Final = re.compile(
    # Controls but tab and line feed; then what turns the direction of text around, and
    # halves of characters, which no encoding can print.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Make foreign text safe to print: nothing in it can move a cursor or rename a window."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def console(*, stderr: bool = False) -> Console:
    """A console for people; without colour, and as wide as it says, when not a terminal."""
    # Made anew each time, so that it writes to what standard output is at the moment.
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def print_json(value: object) -> None:
    """Print one JSON value on one line.  ASCII, so that no terminal can misread it."""
    click.echo(json.dumps(value, ensure_ascii=True, separators=(", ", ": ")))


def print_answer(answer: object) -> None:
    """Print a view as JSON, as the API writes it."""
    print_json(to_json(answer))


def print_line(line: str) -> None:
    """Print one line as it is: not wrapped, so that links can be copied."""
    click.echo(plain(line))


def print_posts(posts: Sequence[PostView], *, now_ms: int, empty: str) -> None:
    """Print posts as they come, newest first; ``empty`` when there are none."""
    out = console()
    if not posts:
        out.print(Text(empty, style="dim"))
    for number, post in enumerate(posts):
        if number:
            out.print()
        out.print(_post_title(post, now_ms))
        body = f"[{post.cw}]\n{post.text}" if post.cw else post.text
        out.print(Padding(Text(plain(body)), (0, 0, 0, 2), expand=False))
        # Whole on its line whatever the width: it is there to be copied.
        out.print(Text(f"  {ref_text(post.ref)}", style="dim"), soft_wrap=True)


def _post_title(post: PostView, now_ms: int) -> Text:
    title = Text(plain(post.author_name) or NO_NAME, style="bold")
    facts = [format_age(post.time_ms, now_ms)]
    if post.is_ahead:
        facts.append(DATED_AHEAD())
    if post.reply_to is not None:
        facts.append("a reply")
    if post.reply_count:
        facts.append(counted(post.reply_count, "reply", "replies"))
    if post.held_by:
        facts.append(f"held by {post.held_by}")
    return title.append("  " + " · ".join(facts), style="not bold dim")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings; a heading that starts with ``>`` is a column of numbers."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        right = column.startswith(">")
        table.add_column(
            column.lstrip(">"), justify="right" if right else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair on a line; values are never broken."""
    shown = list(facts)
    width = max(len(name) for name, _ in shown)
    out = console()
    for name, value in shown:
        line = Text(name.ljust(width + 2), style="dim").append(plain(value), style="not dim")
        out.print(line, soft_wrap=True)


def print_sentence(sentence: str) -> None:
    """Print one sentence for a person."""
    console().print(Text(plain(sentence)))


def print_words(title: str, advice: str, words: str) -> None:
    """Print backup words, numbered, under what to do with them."""
    out = console()
    out.print()
    out.print(Text(title, style="bold"))
    out.print(Text(advice))
    out.print()
    table = Table(box=None, show_header=False, padding=(0, 3, 0, 0), pad_edge=False)
    numbered = [f"{number:2} {word}" for number, word in enumerate(words.split(), start=1)]
    for start in range(0, len(numbered), WORD_COLUMNS):
        table.add_row(*numbered[start : start + WORD_COLUMNS])
    out.print(Padding(table, (0, 0, 0, 2), expand=False))


def progress_bar(*columns: str) -> Progress:
    """A bar on standard error, where it never mixes with results; silent without a terminal.

    Args:
        columns: Format strings of further columns, over ``task`` and its ``fields``.
    """
    further: list[ProgressColumn] = [TextColumn(column, markup=False) for column in columns]
    err = console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *further,
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


def warn(sentence: str) -> None:
    """Say something on standard error that is no reason to stop."""
    click.echo(plain(sentence), err=True)


def flush() -> None:
    """Let whoever reads our output through a pipe have it now."""
    sys.stdout.flush()


# --- values for people -----------------------------------------------------------------


def short(key: bytes) -> str:
    """Return the start of an address: enough to tell two apart in a table."""
    return format_address(key)[:8]


def format_bytes(size_bytes: int) -> str:
    """Return a size of three digits: ``812 B``, ``1.2 MB``, ``12.0 MB``."""
    return format_size(size_bytes, tenths_below=99.95)


def format_age(time_ms: int, now_ms: int) -> str:
    """How long ago in words; the date when more than a week ago, or in the future."""
    age_s = (now_ms - time_ms) // 1000
    if not -MINUTE_S <= age_s < WEEK_S:
        return format_date(time_ms)
    if age_s < MINUTE_S:
        return "just now"
    if age_s < HOUR_S:
        return counted(age_s // MINUTE_S, "minute", "minutes") + " ago"
    if age_s < DAY_S:
        return counted(age_s // HOUR_S, "hour", "hours") + " ago"
    return counted(age_s // DAY_S, "day", "days") + " ago"


def format_date(time_ms: int) -> str:
    """Date and minute, in the zone of this machine."""
    try:
        when = datetime.fromtimestamp(time_ms / 1000, tz=UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        # Authors may claim any year up to 33658; datetime ends at 9999.
        return "in a far future"
    return when.strftime("%Y-%m-%d %H:%M")
