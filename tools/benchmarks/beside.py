"""Reading while posts come in: what a page waits for when a backlog is being indexed."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import cycle

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.chunk import frame_content, hash_frame
from swarmfeed.shell.interpreter import SWITCH_S
from swarmfeed.shell.store.index import SqliteIndex

from benchmarks import physical
from benchmarks.bench import Bench, encode_post
from benchmarks.report import Row, at_most

POSTS = 50_000
BATCH = 4_096
NEWCOMER = b"newcomer" * 4

Read = Callable[[], object]


def rows_beside(
    bench: Bench, index: SqliteIndex, reads: Mapping[str, tuple[str, Sequence[Read], float]]
) -> Iterator[Row]:
    """Read again and again while another thread takes in a backlog, as the node's does.

    Args:
        reads: By the name of a row: what it is called, what is read by turns, its bar in ms.
    """
    posts = bench.choose(POSTS, POSTS // 10)
    stored = [encode_post(sample) for sample in bench.samples(posts)]
    took_ms: dict[str, list[float]] = {name: [] for name in reads}
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)  # as in a node
    try:
        with ThreadPoolExecutor(1) as thread:
            seconds = thread.submit(_take_in, index, stored)
            _read_until(seconds, reads, took_ms)
    finally:
        sys.setswitchinterval(before_s)
    for name, (what, _, bar_ms) in reads.items():
        yield Row(
            name,
            f"{what}, while {posts:,} posts come in, p99",
            physical.percentile(took_ms[name], 0.99),
            "ms",
            None,
            (at_most(bar_ms),),
            {
                "p50_ms": physical.percentile(took_ms[name], 0.5),
                "reads": len(took_ms[name]),
                "posts_per_s": posts / seconds.result(),
            },
        )


def _take_in(index: SqliteIndex, stored: Sequence[bytes]) -> float:
    started = time.perf_counter()
    for start in reversed(range(0, len(stored), BATCH)):
        part = stored[start : start + BATCH]
        hashes = hash_frame(frame_content(part))
        index.add_entries(FeedId(NEWCOMER), AuthorId(NEWCOMER), start, part, hashes)
    return time.perf_counter() - started


def _read_until(
    done: Future[float],
    reads: Mapping[str, tuple[str, Sequence[Read], float]],
    took_ms: dict[str, list[float]],
) -> None:
    turns = {name: cycle(each) for name, (_, each, _) in reads.items()}
    while not done.done():
        for name, turn in turns.items():
            took_ms[name].append(physical.seconds_of(next(turn)) * 1000)
