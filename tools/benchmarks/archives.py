"""An archive of X comes in, all that is own goes out, and a site is written: as commands."""

import json
import os
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from swarmfeed.errors import RetryError

from benchmarks.bench import Bench
from benchmarks.physical import seconds_of
from benchmarks.processes import TOOLS, new_home
from benchmarks.report import Bar, Limit, Row, at_most

MEMBER = "data/tweets.js"
BEFORE = "window.YTD.tweets.part0 = "
ID_BITS = 22
"""Of an id of X, below its milliseconds."""

EPOCH_MS = 1_288_834_974_657
"""When those begin."""

IMPORT_S = 60
"""How long to bring 100,000 posts in may take."""

LOOK_EVERY_S = 0.05
"""How often it is seen how much memory a command has."""


class Used(NamedTuple):
    """What a command took."""

    seconds: float
    busy_s: float
    """Of the processor, its own processes and theirs."""
    peak_mb: float


def measure(bench: Bench) -> Iterator[Row]:
    """Look, bring in, and again; then out."""
    folder, posts = bench.new_folder(), f"{bench.posts:,} posts"
    archive, home = folder / "x.zip", new_home(folder, "home")
    _write_archive(archive, bench)
    limit = Limit("unpack and parse it s", seconds_of(lambda: _parse(archive)))
    look = _run(home, "import", archive, "--dry-run")
    yield from _rows("look", f"look at an archive of {posts}", look, limit)
    bring = _run(home, "import", archive, "--yes", "--anyway")
    bar = at_most(IMPORT_S * max(bench.posts / 100_000, 1))
    yield from _rows("import", "look, and bring it in", bring, limit, bar)
    again = _run(home, "import", archive, "--yes", "--anyway")
    yield from _rows("again", "the same again: nothing is new", again)
    out = _run(home, "export", folder / "out.zip")
    yield from _rows("export", f"export {posts}, as a zip", out)
    written = _run(home, "export", "--site", folder / "site")
    yield from _rows("site", "write them as a site", written)
    same = _run(home, "export", "--site", folder / "site")
    yield from _rows("site-again", "the same again: nothing changed", same)


def _rows(
    name: str, what: str, used: Used, limit: Limit | None = None, *bars: Bar
) -> Iterator[Row]:
    yield Row(f"archives.{name}", what, used.seconds, "s", limit, bars)
    yield Row(f"archives.{name}-busy", "processor time of that", used.busy_s, "s")
    yield Row(f"archives.{name}-memory", "most memory of that", used.peak_mb, "MB")


def _write_archive(path: Path, bench: Bench) -> None:
    tweets = []
    for number, sample in enumerate(bench.backlog):
        name = str((sample.time_ms - EPOCH_MS << ID_BITS) + number)
        when = time.gmtime(sample.time_ms // 1_000)
        tweets.append(
            {
                "tweet": {
                    "id_str": name,
                    "id": name,
                    "created_at": time.strftime("%a %b %d %H:%M:%S +0000 %Y", when),
                    "full_text": sample.text,
                    "lang": "en",
                    "entities": {"urls": [], "hashtags": [], "user_mentions": []},
                    "retweet_count": "0",
                    "favorite_count": "0",
                }
            }
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MEMBER, BEFORE + json.dumps(tweets, indent=1))


def _parse(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        json.loads(packed.read(MEMBER)[len(BEFORE) :])


def _run(home: Path, *words: str | Path) -> Used:
    """Run a command to its end.  RetryError: it failed."""
    environment = {**os.environ, "PYTHONPATH": str(TOOLS.parent), "SWARMFEED_HOME": str(home)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with (home / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "swarmfeed", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        peak_kb = 0
        while process.poll() is None:
            peak_kb = max(peak_kb, _peak_kb(process.pid))
            time.sleep(LOOK_EVERY_S)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise RetryError(f"{words[0]} failed: {(home / 'said.txt').read_text()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(seconds, busy_s, peak_kb / 1024)


def _peak_kb(pid: int) -> int:
    """The most that a process had in memory so far, its own processes aside; 0: it ended."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in told.splitlines() if line.startswith("VmHWM:"))
    return next((int(line[1]) for line in lines), 0)
