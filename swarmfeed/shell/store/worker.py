"""The process that prepares entries: ``python -m swarmfeed.shell.store.worker``.

    ready    = "!", once it has loaded what it needs
    question = length (4, big-endian) || marshal of (what is asked, what of)
    answer   = length (4) || marshal of what is answered

    "prepare", run          what was read and made of it, or why there is nothing, as text
    "keep", runs            of each what times its entries claim, or why; what was made of them
                            is kept until the next of these questions
    "put in", (path, rows)  of each how many posts are new, once all of them are in the index
                            at that path; None: nothing went in

Both are of the same Python, so ``marshal`` is as safe as memory.  It ends with its standard
input, so it never outlives who asks.
"""

import marshal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.sightings import reckoning_of
from swarmfeed.errors import BadEncodingError, SwarmfeedError
from swarmfeed.ports import Addition
from swarmfeed.shell.pipes import part, read_part, write_all
from swarmfeed.shell.store.database import require_checked, set_up, transaction
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.made import Run, prepare_each
from swarmfeed.shell.store.sqlite import OpenFile, SqliteError, connect
from swarmfeed.shell.store.write import add, gathered

READY: Final = b"!"
PREPARE: Final = "prepare"
KEEP: Final = "keep"
PUT_IN: Final = "put in"


class Worker:
    """What answers, in the process."""

    def __init__(self) -> None:
        self._kept: list[Run | BadEncodingError] = []
        self._path = ""
        self._file: OpenFile | None = None

    def answer_to(self, question: bytes) -> bytes:
        asked, what = marshal.loads(question)  # noqa: S302  # of our own
        if asked == PREPARE:
            (run,) = prepare_each([_packed(*what)])
            answer: Any = _told_of(run)
        elif asked == KEEP:
            answer = self._keep(what)
        else:
            answer = self._put_in(*what)
        return part(marshal.dumps(answer))

    def _keep(self, runs: list[Any]) -> list[Any]:
        self._kept = prepare_each([_packed(*each) for each in runs])
        return [
            str(each) if isinstance(each, BadEncodingError) else list(each.times_ms)
            for each in self._kept
        ]

    def _put_in(self, path: str, rows: list[Any]) -> list[int] | None:
        try:
            db = self._open(path)
            with transaction(db), gathered(db, in_order=False):
                return [add(db, TABLES, self._addition(*row)) for row in rows]
        except (SqliteError, SwarmfeedError):
            # Who asked does it instead, meets the same, and knows whom to tell.
            self._close()
            return None

    def _addition(self, place: int, names: tuple[Any, ...], seen: tuple[Any, ...]) -> Addition:
        """What a row means."""
        run = self._kept[place]
        assert isinstance(run, Run), "one that is damaged goes nowhere"
        feed_id, author_id, start, with_posts, resorted_from = names
        return Addition(
            feed_id=feed_id,
            author_id=author_id,
            start=start,
            prepared=run,
            reckoning=reckoning_of(seen),
            with_posts=with_posts,
            resorted_from=resorted_from,
        )

    def _open(self, path: str) -> OpenFile:
        """Open the index that its owner has open, and checked."""
        if self._file is None or path != self._path:
            self._close()
            self._path, self._file = path, connect(Path(path))
            set_up(self._file)
            require_checked(self._file)
            self._file.execute("PRAGMA foreign_keys = ON")
        return self._file

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def main() -> None:
    """Answer until the questions end."""
    worker = Worker()
    # Unbuffered: nothing is left to flush, and to fail, when who asked is gone.
    with (
        suppress(BrokenPipeError),
        open(0, "rb") as questions,
        open(1, "wb", buffering=0) as answers,
    ):
        answers.write(READY)
        while (question := read_part(questions)) is not None:
            write_all(answers, worker.answer_to(question))


def _packed(frames: bytes, tail: list[bytes], skip: int, count: int) -> Packed:
    return Packed(frames=frames, tail=tail, skip=skip, count=count)


def _told_of(run: Run | BadEncodingError) -> tuple[Any, ...] | str:
    """What is answered of a run."""
    if isinstance(run, BadEncodingError):
        return str(run)
    made = run.made
    return tuple(run.entries), list(made.places), list(made.words), made.packs


if __name__ == "__main__":
    assert sys.argv[1:] == [], "it is asked through its standard input"
    main()
