"""How things look at a terminal: calm text for people, one JSON value for programs."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import click

from swarmfeed.cli.hints import complete
from swarmfeed.cli.layout import GAP, Column, cut, rows_side_by_side, width_of, wrap
from swarmfeed.core.asks import reaction_sentences, thread_sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.excerpt import excerpt
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.asks.posts import HERE, PostView, first_words, ref_text
from swarmfeed.core.asks.sentences import DATED_AHEAD, who_has_it
from swarmfeed.core.asks.thread_sentences import MORE_LINES, direct_replies
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.texts import counted, format_size
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.media import sentences as media_sentences

NO_NAME: Final = "(no name)"
"""Stands for the name of an author who gave none."""

MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
WEEK_S: Final = 7 * DAY_S

INDENT: Final = "  "
"""Before what a post says, so that posts can be told apart."""

COLUMNS_MIN: Final = 20
"""A terminal that says it is narrower is taken for so wide."""

WORDS_ON_A_LINE: Final = 4
"""Backup words: six lines of four fit the narrowest terminal."""

WORD_COLUMNS: Final = 14
"""A number, one of the words, which have eight letters at most, and a gap."""

_UNPRINTABLE: Final = re.compile(
    # Controls but tab and line feed; then what turns the direction of text around, and
    # halves of characters, which no encoding can print.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def plain(text: str) -> str:
    """Make foreign text safe to print: nothing in it can move a cursor or rename a window."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def terminal_columns() -> int | None:
    """How wide the terminal is that shows our output; None when a file or a program has it."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return max(shutil.get_terminal_size().columns, COLUMNS_MIN)


def styled(text: str, **style: bool) -> str:
    """Make text bold or dim where a terminal can show that, and nobody asked for none.

    Source: no-color.org.
    """
    plainly = terminal_columns() is None or os.environ.get("NO_COLOR")
    return text if plainly or os.environ.get("TERM") == "dumb" else click.style(text, **style)


def _laid_out(text: str, indent: str = "") -> str:
    """Indent a text, broken to the width of the terminal if there is one."""
    columns = terminal_columns()
    lines = text.split("\n") if columns is None else wrap(text, columns - len(indent))
    return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def print_json(value: object) -> None:
    """Print one JSON value on one line.  ASCII, so that no terminal can misread it."""
    click.echo(json.dumps(value, ensure_ascii=True, separators=(", ", ": ")))


def print_answer(answer: object) -> None:
    """Print a view as JSON, as the API writes it."""
    print_json(to_json(answer))


def print_line(line: str) -> None:
    """Print one line as it is: not wrapped, so that links can be copied."""
    click.echo(plain(line))


def print_posts(
    posts: Sequence[PostView], *, now_ms: int, empty: str, notes: Sequence[str] = ()
) -> None:
    """Print posts as they come, newest first; ``empty`` when there are none.

    Args:
        notes: What else stands behind the name of each.
    """
    if not posts:
        click.echo(styled(empty, dim=True))
    for number, post in enumerate(posts):
        if number:
            click.echo("")
        print_post(post, now_ms=now_ms, notes=notes[number : number + 1])


def print_post(
    post: PostView,
    *,
    now_ms: int,
    indent: str = "",
    whole: bool = False,
    is_under: bool = False,
    notes: Sequence[str] = (),
) -> None:
    """Print one post; at a terminal of a long one the first lines, unless it is to be whole.

    Args:
        is_under: Whether what it answers was printed right before it.
        notes: Further facts beside its time.
    """
    inner = indent + INDENT
    click.echo(indent + _post_title(post, now_ms, *notes))
    if post.answers is not None and not is_under:
        said = thread_sentences.answering(post.answers, by=post.author_id, me=None, mark=plain)
        click.echo(styled(cut(inner + said, terminal_columns()), dim=True))
    if post.boosted_by is not None:
        said = reaction_sentences.who_boosted(post.boosted_by, None, plain)
        click.echo(styled(cut(inner + said, terminal_columns()), dim=True))
    if post.audience:
        click.echo(styled(cut(inner + plain(post.audience), terminal_columns()), dim=True))
    body = f"[{post.cw}]\n{post.text}" if post.cw else post.text
    if post.withdrawn:
        body = thread_sentences.gone(post, plain)
    columns = terminal_columns()
    if whole or columns is None:
        shown, more = body, 0
    else:
        shown, more = excerpt(body, max(columns - len(inner), COLUMNS_MIN))
    click.echo(_laid_out(plain(shown), inner))
    _print_beside(post, inner)
    # Whole on its line whatever the width: it is there to be copied.
    name = ref_text(post.ref)
    told = complete(MORE_LINES(lines=more, post=name)) if more else name
    click.echo(styled(inner + told, dim=True))


def _print_beside(post: PostView, inner: str) -> None:
    """Print what a post quotes, and a line on each of its pictures and files."""
    _print_quoted(post, inner + INDENT)
    for medium in post.media:
        click.echo(styled(cut(inner + told_of(medium), terminal_columns()), dim=True))


def _print_quoted(post: PostView, indent: str) -> None:
    """Print what a post quotes, as far as it is here."""
    if post.quoted is None:
        return
    said = post.quoted
    words = first_words(said.text, said.cw)
    line = f"{plain(said.author_name) or NO_NAME}: {plain(words)}"
    if said.state != HERE:
        line = reaction_sentences.instead_of_quote(said, plain)
    click.echo(styled(cut(f"{indent}| {line}", terminal_columns()), dim=True))


def told_of(medium: MediumView) -> str:
    """Say on one line what a post has beside its words."""
    what = plain(medium.alt or medium.file_name) or media_sentences.NOT_DESCRIBED()
    size = format_size(medium.size_bytes, tenths_below=10)
    is_here = medium.state == HERE
    kind = media_sentences.PICTURE() if medium.is_picture else media_sentences.FILE()
    said = media_sentences.IS_HERE() if is_here else media_sentences.IS_AWAY()
    return f"[{kind}: {what} · {size} · {said}]"


def print_text(title: str, text: str, cw: str = "") -> None:
    """Print a text below what it is; all of it, whatever its length."""
    click.echo(styled(title, dim=True))
    click.echo(_laid_out(plain(f"[{cw}]\n{text}" if cw else text), INDENT))


def _post_title(post: PostView, now_ms: int, *notes: str) -> str:
    facts = [format_age(post.time_ms, now_ms), *notes]
    if post.namesake:
        facts.insert(0, short_author(post.author_id))
    if post.is_ahead:
        facts.append(DATED_AHEAD())
    if post.reply_count:
        facts.append(direct_replies(post))
    facts += reaction_sentences.counts(post)
    if post.held_by:
        facts.append(who_has_it(post.held_by))
    return titled(plain(post.author_name) or NO_NAME, *facts)


def titled(who: str, *facts: str) -> str:
    """Return the line above what somebody wrote or did; empty facts are left out."""
    return styled(who, bold=True) + styled(GAP + " · ".join(filter(None, facts)), dim=True)


def print_table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings; a heading that starts with ``>`` is a column of numbers.

    Where no terminal shows them, cells have a tab between.
    """
    columns = [Column(title=title.lstrip(">"), right=title.startswith(">")) for title in titles]
    cells = [[plain(cell) for cell in row] for row in rows]
    headed = [[column.title for column in columns], *cells]
    head, *lines = rows_side_by_side(columns, headed, terminal_columns())
    click.echo(styled(head, dim=True))
    for line in lines:
        click.echo(line)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair on a line; values are never broken."""
    shown = [(plain(name), plain(value)) for name, value in facts]
    columns = terminal_columns()
    width = max(width_of(name) for name, _ in shown)
    for name, value in shown:
        label = f"{name}\t" if columns is None else f"{name:{width}}{GAP}"
        click.echo(styled(label, dim=True) + value)


def print_sentence(sentence: str) -> None:
    """Print one sentence for a person."""
    click.echo(_laid_out(plain(complete(sentence))))


def print_done(answer: object, as_json: bool, sentence: str) -> None:
    """Print what came of a wish: the answer for a program, or one sentence for a person."""
    if as_json:
        print_answer(answer)
    else:
        print_sentence(sentence)


def print_words(title: str, advice: str, words: str) -> None:
    """Print backup words under what to do with them: numbered, to be copied by hand.

    In a file they stand on one line, as ``restore`` reads them.
    """
    click.echo("")
    click.echo(styled(title, bold=True))
    click.echo(_laid_out(advice))
    click.echo("")
    if terminal_columns() is None:
        click.echo(words)
        return
    numbered = [f"{number:2} {word}" for number, word in enumerate(words.split(), start=1)]
    for start in range(0, len(numbered), WORDS_ON_A_LINE):
        line = "".join(f"{word:<{WORD_COLUMNS}}" for word in numbered[start:][:WORDS_ON_A_LINE])
        click.echo(f"{INDENT}{line}".rstrip())


def warn(sentence: str) -> None:
    """Say something on standard error that is no reason to stop."""
    click.echo(plain(complete(sentence)), err=True)


def flush() -> None:
    """Let whoever reads our output through a pipe have it now."""
    sys.stdout.flush()


# --- values for people -----------------------------------------------------------------


def short(key: FeedId | NodeId) -> str:
    """Return the start of an address: enough to tell two apart in a table."""
    return format_address(key)[:8]


def short_author(author_id: AuthorId) -> str:
    """Return the start of the address of an author, as ``short`` does."""
    return format_author(author_id)[:8]


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
