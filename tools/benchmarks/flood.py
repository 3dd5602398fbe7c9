"""A flood on a history server: one friend brings authors with more than anybody should get.

Large feeds of ten megabytes each, beyond any author's quota, and many small ones that fit into
their shares: the server may take what the friend had to give, and nothing else.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psutil
from swarmfeed.core.asks.people import Follow, WhoAreYou
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import open_node

from benchmarks.bench import Bench, write_feed
from benchmarks.history import without_sync
from benchmarks.posts import Sample
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Row, at_most

LARGE, LARGE_QUICK = 100, 10
LARGE_POSTS = 1_700
SMALL, SMALL_QUICK = 400, 40
SMALL_POSTS = 15
TEXT_CHARS = 6_000
"""Of a post: random letters, which hardly compress."""

GIVEN_BYTES = 100 * 1000**2
SPEED = "600"
"""Ten minutes of the policy in a second: a look each six."""

WATCH_S = 90
WATCH_S_QUICK = 30


def measure(bench: Bench) -> Iterator[Row]:
    """Let a server meet the flood, and see what it takes and what it costs."""
    large, small = bench.choose(LARGE, LARGE_QUICK), bench.choose(SMALL, SMALL_QUICK)
    folder = bench.new_folder()
    server_home, friend_home = new_home(folder, "server"), new_home(folder, "friend")
    with without_sync():
        authors = _write_authors(FileLogs(friend_home / "feeds"), large, small)
        friend = _follow(friend_home, authors)
        _follow(server_home, [friend])
    speed = ["--history-speed", SPEED]
    given = ["--history-disk", str(GIVEN_BYTES), *speed]
    what = f"flood of {large} feeds of 10 MB and {small} small ones"
    with (
        start_member(friend_home, options=speed) as flood,
        start_member(server_home, flood.ready["at"], options=given) as server,
    ):
        process = psutil.Process(server.process.pid)
        before_bytes = process.memory_info().rss
        peak_bytes, state = _watch(server, process, bench.choose(WATCH_S, WATCH_S_QUICK), large)
    given_mb = GIVEN_BYTES / 1e6
    for name, of, found_bytes, bar_mb in (
        ("rss", "memory it costs a server at most", peak_bytes - before_bytes, 200),
        ("taken", "what is taken of it", state["leased_bytes"], given_mb),
        (
            "disk",
            "what it leaves on the server's disk",
            _size(server_home / "feeds"),
            given_mb * 1.2,
        ),
    ):
        bars = (at_most(bar_mb),)
        yield Row(f"flood.{name}", f"{what}: {of}", found_bytes / 1e6, "MB", None, bars)


def _watch(
    server: Asked, process: psutil.Process, seconds: float, large: int
) -> tuple[int, dict[str, int]]:
    """Highest memory, and how the server stands at the end."""
    deadline, peak_bytes = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        peak_bytes = max(peak_bytes, process.memory_info().rss)
        time.sleep(0.1)
    state = server.ask("idle")
    if state["refused"] < large or state["leased"] == 0:
        raise RetryError(f"the flood has not arrived: {state}")
    return peak_bytes, state


def _write_authors(logs: FileLogs, large: int, small: int) -> list[AuthorId]:
    chance = Random(20261124)
    letters = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=400_000))

    def posts(count: int) -> list[Sample]:
        starts = (chance.randrange(len(letters) - TEXT_CHARS) for _ in range(count))
        texts = (letters[start : start + TEXT_CHARS] for start in starts)
        return [Sample("author", 1_000 + n, text) for n, text in enumerate(texts)]

    sizes = [LARGE_POSTS] * large + [SMALL_POSTS] * small
    return [
        write_feed(logs, number, f"author{number}", posts(size))[0]
        for number, size in enumerate(sizes)
    ]


def _follow(home: Path, authors: list[AuthorId]) -> AuthorId:
    """Follow authors from a home; returns who did."""
    with open_node(home, NodeSettings(network=False), "") as desk:
        for author_id in authors:
            desk.ask(Follow(who=format_author(author_id)))
        return desk.ask(WhoAreYou()).author_id


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
