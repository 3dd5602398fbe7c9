"""Appending to a feed on disk: one entry an fsync, and a thousand."""

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from swarmfeed.core.base.types import FeedId
from swarmfeed.shell.disk.logs import FileLogs

from benchmarks import physical
from benchmarks.bench import Bench, feed_key
from benchmarks.report import Limit, Row, at_least, ratio_at_least

ROUNDS = 5
BATCH = 1_000
HEAD_BYTES = 420
"""About what the signed head adds to a record of the journal."""


def measure(bench: Bench) -> Iterator[Row]:
    """Append to a feed, in turns with raw writes of as many bytes to the same disk."""
    count = min(bench.choose(2_000, 400), len(bench.stored))
    yield _measure_one_by_one(bench, bench.stored[:count])
    yield _measure_batches(bench, bench.stored)


def _measure_one_by_one(bench: Bench, stored: Sequence[bytes]) -> Row:
    folder = bench.new_folder()
    appender = Appender(folder)
    ours, raw = 0.0, 0.0
    share = len(stored) // ROUNDS
    for at in range(0, share * ROUNDS, share):
        part = stored[at : at + share]
        raw += sum(physical.write_and_fsync(folder, [len(e) + HEAD_BYTES for e in part]))
        ours += appender.append([[entry] for entry in part])
    return Row(
        "append.one_by_one",
        "append one post at a time, each on disk before the next",
        share * ROUNDS / ours,
        "/s",
        Limit("raw write + fsync of as many bytes /s", share * ROUNDS / raw),
        (ratio_at_least(0.65),),
    )


def _measure_batches(bench: Bench, stored: Sequence[bytes]) -> Row:
    batches = [stored[at : at + BATCH] for at in range(0, len(stored), BATCH)]
    lengths = [sum(map(len, batch)) for batch in batches]
    ours, raw = [], []
    for _ in range(bench.choose(3, 1)):
        folder = bench.new_folder()
        raw.append(sum(physical.write_and_fsync(folder, lengths)))
        ours.append(Appender(folder).append(batches))
    return Row(
        "append.batched",
        f"append in batches of {BATCH:,}, one head and sync each",
        len(stored) / median(ours),
        "/s",
        Limit("raw write + fsync of as many bytes /s", len(stored) / median(raw)),
        (at_least(150_000),),
    )


class Appender:
    """One feed that grows."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder / "feeds", ignore_errors=True)
        self._logs = FileLogs(folder / "feeds")
        self._key = feed_key(0)

    def append(self, batches: Sequence[Sequence[bytes]]) -> float:
        """Append each batch durably; return the seconds of all."""
        feed_id, sign = FeedId(self._key.public), self._key.sign
        started = time.perf_counter()
        for batch in batches:
            self._logs.append(feed_id, batch, now_ms=time.time_ns() // 10**6, sign=sign)
        return time.perf_counter() - started
