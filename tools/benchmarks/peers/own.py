"""swarmfeed beside the others: its nodes as processes, as every other measurement has them."""

import sys
from pathlib import Path
from typing import Final

from swarmfeed import __version__

from benchmarks.live import publish_and_watch
from benchmarks.many import fetch as fetch_many
from benchmarks.many import make_world
from benchmarks.peers.comparison import OURS, About, Figure
from benchmarks.peers.systems import (
    Figures,
    ProgramSystem,
    fetched_figures,
    live_figures,
)
from benchmarks.peers.work import Fetched, SyncCounter, Work, size_of
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.sync import fetch as fetch_backlog
from benchmarks.sync import write_backlog

ABOUT: Final = About(
    name=OURS,
    version=__version__,
    verifies="SHA-256 of every entry into the root, one Ed25519 signature a feed",
    syncs="for every append; a reader before it counts anything as kept",
)


class Swarmfeed:
    """Our own side."""

    about = ABOUT

    def append(self, work: Work) -> Figures:
        """Append to a feed on disk, in a process of its own."""
        command = (sys.executable, "-m", "benchmarks.peers.programs.own")
        return ProgramSystem(about=ABOUT, command=command, durable=True).append(work)

    def backlog(self, work: Work) -> Figures:
        """Fetch one long feed."""
        folder = work.folder()
        author = new_home(folder, "author")
        size = write_backlog(author, work.backlog)
        with start_member(author) as holder:
            got = work.repeat(lambda: _fetch(work, holder, size))
            figures = fetched_figures("backlog", "disk", got, size)
            if SyncCounter.is_there():
                syncs = SyncCounter(work.folder())
                home = new_home(work.folder(), "watched")
                fetch_backlog(home, holder.ready["link"], [holder], size, under=syncs.under)
                figures["backlog_syncs"] = Figure(syncs.count())
        return figures

    def feeds(self, work: Work, name: str) -> Figures:
        """Fetch many feeds."""
        world = make_world(work.folder(), work.feeds(work.sizes[name]))
        with start_member(world.folder / "holder0") as holder:
            names = iter(range(100))

            def fetch() -> Fetched:
                newcomer = f"new{next(names)}"
                said = fetch_many(world, newcomer, [holder])
                return _fetched(world.folder / newcomer, said["held"], said["indexed"])

            got = work.repeat(fetch)
        return fetched_figures(name, f"{name}_disk", got, world.posts)

    def live(self, work: Work) -> Figures:
        """Publish posts at a steady pace; each counts as seen when a query returns it."""
        took_ms, _ = publish_and_watch(work.bench, work.sizes["live"])
        return live_figures(took_ms)


def _fetch(work: Work, holder: Asked, size: int) -> Fetched:
    home = new_home(work.folder(), "newcomer")
    said = fetch_backlog(home, holder.ready["link"], [holder], size)
    return _fetched(home, said["verified"], said["indexed"])


def _fetched(home: Path, verified_s: float, searchable_s: float) -> Fetched:
    store_bytes = size_of(home / "feeds")
    return Fetched(
        verified_s=verified_s,
        searchable_s=searchable_s,
        store_bytes=store_bytes,
        index_bytes=size_of(home) - store_bytes,
    )
