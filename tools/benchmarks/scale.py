"""A node that follows thousands of authors: what it costs beside one that follows nobody.

All are followed at once; the node is started again; and each of its jobs and pages is asked for
how long it keeps the loop from everybody else.  There is no network to wait for.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.request import Request, urlopen

import psutil
from swarmfeed.core.asks.people import FollowAll
from swarmfeed.core.asks.upkeep import Reindex
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.home import page_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import open_node

from benchmarks import physical
from benchmarks.bench import Bench, write_feed
from benchmarks.history import without_sync
from benchmarks.many import by_author
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Limit, Row, at_most

AUTHORS: Final = 2_700
AUTHORS_QUICK: Final = 100
AT_ONCE: Final = 1_000
AT_ONCE_QUICK: Final = 50
FOLLOW_BAR_S: Final = 1
RESTART_BAR_S: Final = 2
RSS_BAR_MB: Final = 150
TURN_BAR_MS: Final = 20
ANSWER_TIMEOUT_S: Final = 60
SETTLE_S: Final = 5
ENTRY_BYTES: Final = 110
"""About what one follow takes in the log."""

PAGES: Final = {
    "sentence": "/sentence",
    "home": "/",
    "follow": "/follow",
    "status": "/network",
    "history": "/history",
    "notices": "/notifications",
    "search": "/search?q=release",
    "me": "/me",
    "api_status": "/api/1/status",
    "api_follows": "/api/1/follows",
    "api_called": "/api/1/called?called=a0001",
}
"""What is asked over HTTP, as a browser and a command do."""


def measure(bench: Bench) -> Iterator[Row]:
    """Follow many at once, start again, and ask everything."""
    yield _follow_row(bench)
    count = bench.choose(AUTHORS, AUTHORS_QUICK)
    what, runs = f"node that follows {count:,} authors", bench.choose(5, 1)
    home, nobody = _follower(bench, count), new_home(bench.new_folder(), "nobody")
    took = [(_start(home), _start(nobody)) for _ in range(runs)]
    many, none = (median(each) for each in zip(*took, strict=True))
    empty = Limit("one that follows nobody s", none)
    bar = (at_most(RESTART_BAR_S),)
    yield Row("scale.restart", f"{what}: restart to a page", many, "s", empty, bar)
    with start_member(nobody) as node:
        empty_mb = _rss_mb(node)
    with start_member(home) as node:
        time.sleep(SETTLE_S)
        limit, rss = Limit("one that follows nobody MB", empty_mb), (at_most(RSS_BAR_MB),)
        yield Row(
            "scale.rss", f"{what}: memory after a restart", _rss_mb(node), "MB", limit, rss
        )
        yield _job_row(node, what)
        yield from _page_rows(bench, node, home, what)
        used = f"{what}: memory after all pages"
        yield Row("scale.rss_used", used, _rss_mb(node), "MB", limit, rss)


def _follow_row(bench: Bench) -> Row:
    """Follow many addresses with one request to a running node."""
    count, folder = bench.choose(AT_ONCE, AT_ONCE_QUICK), bench.new_folder()
    home = new_home(folder, "newcomer")
    who = [format_author(AuthorId(number.to_bytes(32, "big"))) for number in range(count)]
    with start_member(home):
        started = time.perf_counter()
        said = json.loads(_open(home, "/api/1/follow-all", {"who": who}))
        seconds = time.perf_counter() - started
    assert len(said["authors"]) == count, "all were followed"
    raw_s = sum(physical.write_and_fsync(folder, [ENTRY_BYTES * count]))
    what = f"{count:,} addresses followed at once, durable"
    limit = Limit("raw write+fsync of as many bytes s", raw_s)
    return Row("scale.follow", what, seconds, "s", limit, (at_most(FOLLOW_BAR_S),))


def _follower(bench: Bench, count: int) -> Path:
    """Make the home of somebody who follows authors and has all they wrote."""
    folder, home = bench.new_folder(), new_home(bench.new_folder(), "reader")
    with without_sync():
        logs = FileLogs(folder / "feeds")
        chosen = list(by_author(bench).items())[:count]
        authors = [
            write_feed(logs, number, name, samples)[0]
            for number, (name, samples) in enumerate(chosen)
        ]
        for feed in (folder / "feeds").iterdir():
            feed.rename(home / "feeds" / feed.name)
        with open_node(home, NodeSettings(network=False), "") as desk:
            desk.ask(FollowAll(who=tuple(map(format_author, authors))))
            desk.ask(Reindex())
    return home


def _start(home: Path) -> float:
    """Seconds from starting a process to a page that answers."""
    started = time.perf_counter()
    with start_member(home):
        _open(home, "/")
        return time.perf_counter() - started


def _job_row(node: Asked, what: str) -> Row:
    """Let each job run once; the longest turn of any of them."""
    turns: dict[str, float] = node.ask("jobs")
    longest = f"{what}: longest turn of any job, of the loop's thread"
    bar = (at_most(TURN_BAR_MS),)
    return Row("scale.job_turn", longest, max(turns.values()), "ms", None, bar, turns)


def _page_rows(bench: Bench, node: Asked, home: Path, what: str) -> Iterator[Row]:
    """The longest turn that each page takes of the loop."""
    times = bench.choose(20, 3)
    for name, path in PAGES.items():
        asked = [_held(node, partial(_open, home, path)) for _ in range(times)]
        longest = [each["longest_cpu_ms"] for each in asked]
        total = [each["total_ms"] for each in asked]
        yield Row(
            f"scale.{name}_turn",
            f"{what}: {path.partition('?')[0]}, longest turn of the loop's thread, p99",
            physical.percentile(longest, 0.99),
            "ms",
            None,
            (at_most(TURN_BAR_MS),),
            {"p50_ms": median(longest), "of_the_loop_p50_ms": median(total)},
        )


def _held(node: Asked, ask: Callable[[], object]) -> dict[str, float]:
    node.ask("turns")
    ask()
    return node.ask("turns")


def _open(home: Path, path: str, posted: dict[str, Sequence[str]] | None = None) -> Any:
    """Open a page of the node and read it to its end."""
    said = json.loads(page_path(home).read_text(encoding="utf-8"))
    headers = {"Authorization": f"Bearer {said['key']}", "Content-Type": "application/json"}
    body = None if posted is None else json.dumps(posted).encode()
    asked = Request(said["url"] + path, headers=headers, data=body)
    with urlopen(asked, timeout=ANSWER_TIMEOUT_S) as response:
        return response.read()


def _rss_mb(node: Asked) -> float:
    rss: int = psutil.Process(node.process.pid).memory_info().rss
    return rss / 1e6
