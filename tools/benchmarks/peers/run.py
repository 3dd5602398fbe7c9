"""One comparison: every system in every kind of work, one kind after the other."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

from swarmfeed.errors import SwarmfeedError

from benchmarks.peers.comparison import About, Comparison, Figure
from benchmarks.peers.own import Swarmfeed
from benchmarks.peers.packages import programs_in, version_of
from benchmarks.peers.systems import ProgramSystem
from benchmarks.peers.work import Work

GIT: Final = "git"
HYPERCORE: Final = "Hypercore"
NOSTR: Final = "Nostr"
TORRENT: Final = "torrent"
OTHERS: Final = (GIT, HYPERCORE, NOSTR, TORRENT)
KINDS: Final = ("append", "backlog", "few", "many", "live")
IN_JAVASCRIPT: Final = (HYPERCORE, NOSTR)


class System(Protocol):
    """One that is measured."""

    @property
    def about(self) -> About: ...

    def append(self, work: Work) -> dict[str, Figure]: ...

    def backlog(self, work: Work) -> dict[str, Figure]: ...

    def feeds(self, work: Work, name: str) -> dict[str, Figure]: ...

    def live(self, work: Work) -> dict[str, Figure]: ...


def measure(
    work: Work,
    names: Sequence[str],
    kinds: Sequence[str] = KINDS,
    *,
    programs: Path | None = None,
    install: bool = False,
) -> Comparison:
    """Measure swarmfeed and others; each kind of work with all, before the next.

    Args:
        names: Of the others.
        kinds: Of work.
        programs: A folder that has the packages of npm, or is to have them after this run.
        install: Fetch packages that are not there.
    """
    found = Comparison(sizes=work.sizes)
    folder = programs or work.folder()
    systems = list(_systems(names, folder, install, found.absent))
    for kind in kinds:
        for system in systems:
            name = system.about.name
            print(f"measuring {kind} of {name} ...", file=sys.stderr, flush=True)
            try:
                found.add(system.about, _WORK[kind](system, work))
            except SwarmfeedError as error:
                found.failed.append(f"{name}, {kind}: {error}")
    return found


def _feeds(name: str, system: System, work: Work) -> dict[str, Figure]:
    return system.feeds(work, name)


_WORK: Final[dict[str, Callable[[System, Work], dict[str, Figure]]]] = {
    "append": lambda system, work: system.append(work),
    "backlog": lambda system, work: system.backlog(work),
    "few": partial(_feeds, "few"),
    "many": partial(_feeds, "many"),
    "live": lambda system, work: system.live(work),
}


def _systems(
    names: Sequence[str], folder: Path, install: bool, absent: dict[str, str]
) -> Iterator[System]:
    """Yield what can be measured here; note why the rest cannot."""
    yield Swarmfeed()
    if GIT in names:
        if shutil.which("git"):
            yield _git()
        else:
            absent[GIT] = "there is no git on this machine"
    wanted = [name for name in IN_JAVASCRIPT if name in names]
    if wanted:
        programs = programs_in(folder, install=install)
        if isinstance(programs, str):
            absent.update(dict.fromkeys(wanted, programs))
        else:
            yield from (_IN_JAVASCRIPT[name](programs) for name in wanted)
    if TORRENT in names:
        yield _torrent()


def _git() -> ProgramSystem:
    said = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True)
    return ProgramSystem(
        about=About(
            name=GIT,
            version=said.stdout.split()[2],
            verifies="SHA-1 and form of every object, one Ed25519 signature a feed",
            syncs="for every pack and ref, not for lone objects",
        ),
        command=(sys.executable, "-m", "benchmarks.peers.programs.git"),
        one_by_one=300,
        live_note="fetching again and again, no signatures",
    )


def _hypercore(programs: Path) -> ProgramSystem:
    return ProgramSystem(
        about=About(
            name=HYPERCORE,
            version=version_of(programs, "hypercore"),
            verifies="BLAKE2b of every block into the root, one Ed25519 signature a new root",
            syncs="when it opens and closes, not for an append",
        ),
        command=("node", programs / "hypercore.mjs"),
    )


def _nostr(programs: Path) -> ProgramSystem:
    return ProgramSystem(
        about=About(
            name=NOSTR,
            version=f"relay {version_of(programs, '@nostr-relay/core')}",
            verifies="a Schnorr signature of every event; nothing of what is missing",
            syncs="a relay now and then, not for an event; a reader never",
        ),
        command=("node", programs / "nostr.mjs"),
        relayed=True,
        one_by_one=500,
        posts_max=20_000,
        batched_max=2_000,
    )


def _torrent() -> ProgramSystem:
    return ProgramSystem(
        about=About(
            name=TORRENT,
            version=f"libtorrent {version('libtorrent')}",
            verifies="SHA-1 and SHA-256 of every piece; nothing of an author",
            syncs="never",
        ),
        command=(sys.executable, "-m", "benchmarks.peers.programs.torrent"),
        appends=False,
    )


_IN_JAVASCRIPT: Final = {HYPERCORE: _hypercore, NOSTR: _nostr}
