"""Verifying a backlog: every chunk against the signed head, and the tail."""

import time
from collections.abc import Iterator

from swarmfeed.core.feed.chunk import verify_chunk
from swarmfeed.core.feed.replica import Replica, open_replica
from swarmfeed.shell.disk.logs import FileLogs

from benchmarks import physical
from benchmarks.bench import Bench, write_feed
from benchmarks.report import Limit, Row, at_least

ED25519_COUNT = 5_000


def measure(bench: Bench) -> Iterator[Row]:
    """Verify one author's chunks, newest first, after reading them once from the disk."""
    logs = FileLogs(bench.new_folder())
    write_feed(logs, 0, "Ada", bench.backlog)
    (replica,) = logs.read_all()
    seconds = min(_verify(logs, replica) for _ in range(bench.choose(3, 1)))
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
        "verify.signatures",
        "the same with one signature an entry would be",
        detail["one Ed25519 signature /s"],
        "/s",
    )


def _verify(logs: FileLogs, replica: Replica) -> float:
    chunks = [
        (span.level, record.root, logs.read_chunk(replica.feed_id, span))
        for span, record in replica.chunks().items()
    ]
    started = time.perf_counter()
    open_replica(replica.feed_id, replica.signed_head, replica.chunk_list, replica.tail)
    for level, root, chunk in reversed(chunks):
        verify_chunk(chunk, level, root)
    return time.perf_counter() - started
