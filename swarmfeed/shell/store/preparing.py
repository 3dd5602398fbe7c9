"""Runs of entries on their way into the index: prepared here or apart, and put in.

    a large run     --> apart, a part at a time: the next while this one is put in here
    many short runs --> apart, and kept there until it is told how they go in: then put in there

Reading entries, folding their words and packing their texts takes as long as SQLite does, and
both need an interpreter; while feeds come by the hundred, the loop needs this one for itself.
The process is started for the first large run, or when short ones came by the hundred, and ends
when there was none for a while.  Where there can be none - no memory, no descriptors, a single
core - and where it ends in the middle of its work or stands still, all is done here.
"""

import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import structlog
from msgspec import Struct

from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.feed.chunk import frame_ranges
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports import Addition, Ahead, Prepared
from swarmfeed.shell.influx import Influx
from swarmfeed.shell.store.helper import Helper, run_in
from swarmfeed.shell.store.made import Run, prepare, prepare_each

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class KeptRun(Struct, frozen=True, kw_only=True):
    """A short run that the process prepared and keeps.  Implements ``ports.Prepared``."""

    times_ms: Sequence[int]
    packed: Packed
    question: int
    """It was prepared for; what was prepared for an earlier one is kept no longer."""
    place: int
    """Among those of that question."""
    is_plain: bool = False
    """It was not asked: many come at once, and are looked through together."""


Runs = Generator[Run, None, None]
"""Parts of a run, in order; who does not take all closes it."""

APART_ENTRIES_MIN: Final = 4_096
"""Fewer are prepared here: 40 ms, half of what it takes to start a process."""

TOGETHER_APART_MIN: Final = 128
"""The same of short runs that go in together, once the process is there: a question and an
answer cost about as much as ten of them."""

IN_A_ROW_MIN: Final = 4_096
"""Entries of short runs that came in a row before it is started for more of them: the first
posts are on the page by then."""

PART_FRAMES: Final = 8
"""Frames that are prepared at a time, 10 ms: nothing is put in before the first of them."""

IDLE_S: Final = 30.0
"""How long the process stays, 41 MB, when there is nothing to prepare: the next chunk of
a backlog may still be on its way."""

PATIENCE_S: Final = 60.0
"""How long it may take to prepare a run, and for it to be put in: that is 0.1 s here.
Beyond, it was stopped or hangs, or the disk does; it is ended, and the rest is done without."""

Shorts = Sequence[Run | KeptRun | BadEncodingError]
"""Short runs, prepared here or apart; of one that is damaged, why."""


class Preparer:
    """Prepares runs where it is asked."""

    def prepare(self, packed: Packed, ahead: Ahead | None = None) -> Runs:
        """Yield the parts of a run, in order.

        Args:
            packed: The run.
            ahead: Asked once, while the last part is prepared: what it gives may be begun.

        Raises:
            BadEncodingError: Damaged, or not what anybody may have signed.
        """
        yield prepare(packed)

    def prepare_each(self, runs: Sequence[Packed]) -> Shorts:
        """Prepare short runs; of one that is damaged, or not what anybody may have signed,
        return why."""
        return prepare_each(runs)

    def put_in(self, path: Path, additions: Sequence[Addition]) -> list[int] | None:
        """Put runs that are kept apart into the index at a path, in one transaction.

        Returns of each how many posts are new.  None: that is for who asks to do, as far as
        it is not done; nobody else writes the index meanwhile.
        """
        return None

    def rest(self) -> None:
        """Let go of the index: it is about to be set aside."""

    def close(self) -> None:
        """There is nothing to end."""


class Apart(Preparer):
    """The same with a process of its own.  For one thread."""

    def __init__(
        self,
        *,
        puts_in: bool = True,
        idle_s: float = IDLE_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """``puts_in``: whether the index has the tables that the process knows."""
        self._puts_in = puts_in
        self._has_cores = (os.cpu_count() or 1) > 1
        self._influx = Influx(IN_A_ROW_MIN, idle_s)
        self._idle_s = idle_s
        self._patience_s = patience_s
        self._turn = threading.Lock()
        """Held by whoever starts, uses or ends the process."""
        self._helper: Helper | None = None
        self._begun: Packed | None = None
        """What it was asked for ahead; it counts only if the very same is asked for next."""
        self._question = 0
        """By which it was asked for the short runs that it keeps."""
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

    def prepare_each(self, runs: Sequence[Packed]) -> Shorts:
        if self._has_cores and self._are_for_apart(sum(each.count for each in runs)):
            with self._turn:
                prepared = self._prepare_each_apart(runs)
            if prepared is not None:
                return prepared
        return super().prepare_each(runs)

    def put_in(self, path: Path, additions: Sequence[Addition]) -> list[int] | None:
        runs = [each.prepared for each in additions]
        kept = [each for each in runs if isinstance(each, KeptRun)]
        if not kept or len(kept) < len(runs):
            return None  # and no turn is taken: who puts in parts of a large run has it
        with self._turn:
            if self._helper is None or any(each.question != self._question for each in kept):
                return None
            added = None
            with self._watched(self._helper):
                added = self._helper.put_in(path, [each.place for each in kept], additions)
            return added

    def rest(self) -> None:
        self._end_in_turn()

    def close(self) -> None:
        self._is_closed = True
        if (helper := self._helper) is not None:
            helper.kill()  # who is in the middle of it goes on without, and leaves the turn
        self._end_in_turn()

    # --- inside ---

    def _are_for_apart(self, entries: int) -> bool:
        are_many = self._influx.add(entries)
        is_worth_it = are_many and entries >= TOGETHER_APART_MIN
        return self._puts_in and (is_worth_it or entries >= APART_ENTRIES_MIN)

    def _is_for_apart(self, packed: Packed) -> bool:
        is_large = packed.count >= APART_ENTRIES_MIN and len(packed.frames) > 0
        return is_large and self._has_cores

    def _prepare_apart(self, parts: Sequence[Packed], ahead: Ahead | None) -> Runs:
        """Yield as many parts as could be prepared apart."""
        helper = self._ready_helper()
        if helper is None:
            return
        with self._watched(helper):
            self._ask_first(helper, parts[0])
            for part in parts[1:]:
                answer = helper.take()
                helper.ask(part)  # before the answer is read: it has something to do meanwhile
                yield run_in(answer)
            following = None if ahead is None else ahead()
            answer = helper.take()
            self._begin(helper, following)
            yield run_in(answer)

    @contextmanager
    def _watched(self, helper: Helper) -> Iterator[None]:
        """The process is asked inside, for no longer than it has patience; if it is gone, the
        block ends early."""
        watch = threading.Timer(self._patience_s, helper.kill)
        watch.daemon = True
        watch.start()
        try:
            yield
        except OSError as error:
            logger.warning("the process that prepares entries is gone", reason=str(error))
            self._end()
        except BaseException:
            self._end()  # it may be in the middle of an answer nobody waits for
            raise
        finally:
            watch.cancel()
            self._rest_later()

    def _prepare_each_apart(self, runs: Sequence[Packed]) -> Shorts | None:
        """None: there is no process to ask, or it ended meanwhile."""
        helper = self._ready_helper()
        if helper is None:
            return None
        told: Sequence[list[int] | BadEncodingError] = ()
        with self._watched(helper):
            self._forget_begun(helper)
            told = helper.keep(runs)
        self._question += 1
        return [
            self._kept(at, *each) for at, each in enumerate(zip(runs, told, strict=False))
        ] or None

    def _kept(
        self, place: int, packed: Packed, told: list[int] | BadEncodingError
    ) -> KeptRun | BadEncodingError:
        if isinstance(told, BadEncodingError):
            return told
        return KeptRun(times_ms=told, packed=packed, question=self._question, place=place)

    def _ask_first(self, helper: Helper, part: Packed) -> None:
        """Have a part prepared, unless it was begun ahead."""
        if part != self._begun:
            self._forget_begun(helper)
            helper.ask(part)
        self._begun = None

    def _forget_begun(self, helper: Helper) -> None:
        """What was begun ahead is not what is asked for next."""
        begun, self._begun = self._begun, None
        if begun is not None:
            helper.take()

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
            self._question += 1


def read_here(prepared: Prepared) -> Prepared:
    """Return a run that is put in here; one that is kept apart is prepared once more."""
    return prepare(prepared.packed) if isinstance(prepared, KeptRun) else prepared


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
