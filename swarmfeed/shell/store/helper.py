"""The process that prepares entries and puts them in, as who asks it sees it."""

import marshal
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import swarmfeed
from swarmfeed.core.feed.reading import Entries, Packed
from swarmfeed.core.feed.sightings import plain_reckoning
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports import Addition
from swarmfeed.shell.pipes import part, read_part
from swarmfeed.shell.store import worker
from swarmfeed.shell.store.made import Made, Run

_WHERE: Final = Path(swarmfeed.__file__).parents[1]
"""From here Python finds this program, however it was found before."""


class Helper:
    """That process, as who asks it sees it; raises OSError when it cannot be started.

    It inherits nothing but its two pipes: no locks, no threads of libtorrent, no keys.  It has
    a session of its own, so what is typed at a terminal does not reach it.
    """

    def __init__(self) -> None:
        ours = {name for name in os.environ if name.upper().startswith("SWARMFEED")}
        self._process = subprocess.Popen(  # noqa: S603  # this program
            [sys.executable, "-m", worker.__name__],
            cwd=_WHERE,
            env={name: os.environ[name] for name in os.environ if name not in ours},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdin is not None, "it was started with two pipes"
        assert self._process.stdout is not None, "it was started with two pipes"
        self._questions, self._answers = self._process.stdin, self._process.stdout
        self._waiting = select.poll()  # select() knows no more than 1,024 descriptors
        self._waiting.register(self._answers, select.POLLIN)
        self._is_ready = False

    @property
    def process_id(self) -> int:
        return self._process.pid

    def is_ready(self) -> bool:
        """Whether it has loaded what it needs.  OSError: it has ended instead."""
        if not self._is_ready and self._waiting.poll(0):
            if self._answers.read(1) != worker.READY:
                raise BrokenPipeError("it ended before it was ready")
            self._is_ready = True
        return self._is_ready

    def ask(self, run: Packed) -> None:
        """Have a run prepared; the answer to the last question has to be taken first."""
        self._ask(worker.PREPARE, _plain_run(run))

    def take(self) -> bytes:
        """Take the answer to the last question, for ``run_in``.  OSError: it is gone."""
        content = read_part(self._answers)
        if content is None:
            raise BrokenPipeError("it ended before it answered")
        return content

    def keep(self, runs: Sequence[Packed]) -> list[list[int] | BadEncodingError]:
        """Have runs prepared and kept; returns what times they claim.  OSError: it is gone."""
        self._ask(worker.KEEP, [_plain_run(each) for each in runs])
        return [
            BadEncodingError(each) if isinstance(each, str) else each for each in self._answer()
        ]

    def put_in(
        self, path: Path, places: Sequence[int], additions: Sequence[Addition]
    ) -> list[int] | None:
        """Have runs put in that are kept at these places; see ``Preparer``.

        OSError: the process is gone.
        """
        rows = [_row_of(*each) for each in zip(places, additions, strict=True)]
        self._ask(worker.PUT_IN, (str(path), rows))
        added: list[int] | None = self._answer()
        return added

    def _ask(self, asked: str, what: Any) -> None:
        self._questions.write(part(marshal.dumps((asked, what))))
        self._questions.flush()

    def _answer(self) -> Any:
        return marshal.loads(self.take())  # noqa: S302  # of our own

    def kill(self) -> None:
        """End the process, also while it is asked: whoever asks gets an OSError."""
        self._process.kill()

    def end(self) -> None:
        """End the process and all that was open for it, when nobody asks it any more."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._questions, self._answers):
            with suppress(OSError):  # what it did not read any more
                pipe.close()


def _plain_run(run: Packed) -> tuple[Any, ...]:
    return run.frames, list(run.tail), run.skip, run.count


def _row_of(place: int, addition: Addition) -> tuple[Any, ...]:
    """How a run that is kept at a place goes in."""
    names = (
        addition.feed_id,
        addition.author_id,
        addition.start,
        addition.with_posts,
        addition.resorted_from,
    )
    return place, names, plain_reckoning(addition.reckoning)


def run_in(answer: bytes) -> Run:
    """Read what the process tells of a run that it was asked for.

    Raises:
        BadEncodingError: It is damaged, or not what anybody may have signed.
    """
    told = marshal.loads(answer)  # noqa: S302  # of our own
    if isinstance(told, str):
        raise BadEncodingError(told)
    entries, places, words, packs = told
    made = Made(places=places, words=words, packs=packs)
    return Run(entries=Entries(*entries), made=made)
