"""The process that prepares entries: ``python -m swarmfeed.shell.store.helper``, and its asker.

    ready    = "!", once it has loaded what it needs
    question = length (4, big-endian) || marshal of frames, tail, skip, count
    answer   = "+" || length (4) || marshal of what was read and made
             | "-" || length (4) || why there is nothing, UTF-8

Both are of the same Python, so ``marshal`` is as safe as memory.  It ends with its standard
input, so it never outlives who asks.
"""

import marshal
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import swarmfeed
from swarmfeed.core.feed.reading import Entries, Packed
from swarmfeed.errors import BadEncodingError
from swarmfeed.shell.pipes import part, read_part
from swarmfeed.shell.store.made import Made, Run, prepare

READY: Final = b"!"
PREPARED: Final = b"+"
REFUSED: Final = b"-"

NAME: Final = "swarmfeed.shell.store.helper"

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
            [sys.executable, "-m", NAME],
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
            if self._answers.read(1) != READY:
                raise BrokenPipeError("it ended before it was ready")
            self._is_ready = True
        return self._is_ready

    def ask(self, packed: Packed) -> None:
        """Have a run prepared; the answer to the last question has to be taken first."""
        question = (packed.frames, list(packed.tail), packed.skip, packed.count)
        self._questions.write(part(marshal.dumps(question)))
        self._questions.flush()

    def answer(self) -> Run:
        """Return the run that was asked for.

        Raises:
            BadEncodingError: Damaged, or not what anybody may have signed.
            OSError: The process is gone.
        """
        verdict, content = self._answers.read(1), read_part(self._answers)
        if content is None:
            raise BrokenPipeError("it ended before it answered")
        if verdict == REFUSED:
            raise BadEncodingError(content.decode())
        entries, places, words, packs = marshal.loads(content)  # noqa: S302  # of our own
        made = Made(places=places, words=words, packs=packs)
        return Run(entries=Entries(*entries), made=made)

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


def main() -> None:
    """Answer until the questions end."""
    # Unbuffered: nothing is left to flush, and to fail, when who asked is gone.
    with (
        suppress(BrokenPipeError),
        open(0, "rb") as questions,
        open(1, "wb", buffering=0) as answers,
    ):
        answers.write(READY)
        while (question := read_part(questions)) is not None:
            write_all(answers, answer_to(question))


def answer_to(question: bytes) -> bytes:
    frames, tail, skip, count = marshal.loads(question)  # noqa: S302  # of our own
    try:
        run = prepare(Packed(frames=frames, tail=tail, skip=skip, count=count))
    except BadEncodingError as error:
        return REFUSED + part(str(error).encode())
    made = run.made
    told: Any = (tuple(run.entries), list(made.places), list(made.words), made.packs)
    return PREPARED + part(marshal.dumps(told))


def write_all(stream: IO[bytes], content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[stream.write(left) :]


if __name__ == "__main__":
    assert sys.argv[1:] == [], "it is asked through its standard input"
    main()
