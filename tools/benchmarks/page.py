"""Pages of a node that holds thousands of feeds: for how long each keeps its loop from others.

Asked over HTTP, as a browser does.  A page that stays open asks for its sentence again at each
change, so that one has a bar.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

from swarmfeed.errors import RetryError
from swarmfeed.node.ground.home import page_path

from benchmarks import physical
from benchmarks.bench import Bench
from benchmarks.history import fill
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Row, at_most
from benchmarks.turns import Held

FEEDS = 3_000
FEEDS_QUICK = 500
SENTENCE_BAR_MS = 20
SETTLE_TIMEOUT_S = 240
QUIET_MS = 100
"""Of the loop, in a second: below that nothing goes on but what always does."""
IDLE_S = 0.1
ANSWER_TIMEOUT_S = 60


def measure(bench: Bench) -> Iterator[Row]:
    """Start a history server that holds feeds, let it settle, and open its pages."""
    count = bench.choose(FEEDS, FEEDS_QUICK)
    home = new_home(bench.new_folder(), "server")
    fill(home, bench, count)
    often, seldom = bench.choose(100, 40), bench.choose(10, 5)
    with start_member(home) as server:
        _settle(server, count)
        get, wait = _browser(home), partial(time.sleep, IDLE_S)
        for name, what, ask, times in (
            ("idle", "nothing asked", wait, often),
            ("sentence", "the page's sentence", partial(get, "/sentence"), often),
            ("home", "home page", partial(get, "/"), seldom),
            ("history", "history page", partial(get, "/history"), seldom),
            ("status", "status page", partial(get, "/network"), seldom),
        ):
            held = [_held(server, ask) for _ in range(times)]
            yield from _rows(name, f"{count:,} feeds held: {what}", held)


def _rows(name: str, what: str, held: Sequence[Held]) -> Iterator[Row]:
    """For how long the loop was held each time, altogether and at a stretch."""
    total_ms = [each.total_ms for each in held]
    longest_ms = [each.longest_ms for each in held]
    yield _row(name, f"{what}, of the loop", total_ms)
    yield _row(f"{name}_turn", f"{what}, longest turn", longest_ms)


def _row(figure: str, what: str, took_ms: Sequence[float]) -> Row:
    return Row(
        f"page.{figure}",
        f"{what}, p99 of {len(took_ms)}",
        physical.percentile(took_ms, 0.99),
        "ms",
        None,
        (at_most(SENTENCE_BAR_MS),) if figure == "sentence" else (),
        {"p50_ms": physical.percentile(took_ms, 0.5), "max_ms": max(took_ms)},
    )


def _held(server: Asked, ask: Callable[[], None]) -> Held:
    server.ask("turns")
    ask()
    return Held(**server.ask("turns"))


def _browser(home: Path) -> Callable[[str], None]:
    """Return what opens a page of the node and reads it to its end."""
    said = json.loads(page_path(home).read_text(encoding="utf-8"))
    headers = {"Authorization": f"Bearer {said['key']}"}

    def get(path: str) -> None:
        asked = Request(said["url"] + path, headers=headers)
        with urlopen(asked, timeout=ANSWER_TIMEOUT_S) as response:
            response.read()

    return get


def _settle(server: Asked, feeds: int) -> None:
    """Wait until all is held and indexed, and what is done at a start is done."""
    deadline = time.monotonic() + SETTLE_TIMEOUT_S
    while True:
        held, now = _held(server, partial(time.sleep, 1)), server.ask("idle")
        if now["leased"] >= feeds and not now["waiting"] and held.total_ms < QUIET_MS:
            return
        if time.monotonic() > deadline:
            raise RetryError(f"a node with {now['leased']} feeds does not come to rest")
