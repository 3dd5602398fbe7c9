"""Verifying a backlog: every chunk against the signed head, and the tail."""

import time
from collections.abc import Callable, Iterator

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunk import verify_chunk
from swarmfeed.core.feed.replica import Replica, open_replica
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.verifying.verifier import ProcessVerifier

from benchmarks import physical
from benchmarks.bench import Bench, write_feed
from benchmarks.report import Limit, Row, at_least

ED25519_COUNT = 5_000


def measure(bench: Bench) -> Iterator[Row]:
    """Verify one author's chunks, newest first, after reading them once from the disk.

    First in one thread; then as a node does, in processes that are there already.
    """
    logs = bench.new_logs()
    write_feed(logs, 0, "Ada", bench.backlog)
    (replica,) = logs.read_all()
    seconds, spread = _seconds(logs, replica, range(bench.choose(3, 1)))
    bodies = bench.stored
    detail = {
        "one Ed25519 signature /s": physical.ed25519_verified_per_s(bodies[0], ED25519_COUNT)
    }
    yield Row(
        "verify.backlog",
        f"verify a backlog of {replica.size:,} entries",
        replica.size / seconds,
        "/s",
        Limit("SHA-256 of body and header /s", physical.sha256_pairs_per_s(bodies)),
        (at_least(400_000),),
        detail,
    )
    yield Row(
        "verify.two_cores",
        "the same on two cores",
        replica.size / spread,
        "/s",
        Limit("in one thread /s", replica.size / seconds),
        (at_least(800_000),),
    )
    yield Row(
        "verify.signatures",
        "the same with one signature an entry would be",
        detail["one Ed25519 signature /s"],
        "/s",
    )


def _seconds(logs: FileLogs, replica: Replica, runs: range) -> tuple[float, float]:
    """Best of some runs: in one thread, and in processes."""
    verifier = ProcessVerifier()
    _verify(logs, replica, verifier.verify)
    spread = min(_verify(logs, replica, verifier.verify) for _ in runs)
    verifier.close()
    return min(_verify(logs, replica, verify_chunk) for _ in runs), spread


def _verify(
    logs: FileLogs, replica: Replica, verify: Callable[[bytes, int, Hash], None]
) -> float:
    chunks = [
        (span.level, record.root, logs.read_chunk(replica.feed_id, span))
        for span, record in replica.chunks().items()
    ]
    started = time.perf_counter()
    open_replica(replica.feed_id, replica.signed_head, replica.chunk_list, replica.tail)
    for level, root, chunk in reversed(chunks):
        verify(chunk, level, root)
    return time.perf_counter() - started
