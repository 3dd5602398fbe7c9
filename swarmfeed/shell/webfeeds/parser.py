"""Files of the web, each read in a process of its own, which ends when it has answered."""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import swarmfeed
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.addresses import host_of
from swarmfeed.core.webfeeds.found import FoundFeed, decode_found
from swarmfeed.core.webfeeds.limits import FOUND_BYTES_MAX, PARSER_WAIT_S, PARSERS_MAX
from swarmfeed.errors import BadEncodingError, PassingError, UserError
from swarmfeed.shell.pipes import LENGTH_BYTES, part

_WORKER: Final = "swarmfeed.shell.webfeeds.worker"
_FOUND: Final = b"+"
_STOPS: Final = "the node stops"

_WHERE: Final = Path(swarmfeed.__file__).parents[1]
"""From here Python finds this program, however it was found before."""

_KEPT: Final = ("PATH", "LANG", "PYTHONPATH")
"""Variables that the process gets: no other one is its business."""


class ProcessFeedParser:
    """Implements ``ports.web.FeedParser``."""

    def __init__(self, wait_s: float = PARSER_WAIT_S) -> None:
        self._wait_s = wait_s
        self._places = threading.BoundedSemaphore(PARSERS_MAX)
        self._lock = threading.Lock()
        self._busy: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def parse(self, body: bytes, url: str, kind: str = "") -> FoundFeed:
        question = part(url.encode()) + part(kind.encode("utf-8", "replace")) + part(body)
        with self._places:
            try:
                told = self._ask(question)
            except OSError as error:
                reason = error.strerror or str(error)
                raise PassingError(sentences.NO_READER(reason=reason), BUSY.name) from error
        if self._is_closed:
            raise PassingError(sentences.NO_READER(reason=_STOPS), BUSY.name)
        try:
            return decode_found(_content(told))
        except BadEncodingError as error:
            raise UserError(sentences.NO_FEED(host=host_of(url))) from error

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            for process in self._busy:
                process.kill()

    # --- inside ---

    def _ask(self, question: bytes) -> bytes:
        """Return what the process said before it ended, or was ended."""
        process = self._start()
        watch = threading.Timer(self._wait_s, process.kill)
        watch.daemon = True
        watch.start()
        try:
            assert process.stdin is not None, "it was started with two pipes"
            assert process.stdout is not None, "it was started with two pipes"
            with suppress(BrokenPipeError), process.stdin as questions:
                questions.write(question)
            # No more than it may say, whoever has taken it over.
            return process.stdout.read(len(_FOUND) + LENGTH_BYTES + FOUND_BYTES_MAX)
        finally:
            watch.cancel()
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
            with self._lock:
                self._busy.discard(process)

    def _start(self) -> subprocess.Popen[bytes]:
        """It inherits nothing but its two pipes: no keys, no sockets."""
        with self._lock:
            if self._is_closed:
                raise BrokenPipeError(_STOPS)
            process = subprocess.Popen(  # noqa: S603  # this program
                [sys.executable, "-m", _WORKER],
                cwd=_WHERE,
                env={each: os.environ[each] for each in _KEPT if each in os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._busy.add(process)
            return process


def _content(told: bytes) -> bytes:
    """What stands in an answer.  BadEncodingError: nothing, or not to its end."""
    length = int.from_bytes(told[1 : 1 + LENGTH_BYTES], "big")
    content = told[1 + LENGTH_BYTES :]
    if told[:1] != _FOUND or len(content) != length:
        raise BadEncodingError("nothing was found")
    return content
