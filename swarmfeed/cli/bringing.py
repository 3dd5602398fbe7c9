"""An archive of another place: what is in it is told first, then somebody has to agree."""

import time
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from swarmfeed.cli.asking import require_yes
from swarmfeed.cli.foreign import HEAD_BYTES
from swarmfeed.cli.output import print_answer, print_line, print_sentence
from swarmfeed.cli.progress import progress_bar
from swarmfeed.core.archives import sentences
from swarmfeed.core.archives.formats import called_in_archive
from swarmfeed.core.archives.telling import counts, day, headline, left_out
from swarmfeed.core.asks import sentences as asked
from swarmfeed.core.asks.archives import (
    BRINGING,
    FAILED,
    ArchiveView,
    BringArchiveIn,
    HowIsArchive,
    LookAtArchive,
)
from swarmfeed.core.asks.posts import first_words
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""How zip files begin, the empty one too."""

LOOK_EVERY_S: Final = 0.2
"""How often a node is asked how far it is."""

Sleep = Callable[[float], None]


def archive_at(file: BinaryIO | Path) -> Path | None:
    """Return where an archive lies that somebody named; None: it is a file of lines."""
    if isinstance(file, Path):
        return file
    path = Path(getattr(file, "name", ""))
    if not path.is_file() or not isinstance(file, BufferedReader):
        return None
    head = file.peek(HEAD_BYTES)
    is_one = head.startswith(_ZIP) or bool(called_in_archive(head))
    return path if is_one else None


def bring_in(
    desk: Answerer,
    path: Path,
    *,
    dry_run: bool,
    yes: bool,
    anyway: bool,
    as_json: bool,
    sleep: Sleep = time.sleep,
) -> None:
    """Tell what is in an archive, and bring it in.

    Args:
        dry_run: Tell only.
        yes: Ask nobody.

    Raises:
        UserError: It cannot be read, or nobody agreed.
    """
    desk.ask(LookAtArchive(path=str(path.absolute())))
    looked = _wait(desk, sleep)
    if dry_run and as_json:
        print_answer(looked)
    if not as_json:
        for line in told(looked):
            print_line(line)
    if dry_run:
        return
    if not yes and looked.posts > looked.already_there:
        new = looked.posts - looked.already_there
        require_yes(sentences.CANNOT_BE_TAKEN_BACK(posts=new))
    desk.ask(BringArchiveIn(anyway=anyway))
    done = _wait(desk, sleep)
    if as_json:
        print_answer(done)
    elif done.already_there:
        print_sentence(asked.IMPORTED_SOME(posts=done.imported, already=done.already_there))
    else:
        print_sentence(asked.IMPORTED(posts=done.imported))


def told(looked: ArchiveView) -> list[str]:
    """What is in an archive, line by line."""
    lines = [headline(looked), *(f"  {each}" for each in counts(looked))]
    lines += [
        f"  {day(each.time_ms)}  {first_words(each.text, each.cw)}" for each in looked.samples
    ]
    if will_not := left_out(looked):
        lines.append(will_not)
        lines += [f"  {each.count:>7,}  {each.why}" for each in looked.left_out]
        lines.append(sentences.WHY_PERHAPS())
    return lines


def _wait(desk: Answerer, sleep: Sleep) -> ArchiveView:
    """Return how it came out.  UserError: badly."""
    with progress_bar("{task.fields[said]}") as bar:
        task = bar.add_task("reading", total=None, said="")
        while (view := desk.ask(HowIsArchive())).is_at_work:
            if view.state == BRINGING:
                done, total = view.imported + view.already_there, view.posts
                said = f"{done:,} of {total:,} posts"
                bar.update(
                    task, description="importing", completed=done, total=total, said=said
                )
            else:
                bar.update(task, said=f"{view.records:,}")
            sleep(LOOK_EVERY_S)
    if view.state == FAILED:
        raise UserError(view.sentence)
    return view
