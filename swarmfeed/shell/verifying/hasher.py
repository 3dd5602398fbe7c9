"""One process that verifies, as who asks it sees it."""

import marshal
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import swarmfeed
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.first_offer import FirstOffer
from swarmfeed.errors import BadEncodingError
from swarmfeed.shell.pipes import LENGTH_BYTES, read_part
from swarmfeed.shell.verifying import worker

_WHERE: Final = Path(swarmfeed.__file__).parents[1]
"""From here Python finds this program, however it was found before."""


def _is_ours(name: str) -> bool:
    """Whether a variable is for this program: one may say where the passphrase lies."""
    return name.upper().startswith("SWARMFEED")


class Hasher:
    """A process of its own; raises OSError when it cannot be started.

    It inherits nothing but its two pipes: no locks, no threads of libtorrent, no keys.  It has
    a session of its own, so what is typed at a terminal does not reach it.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # this program
            [sys.executable, "-m", worker.__name__],
            cwd=_WHERE,
            env={name: os.environ[name] for name in os.environ if not _is_ours(name)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def process_id(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Return when it has loaded what it needs.  OSError: it has ended instead."""
        assert self._process.stdout is not None, "it was started with two pipes"
        if self._process.stdout.read(1) != worker.READY:
            raise BrokenPipeError("it ended before it was ready")

    def hash(self, frames: memoryview) -> list[Hash]:
        """Return the roots of frames that lie one after the other.

        Raises:
            BadEncodingError: One of them is none, or not of 256 entries.
            OSError: The process is gone.
        """
        self._ask(worker.FRAMES, frames)
        content = self._answer()
        return [
            Hash(content[at : at + HASH_BYTES]) for at in range(0, len(content), HASH_BYTES)
        ]

    def ask(self, offers: Sequence[FirstOffer]) -> None:
        """Have offers verified; the answer has to be taken before anything else is asked.

        OSError: the process is gone.
        """
        question = marshal.dumps([tuple(each) for each in offers])
        self._ask(worker.OFFERS, memoryview(question))

    def answer(self) -> list[Any]:
        """Return what was found of the offers that were asked about, in plain values: None of
        those that are false.  OSError: the process is gone."""
        found: list[Any] = marshal.loads(self._answer())  # noqa: S302  # of our own
        return found

    def kill(self) -> None:
        """End the process, also while it is asked: whoever asks gets an OSError."""
        self._process.kill()

    def end(self) -> None:
        """End the process and all that was open for it, when nobody asks it any more."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None, "it was started with two pipes"
            with suppress(OSError):  # what it did not read any more
                pipe.close()

    def _ask(self, kind: bytes, content: memoryview) -> None:
        questions = self._process.stdin
        assert questions is not None, "it was started with two pipes"
        questions.write(kind + len(content).to_bytes(LENGTH_BYTES, "big"))
        questions.write(content)
        questions.flush()

    def _answer(self) -> bytes:
        """Raises BadEncodingError: it refused; OSError: it is gone."""
        answers = self._process.stdout
        assert answers is not None, "it was started with two pipes"
        verdict, content = answers.read(1), read_part(answers)
        if content is None:
            raise BrokenPipeError("it ended before it answered")
        if verdict == worker.REFUSED:
            raise BadEncodingError(content.decode())
        return content
