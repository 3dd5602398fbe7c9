"""``swarmfeed import``: bring posts from elsewhere into one's own feed, with their times."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from swarmfeed.cli.bringing import archive_at, bring_in
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.jsonl import Complaints, Line, read_lines
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence, warn
from swarmfeed.cli.params import TextParam
from swarmfeed.cli.progress import progress_bar
from swarmfeed.core.archives import sentences as archive_sentences
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.writing import ImportPosts, ImportReport, OldPost
from swarmfeed.core.feed.limits import IMPORT_AHEAD_MS
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError

BATCH_POSTS_MAX: Final = 4_096
"""Posts handed to the node at a time: few enough for a bar that moves."""

BATCH_BYTES_MAX: Final = 512 * 1024
"""Text handed to the node at a time; every byte of it may take six in JSON."""


class _WithOldName(click.Command):
    """Takes ``import jsonl FILE`` for ``import FILE``: so it was called when it was learnt."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_old = args[:1] == ["jsonl"] and args[1:] and (args[1] == "-" or args[1][:1] != "-")
        return super().parse_args(ctx, args[1:] if is_old else args)


class _FileOrFolder(click.File):
    """A file, opened; of a folder its path."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        is_folder = isinstance(value, str) and Path(value).is_dir()
        return Path(value) if is_folder else super().convert(value, param, ctx)


@click.command("import", cls=_WithOldName)
@click.argument("file", type=_FileOrFolder("rb"))
@click.option("--author", type=TextParam(), help="Take the lines of this author only.")
@click.option(
    "--skip-bad", is_flag=True, help="Leave out lines that hold no post, and name them."
)
@click.option(
    "--anyway", is_flag=True, help="Go on though what you wrote on other devices is not here."
)
@click.option(
    "--dry-run", is_flag=True, help="Of an archive: tell what would come, and end there."
)
@click.option("--yes", is_flag=True, help="Of an archive: import it without asking.")
@json_option
@pass_context
def import_(
    context: Context,
    file: BinaryIO | Path,
    author: str | None,
    skip_bad: bool,
    anyway: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Import posts from a file into your own feed.

    They become part of your feed like posts you write, with their original times, and
    others keep copies. Importing the same file again adds nothing.

    FILE is an archive of X, Mastodon or Bluesky, as it was downloaded or unpacked, or notes of
    Nostr, twtxt, RSS, Atom, JSON Feed, or an export of swarmfeed: it is told what is in it
    before anything comes in. Or it has lines of {"author": A, "time": SECONDS, "text":
    T}; these may be gzipped, and - is standard input. Nothing is imported before every line is
    read and found good.
    """
    if (archive := archive_at(file)) is not None:
        with context.open() as desk:
            bring_in(desk, archive, dry_run=dry_run, yes=yes, anyway=anyway, as_json=as_json)
        return
    assert not isinstance(file, Path), "a folder is an archive"
    if dry_run:
        raise UserError(archive_sentences.NO_DRY_RUN())
    latest_ms = context.doors.now_ms() + IMPORT_AHEAD_MS
    lines, bad = _read(file, author, skip_bad, latest_ms)
    with context.open() as desk:
        done = _import(desk, sorted(lines, key=lambda line: line.time_ms), anyway)
    report = ImportReport(
        read=len(lines) + len(bad),
        imported=done.imported,
        already_there=done.already_there,
        skipped=(*bad, *done.skipped),
    )
    _print_report(report, as_json)


def _read(
    file: BinaryIO, author: str | None, skip_bad: bool, latest_ms: int
) -> tuple[list[Line], list[str]]:
    """Return the posts, and what is wrong with the lines that are left out.

    Raises:
        UserError: There are no posts, or not only, and nobody said to leave out the rest.
    """
    bad: list[str] = []
    foreign: list[str] = []

    def refuse(sentence: str) -> None:
        if not skip_bad:
            raise UserError(sentence)
        foreign.append(sentence)

    complain = Complaints(bad=bad.append, foreign=refuse)
    lines = list(_choose(read_lines(file, complain, latest_ms), author))
    if bad and not skip_bad:
        more = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
        raise UserError(f"{bad[0]}{more}; nothing was imported. Mend it, or say --skip-bad")
    if not lines and foreign:
        raise UserError(foreign[0])
    if not lines:
        raise UserError(f"there are no posts of {author} in it" if author else "no posts in it")
    return lines, bad


def _choose(lines: Iterator[Line], author: str | None) -> Iterator[Line]:
    """Keep the lines of one author: everybody else's are not ours to sign."""
    first: str | None = author
    for line in lines:
        first = first if first is not None else line.author
        if line.author == first:
            yield line
        elif author is None:
            raise UserError(
                f"line {line.number} is by {line.author}, others by {first}: choose one of"
                " them with --author; nothing was imported"
            )


def _import(desk: Answerer, lines: Sequence[Line], anyway: bool) -> ImportReport:
    earlier: Counter[tuple[int, str]] = Counter()
    total = ImportReport(read=0, imported=0, already_there=0)
    with progress_bar("{task.completed:,} of {task.total:,} posts") as bar:
        task = bar.add_task("importing", total=len(lines))
        for batch in _batches(lines):
            keys = [(line.time_ms, line.text) for line in batch]
            posts = tuple(OldPost(*key, earlier[key]) for key in keys)
            part = desk.ask(ImportPosts(posts=posts, anyway=anyway))
            earlier.update(keys)
            total = ImportReport(
                read=total.read + part.read,
                imported=total.imported + part.imported,
                already_there=total.already_there + part.already_there,
                skipped=total.skipped + part.skipped,
            )
            bar.advance(task, len(batch))
    return total


def _batches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    size_bytes = 0
    for line in lines:
        line_bytes = len(line.text.encode("utf-8"))
        if len(batch) == BATCH_POSTS_MAX or size_bytes + line_bytes > BATCH_BYTES_MAX:
            yield batch
            batch, size_bytes = [], 0
        batch.append(line)
        size_bytes += line_bytes
    yield batch


def _print_report(report: ImportReport, as_json: bool) -> None:
    if as_json:
        print_answer(report)
        return
    for line in report.skipped:
        warn(sentences.LEFT_OUT(line=line))
    posts, already = report.imported, report.already_there
    print_sentence(
        sentences.IMPORTED_SOME(posts=posts, already=already)
        if already
        else sentences.IMPORTED(posts=posts)
    )
