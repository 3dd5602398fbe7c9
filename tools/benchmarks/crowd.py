"""A node that follows many authors: its disk, and what it costs while nothing happens."""

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil
from swarmfeed.core.asks.people import Follow
from swarmfeed.core.asks.upkeep import Reindex
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.chunk import frame_content, unpack_chunk
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import open_node

from benchmarks.bench import Bench, write_feed
from benchmarks.posts import Sample
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Limit, Row, at_most

AUTHORS = 200
POSTS_EACH = 20
FETCH_TIMEOUT_S = 90
SETTLE_S = 3


def measure_disk(bench: Bench) -> Iterator[Row]:
    """Import posts of many authors; count all bytes of feeds and index."""
    everybody = [sample for samples in bench.imported.values() for sample in samples]
    whom = f"{len(bench.imported)} authors"
    yield _disk_row(bench, "disk.post", whom, bench.imported)
    yield _disk_row(bench, "disk.post_of_one", "one author", {"everybody": everybody})
    yield Row(
        "disk.overhead",
        "sealed chunk before compression, beyond the text of a post",
        _overhead_bytes(bench),
        "bytes",
        None,
        (at_most(64),),
    )


def measure_idle(bench: Bench) -> Iterator[Row]:
    """Watch a node that follows many authors and is linked to one who holds them all."""
    folder, seconds = bench.new_folder(), bench.choose(20, 8)
    holder, reader = new_home(folder, "holder"), new_home(folder, "reader")
    logs = FileLogs(holder / "feeds")
    samples = bench.samples(AUTHORS * POSTS_EACH)
    authors = [
        write_feed(logs, n, f"author{n}", samples[n * POSTS_EACH : (n + 1) * POSTS_EACH])[0]
        for n in range(AUTHORS)
    ]
    _follow(reader, authors)
    with start_member(holder) as held, start_member(reader, held.ready["at"]) as idle:
        _wait(idle, AUTHORS + 1)
        time.sleep(SETTLE_S)
        process = psutil.Process(idle.process.pid)
        before = sum(process.cpu_times()[:2])
        time.sleep(seconds)
        cpu_s = sum(process.cpu_times()[:2]) - before
        rss_bytes = process.memory_info().rss
    what = f"idle node that follows {AUTHORS} authors"
    yield Row("idle.rss", f"{what}: memory", rss_bytes / 1e6, "MB", None, (at_most(150),))
    share = cpu_s / seconds * 100
    yield Row("idle.cpu", f"{what}: share of a core", share, "%", None, (at_most(2),))


def _disk_row(
    bench: Bench, name: str, whom: str, imported: Mapping[str, Sequence[Sample]]
) -> Row:
    home, written = new_home(bench.new_folder(), "reader"), bench.new_folder() / "feeds"
    logs = FileLogs(written)
    authors = [
        write_feed(logs, number, author, samples)[0]
        for number, (author, samples) in enumerate(imported.items())
    ]
    # The feeds alone: what their authors keep beside them (32 kB each) a reader never has.
    shutil.copytree(written, home / "feeds", dirs_exist_ok=True)
    _follow(home, authors)
    posts = sum(map(len, imported.values()))
    text_bytes = sum(
        len(sample.text.encode()) for samples in imported.values() for sample in samples
    )
    feeds = _size(home / "feeds")
    index = _size(home) - feeds
    return Row(
        name,
        f"disk for a post, index included, of {posts:,} by {whom}",
        (feeds + index) / posts,
        "bytes",
        Limit("its text alone, bytes", text_bytes / posts),
        (at_most(350),),
        {
            "chunks_bytes": sum(f.stat().st_size for f in home.glob("feeds/*/chunks/*"))
            / posts,
            "feeds_bytes": feeds / posts,
            "index_bytes": index / posts,
        },
    )


def _follow(home: Path, authors: list[AuthorId]) -> None:
    """Follow authors from a home, and let it index what it holds of them."""
    with open_node(home, NodeSettings(network=False), "") as desk:
        for author_id in authors:
            desk.ask(Follow(who=format_author(author_id)))
        desk.ask(Reindex())


def _wait(idle: Asked, feeds: int) -> None:
    deadline = time.monotonic() + FETCH_TIMEOUT_S
    while True:
        state = idle.ask("idle")
        if state["complete"] >= feeds and state["waiting"] == 0:
            return
        if time.monotonic() > deadline:
            raise RetryError(f"only {state['complete']} of {feeds} feeds came")
        time.sleep(0.2)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _overhead_bytes(bench: Bench) -> float:
    """Mean over whole chunks: their content less the text of their posts."""
    logs = bench.new_logs()
    count = len(bench.backlog) // CHUNK_ENTRIES * CHUNK_ENTRIES
    write_feed(logs, 0, "Ada", bench.backlog[: count - 2])
    (replica,) = logs.read_all()
    stored = sum(
        len(frame_content(frame))
        for span in replica.chunks()
        for frame in unpack_chunk(logs.read_chunk(replica.feed_id, span))
    )
    text = sum(len(sample.text.encode()) for sample in bench.backlog[: count - 2])
    return (stored - text) / count
