"""Pictures, each decoded in a process of its own.

One process waits, its decoders loaded, so that nobody waits for it to start; it makes one
picture and ends, and the next one is started meanwhile.
"""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import swarmfeed
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.core.media import sentences
from swarmfeed.core.media.limits import (
    PICTURE_BYTES_MAX,
    PICTURE_PIXELS_MAX,
    WORKER_WAIT_S,
    WORKERS_MAX,
)
from swarmfeed.errors import PassingError, UserError
from swarmfeed.ports.pictures import MadePicture
from swarmfeed.shell.media import words
from swarmfeed.shell.pipes import part, read_part

_WORKER: Final = "swarmfeed.shell.media.worker"

_WHERE: Final = Path(swarmfeed.__file__).parents[1]
"""From here Python finds this program, however it was found before."""

_KEPT: Final = ("PATH", "LANG", "PYTHONPATH")
"""Variables that the process gets: no other one is its business."""

_PARTS: Final = {words.MADE: 5, words.READ: 1}
"""How many there are of an answer that says what came of it."""

_CODES: Final = 0
"""Asked for this side, a process reads codes."""

_REFUSALS: Final = {
    words.NO_PICTURE: sentences.NO_PICTURE(),
    words.TOO_LARGE: sentences.PICTURE_TOO_LARGE(most=PICTURE_PIXELS_MAX // 1_000_000),
    words.TOO_HARD: sentences.PICTURE_TOO_HARD(),
}


class _Worker:
    """A process for one picture; raises OSError when it cannot be started.

    It inherits nothing but its two pipes: no keys, no sockets, and none of the variables that
    may say where the passphrase lies.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # this program
            [sys.executable, "-m", _WORKER],
            cwd=_WHERE,
            env={each: os.environ[each] for each in _KEPT if each in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def ask(self, picture: bytes, side: int) -> list[bytes]:
        """Return the parts of the answer.  UserError: it gave none that says what it made."""
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None, "it was started with two pipes"
        assert answers is not None, "it was started with two pipes"
        if answers.read(1) != words.READY:
            raise BrokenPipeError("it ended before it was ready")
        with suppress(BrokenPipeError):  # it died of the picture: what it said first counts
            questions.write(part(str(side).encode()) + part(picture))
            questions.flush()
        verdict = answers.read(1)
        wanted = _PARTS.get(verdict, 1)
        told = [read_part(answers) for _ in range(wanted)]
        parts = [each for each in told if each is not None]
        if verdict in _PARTS and len(parts) == wanted:
            return parts
        refusal = parts[0] if verdict == words.REFUSED and parts else words.TOO_HARD
        raise UserError(_REFUSALS.get(refusal, sentences.NO_PICTURE()))

    def kill(self) -> None:
        """End the process, also while it is asked."""
        self._process.kill()

    def end(self) -> None:
        """End the process, and all that was open for it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it did not read any more
                    pipe.close()


class ProcessPictures:
    """Implements ``ports.pictures.Pictures``."""

    def __init__(self, wait_s: float = WORKER_WAIT_S) -> None:
        self._wait_s = wait_s
        self._places = threading.BoundedSemaphore(WORKERS_MAX)
        self._lock = threading.Lock()
        self._spare: _Worker | None = None
        self._busy: set[_Worker] = set()
        self._is_closed = False

    def make(self, file: Path | bytes, side: int) -> MadePicture:
        kind, width, height, whole, small = self._ask(file, side)
        return MadePicture(
            type=kind.decode("ascii"),
            width=int(width),
            height=int(height),
            whole=whole,
            small=small,
        )

    def read_codes(self, file: Path | bytes) -> tuple[str, ...]:
        (texts,) = self._ask(file, _CODES)
        found = texts.decode(errors="replace").split(words.BETWEEN.decode())
        return tuple(each for each in found if each)

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            spare, self._spare = self._spare, None
            for worker in self._busy:
                worker.kill()
        if spare is not None:
            spare.end()

    # --- inside ---

    def _ask(self, file: Path | bytes, side: int) -> list[bytes]:
        picture = file if isinstance(file, bytes) else _read(file)
        if len(picture) > PICTURE_BYTES_MAX:
            raise UserError(sentences.PICTURE_TOO_LARGE(most=PICTURE_PIXELS_MAX // 1_000_000))
        with self._places:
            return self._ask_one(picture, side)

    def _ask_one(self, picture: bytes, side: int) -> list[bytes]:
        try:
            worker = self._take()
        except OSError as error:
            reason = error.strerror or str(error)
            raise PassingError(sentences.NO_WORKER(reason=reason), BUSY.name) from error
        watch = threading.Timer(self._wait_s, worker.kill)
        watch.daemon = True
        watch.start()
        try:
            return worker.ask(picture, side)
        except OSError as error:
            raise PassingError(sentences.NO_WORKER(reason=str(error)), BUSY.name) from error
        finally:
            watch.cancel()
            with self._lock:
                self._busy.discard(worker)
            worker.end()

    def _take(self) -> _Worker:
        """Return a process that was started before, if one was; the next one starts now."""
        with self._lock:
            if self._is_closed:
                raise BrokenPipeError("the node stops")
            worker = self._spare or _Worker()
            self._busy.add(worker)
            self._spare = None
            with suppress(OSError):
                self._spare = _Worker()
        return worker


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(PICTURE_BYTES_MAX + 1)
