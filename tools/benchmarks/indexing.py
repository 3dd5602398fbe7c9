"""Filling the index from the logs, full text and all."""

from collections.abc import Iterator
from statistics import mean

from swarmfeed.core.asks.upkeep import Reindex
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.wiring import open_node

from benchmarks import physical
from benchmarks.bench import Bench
from benchmarks.processes import new_home
from benchmarks.report import Limit, Row, at_least
from benchmarks.sync import write_backlog

BATCH = 4_096


def measure(bench: Bench) -> Iterator[Row]:
    """Rebuild an index as `swarmfeed reindex` does: read, unpack, hash, insert, sync."""
    home = new_home(bench.new_folder(), "author")
    write_backlog(home, bench.backlog)
    ours, raw = [], []
    texts = [sample.text for sample in bench.backlog]
    with open_node(home, NodeSettings(network=False), "") as desk:
        for _ in range(bench.choose(2, 1)):
            file = bench.new_folder() / "raw.db"
            raw.append(physical.fts5_inserts_per_s(file, texts, batch=BATCH))
            seconds = physical.seconds_of(lambda: desk.ask(Reindex()))
            ours.append(len(texts) / seconds)
    yield Row(
        "indexing.backlog",
        f"index {len(texts):,} posts from the logs, with full text",
        mean(ours),
        "/s",
        Limit("raw SQLite FTS5 insert /s", mean(raw)),
        (at_least(40_000),),
    )
