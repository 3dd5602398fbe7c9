"""Leaving at Ctrl-C: without a traceback at any moment, and with nothing left lying about.

A handler that raises does so anywhere: in the middle of an import, or in a callback of the
interpreter, which can only print it.  So it ends the process at once, save while there is
something to put away; what was saved is safe in either case.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

EXIT_CODE: Final = 130
"""128 and the number of SIGINT: what a shell tells of a program that Ctrl-C ended."""


def leave_at_once() -> None:
    """From now on Ctrl-C ends this process with ``EXIT_CODE``, in silence.

    Whoever started it may have switched Ctrl-C off, as shells do for what runs beside them.
    """
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)


@contextmanager
def tidily() -> Iterator[None]:
    """While the block lasts Ctrl-C raises KeyboardInterrupt, so that it can put things away.

    Once: whoever presses it again cannot wait, and leaves at once.  Where nobody asked for
    ``leave_at_once``, nothing changes.
    """
    if signal.getsignal(signal.SIGINT) is not _leave:
        yield
        return
    signal.signal(signal.SIGINT, _raise)
    try:
        yield
    finally:
        # Whatever the block made of it: asyncio, for one, puts Python's own in its place.
        signal.signal(signal.SIGINT, _leave)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(EXIT_CODE)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGINT, _leave)
    raise KeyboardInterrupt
