"""Runs of entries on their way into the index, a part at a time: prepared here or apart.

A process of its own prepares the next part while this one is put in: reading entries, folding
their words and packing their texts takes as long as SQLite does, and both need an interpreter.
It is started for the first large run, and ends when there was none for a while.  Where there
can be none - no memory, no descriptors, a single core - and where it ends in the middle of its
work or stands still, all is prepared here.
"""

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from typing import Final

import structlog

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.feed.chunk import frame_ranges
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports import Ahead
from swarmfeed.shell.store.helper import Helper
from swarmfeed.shell.store.made import Run, prepare

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()

Runs = Generator[Run, None, None]
"""Parts of a run, in order; who does not take all closes it."""

APART_ENTRIES_MIN: Final = 4_096
"""Fewer are prepared here: 40 ms, half of what it takes to start a process."""

PART_FRAMES: Final = 8
"""Frames that are prepared at a time, 10 ms: nothing is put in before the first of them."""

IDLE_S: Final = 30.0
"""How long the process stays, 25 MB, when there is nothing to prepare: the next chunk of a
backlog may still be on its way."""

PATIENCE_S: Final = 60.0
"""How long it may take to prepare a run, and for the parts to be put in: that is 0.1 s here.
Beyond, it was stopped or hangs, or the disk does; it is ended, and the rest is done without."""


class Preparer:
    """Prepares runs where it is asked."""

    def prepare(self, packed: Packed, ahead: Ahead | None = None) -> Runs:
        """Yield the parts of a run, in order.

        Args:
            packed: The run.
            ahead: Asked once, while the last part is put in: what it gives may be begun.

        Raises:
            BadEncodingError: Damaged, or not what anybody may have signed.
        """
        yield prepare(packed)

    def close(self) -> None:
        """There is nothing to end."""


class Apart(Preparer):
    """The same, and of large runs the next part in a process of its own.  For one thread."""

    def __init__(self, *, idle_s: float = IDLE_S, patience_s: float = PATIENCE_S) -> None:
        self._has_cores = (os.cpu_count() or 1) > 1
        self._idle_s = idle_s
        self._patience_s = patience_s
        self._turn = threading.Lock()
        """Held by whoever starts, uses or ends the process."""
        self._helper: Helper | None = None
        self._begun: Packed | None = None
        """What it was asked for ahead; it counts only if the very same is asked for next."""
        self._rest: threading.Timer | None = None
        self._is_closed = False

    @property
    def process_id(self) -> int | None:
        """Of the process, if there is one now."""
        helper = self._helper
        return None if helper is None else helper.process_id

    def prepare(self, packed: Packed, ahead: Ahead | None = None) -> Runs:
        if not self._is_for_apart(packed):
            yield prepare(packed)
            return
        done = 0
        with self._turn:
            # What was begun ahead is prepared by now, or soon: there is nothing to overlap.
            parts = [packed] if packed == self._begun else list(parts_of(packed))
            with closing(self._prepare_apart(parts, ahead)) as runs:
                for run in runs:
                    yield run
                    done += 1
        for part in parts[done:]:
            yield prepare(part)

    def close(self) -> None:
        self._is_closed = True
        if (helper := self._helper) is not None:
            helper.kill()  # who is in the middle of it goes on without, and leaves the turn
        self._end_in_turn()

    # --- inside ---

    def _is_for_apart(self, packed: Packed) -> bool:
        is_large = packed.count >= APART_ENTRIES_MIN and len(packed.frames) > 0
        return is_large and self._has_cores

    def _prepare_apart(self, parts: Sequence[Packed], ahead: Ahead | None) -> Runs:
        """Yield as many parts as could be prepared apart."""
        helper = self._ready_helper()
        if helper is None:
            return
        watch = threading.Timer(self._patience_s, helper.kill)
        watch.daemon = True
        watch.start()
        try:
            self._ask_first(helper, parts[0])
            for at in range(len(parts)):
                run = helper.answer()
                if at + 1 < len(parts):
                    helper.ask(parts[at + 1])
                elif ahead is not None:
                    self._begin(helper, ahead())
                yield run
        except OSError as error:
            logger.warning("the process that prepares entries is gone", reason=str(error))
            self._end()
        except BaseException:
            self._end()  # it may be in the middle of an answer nobody waits for
            raise
        finally:
            watch.cancel()
            self._rest_later()

    def _ask_first(self, helper: Helper, part: Packed) -> None:
        """Have a part prepared, unless it was begun ahead."""
        begun, self._begun = self._begun, None
        if begun == part:
            return
        if begun is not None:
            with suppress(BadEncodingError):
                helper.answer()
        helper.ask(part)

    def _begin(self, helper: Helper, packed: Packed | None) -> None:
        """Have what is likely to be next prepared."""
        if packed is not None and self._is_for_apart(packed):
            helper.ask(packed)
            self._begun = packed

    def _ready_helper(self) -> Helper | None:
        """Return the process, once it has loaded what it needs; start it, if there is none."""
        try:
            if self._helper is None and not self._is_closed:
                self._helper = Helper()
                self._rest_later()
            if self._helper is None or not self._helper.is_ready():
                return None
        except OSError as error:
            logger.warning("no process to prepare entries in", reason=str(error))
            self._end()
        return self._helper

    def _rest_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self._helper is not None:
            self._rest = threading.Timer(self._idle_s, self._end_in_turn)
            self._rest.daemon = True
            self._rest.start()

    def _end_in_turn(self) -> None:
        with self._turn:
            self._end()

    def _end(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None
        if self._helper is not None:
            self._helper.end()
            self._helper, self._begun = None, None


def parts_of(packed: Packed) -> Iterator[Packed]:
    """Cut a run where frames begin.  Raises BadEncodingError."""
    frames = frame_ranges(packed.frames)
    most = PART_FRAMES * CHUNK_ENTRIES
    done, skip = 0, packed.skip
    for first in range(0, len(frames), PART_FRAMES):
        some = frames[first : first + PART_FRAMES]
        is_last = first + PART_FRAMES >= len(frames)
        count = packed.count - done if is_last else min(most - skip, packed.count - done)
        yield Packed(
            frames=packed.frames[some[0][0] : some[-1][1]],
            tail=packed.tail if is_last else (),
            skip=skip,
            count=count,
        )
        done, skip = done + count, 0
