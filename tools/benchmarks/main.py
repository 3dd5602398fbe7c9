"""The command line of ``tools/bench``."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from swarmfeed.cli.log import send_to_stderr
from swarmfeed.errors import SwarmfeedError

from benchmarks import (
    append,
    archives,
    catchup,
    commands,
    crowd,
    encode,
    flood,
    history,
    indexing,
    live,
    lookup,
    many,
    media,
    page,
    pages,
    private,
    push,
    reading,
    scale,
    search,
    sweeping,
    sync,
    verify,
    witness,
)
from benchmarks.bench import Bench
from benchmarks.peers.comparison import markdown
from benchmarks.peers.run import KINDS, OTHERS
from benchmarks.peers.run import measure as compare
from benchmarks.peers.work import Work, sizes_for
from benchmarks.report import Row, about_machine, print_table, write_json

MEASUREMENTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "append": append.measure,
    "encode": encode.measure,
    "verify": verify.measure,
    "sync": sync.measure,
    "many": many.measure,
    "catchup": catchup.measure,
    "live": live.measure,
    "media": media.measure,
    "indexing": indexing.measure,
    "reading": reading.measure,
    "search": search.measure,
    "lookup": lookup.measure,
    "push": push.measure,
    "witness": witness.measure,
    "sweeping": sweeping.measure,
    "idle": crowd.measure_idle,
    "disk": crowd.measure_disk,
    "history": history.measure,
    "scale": scale.measure,
    "page": page.measure,
    "pages": pages.measure,
    "private": private.measure,
    "flood": flood.measure,
    "archives": archives.measure,
    "commands": commands.measure,
}

GROUPS: dict[str, tuple[str, ...]] = {"supernode": ("push", "lookup")}
"""Names for several of them: what one supernode bears."""

PAGES_HELP = "of the measurement pages only those whose names begin so: home network"

POSTS = 100_000
POSTS_QUICK = 20_000


def main(argv: Sequence[str]) -> int:
    """Measure what was asked for, print it, write it."""
    asked = _parse(argv)
    send_to_stderr("warning")  # of nodes in this process too
    posts = asked.posts or (POSTS_QUICK if asked.quick else POSTS)
    started = time.monotonic()
    about = {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "posts": posts,
        "quick": asked.quick,
        "data": asked.data.name if asked.data else "generated",
        "machine": about_machine(),
    }
    rows: list[Row] = []
    failed = False
    with tempfile.TemporaryDirectory(prefix="swarmfeed-bench-") as folder:
        bench = Bench(Path(folder), posts, asked.quick, asked.data, asked.keep, asked.pages)
        if asked.peers is not None:
            return _compare(bench, asked, about)
        for name in _chosen(asked.only or MEASUREMENTS):
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            try:
                rows.extend(MEASUREMENTS[name](bench))
            except SwarmfeedError as error:
                # What was measured already is worth showing; the exit code tells.
                failed = True
                print(f"tools/bench: {name}: {error}", file=sys.stderr)
    seconds = time.monotonic() - started
    print_table(rows, title=f"swarmfeed, {posts:,} posts, measured in {seconds:.0f} s")
    if asked.json:
        results = [row.as_json() for row in rows]
        write_json(asked.json, {**about, "seconds": round(seconds, 1), "results": results})
    return 1 if failed else 0


def _compare(bench: Bench, asked: argparse.Namespace, about: dict[str, object]) -> int:
    """Measure other systems in the same run, and print who is ahead in what."""
    started = time.monotonic()
    try:
        found = compare(
            Work(bench=bench, sizes=sizes_for(bench)),
            asked.peers or OTHERS,
            asked.kinds or KINDS,
            programs=asked.programs,
            install=asked.install,
        )
    except SwarmfeedError as error:
        print(f"tools/bench: {error}", file=sys.stderr)
        return 1
    about["seconds"] = round(time.monotonic() - started, 1)
    print(markdown(found))
    if asked.json:
        write_json(asked.json, {**about, **found.as_json()})
    return 1 if found.failed else 0


def _chosen(names: Iterable[str]) -> dict[str, None]:
    """Measurements of these names and groups, each once."""
    return dict.fromkeys(each for name in names for each in GROUPS.get(name, (name,)))


def _group_help(name: str) -> str:
    return f"{name}: {' and '.join(GROUPS[name])}"


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=(*MEASUREMENTS, *GROUPS),
        metavar="NAME",
        help="; ".join([", ".join(MEASUREMENTS), *map(_group_help, GROUPS)]),
    )
    parser.add_argument("--posts", type=int, help=f"size of the backlog (default: {POSTS:,})")
    parser.add_argument("--quick", action="store_true", help="smaller, and done in a minute")
    parser.add_argument("--data", type=Path, metavar="FILE", help="lines of author, time, text")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="leave large homes there for further runs"
    )
    parser.add_argument("--pages", nargs="+", default=(), metavar="NAME", help=PAGES_HELP)
    others = parser.add_argument_group("beside other systems, on the same posts")
    others.add_argument(
        "--peers",
        nargs="*",
        choices=OTHERS,
        metavar="NAME",
        help=f"instead: {', '.join(OTHERS)}",
    )
    others.add_argument(
        "--kinds", nargs="+", choices=KINDS, metavar="NAME", help=f"only: {', '.join(KINDS)}"
    )
    others.add_argument("--programs", type=Path, metavar="FOLDER", help="has packages of npm")
    others.add_argument("--install", action="store_true", help="fetch those that are missing")
    asked = parser.parse_args(argv)
    if asked.posts is not None and asked.posts < 1_000:
        parser.error("--posts: at least 1,000")
    if asked.data is not None and not asked.data.is_file():
        parser.error(f"--data: there is no file {asked.data}")
    return asked
