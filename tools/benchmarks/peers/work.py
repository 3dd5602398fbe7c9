"""What all systems are measured with: sizes, files of posts, a folder, a counter of syncs."""

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct

from benchmarks.bench import Bench
from benchmarks.many import by_author
from benchmarks.peers.programs.common import write_posts
from benchmarks.posts import Sample

BATCH: Final = 1_000
SYNCED_POSTS: Final = 50
SYNCED_BATCHES: Final = 2
"""What syncs are counted of."""
RUNS_MAX: Final = 3
ENOUGH_S: Final = 10
"""A fetch is repeated until all together took so long, or it was done often enough."""

SYNC_CALLS: Final = "fsync,fdatasync,syncfs,sync_file_range,msync"


class Fetched(Struct, frozen=True, kw_only=True):
    """What one reader took for everything."""

    verified_s: float
    searchable_s: float
    store_bytes: int
    index_bytes: int


def sizes_for(bench: Bench) -> dict[str, int]:
    """Return how much of everything is measured, by the names that the table uses."""
    return {
        "posts": bench.choose(bench.posts, min(bench.posts, 10_000)),
        "few": bench.choose(200, 50),
        "many": bench.choose(2_700, 200),
        "live": bench.choose(300, 60),
        "batch": BATCH,
        "synced_posts": SYNCED_POSTS,
        "synced_batches": SYNCED_BATCHES,
    }


@dataclass(kw_only=True)
class Work:
    """One comparison: its options, and the posts of all."""

    bench: Bench
    sizes: Mapping[str, int]

    @cached_property
    def backlog(self) -> list[Sample]:
        """Posts of one author."""
        return [
            Sample("one", each.time_ms, each.text)
            for each in self.bench.backlog[: self.sizes["posts"]]
        ]

    @cached_property
    def _everybody(self) -> Mapping[str, list[Sample]]:
        return by_author(self.bench)

    def feeds(self, count: int) -> dict[str, list[Sample]]:
        """Return the posts of so many authors, each in order."""
        return {name: self._everybody[name] for name in list(self._everybody)[:count]}

    def folder(self) -> Path:
        return self.bench.new_folder()

    def file(self, samples: Sequence[Sample]) -> str:
        """Write posts where a program can read them."""
        file = self.folder() / "posts.jsonl"
        write_posts(file, samples)
        return str(file)

    def repeat(self, fetch: Callable[[], Fetched]) -> Fetched:
        """Fetch some times; return the median of each moment, and the disk of the last."""
        runs: list[Fetched] = []
        while not runs or (
            len(runs) < self.bench.choose(RUNS_MAX, 1)
            and sum(run.searchable_s for run in runs) < ENOUGH_S
        ):
            runs.append(fetch())
        return Fetched(
            verified_s=median(run.verified_s for run in runs),
            searchable_s=median(run.searchable_s for run in runs),
            store_bytes=runs[-1].store_bytes,
            index_bytes=runs[-1].index_bytes,
        )


class SyncCounter:
    """Counts how often a program waits for the disk, where there is strace."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "syncs.txt"

    @staticmethod
    def is_there() -> bool:
        return shutil.which("strace") is not None

    @property
    def under(self) -> Sequence[str | Path]:
        """What the program has to be run by."""
        return (
            "strace",
            "-f",
            "-c",
            "--seccomp-bpf",
            "-e",
            f"trace={SYNC_CALLS}",
            "-o",
            self._file,
        )

    def count(self) -> int:
        """Return how often, once the program has ended."""
        return count_syncs(self._file.read_text(encoding="utf-8"))


def count_syncs(summary: str) -> int:
    """Return the calls in all, of what ``strace -c`` writes; it writes nothing of no calls."""
    total = re.search(r"^100\.00 +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?total$", summary, re.MULTILINE)
    return int(total[1]) if total else 0


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
