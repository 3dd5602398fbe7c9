"""A linked peer says whatever is legal, as fast as it is read; the page is read meanwhile."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.history import without_sync
from msgspec import Struct, field
from swarmfeed.core.base.address import format_author
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import create_home

from ordeals.ordeal import Outcome
from ordeals.strangers.babble import OWN, SEQUENCES, author_key, write
from ordeals.strangers.babbler import babbling
from ordeals.strangers.besieged import Besieged, Login, besieged
from ordeals.strangers.siege import Siege, Terms
from ordeals.strangers.visitor import Visits, visiting

FEEDS: Final = 3_000
LASTS_S: Final = 20
"""Of each sequence: twice as long as a peer's budgets are averaged over."""

PAGE_P99_MS_MAX: Final = 100
SAMPLE_P99_MS_MAX: Final = 1_000
"""Of a sample, whose few pages come on a machine that is busy with other tests; before, it was
4,339 ms."""

PEERS: Final = 8
"""Noisy ones at once, each with another sequence."""

FEW: Final = 2
"""Sequences of a sample, by luck."""

CALM_S: Final = 240


class _Siege(Struct):
    node: Besieged
    login: Login
    feeds: int
    folder: Path
    lasts_s: float
    outcome: Outcome = field(default_factory=Outcome)
    peers: int = 0

    def lay(self, name: str, sequences: Sequence[str], bar_ms: float) -> None:
        """Let so many peers talk at once, read the page meanwhile, and judge."""
        at, folder = self.node.ports()["link"], self.folder / f"peers{self.peers}"
        with babbling(at, sequences, folder, feeds=self.feeds, number=self.peers) as babble:
            self.peers += len(sequences)
            with visiting(self.node.url, self.login) as visits:
                time.sleep(self.lasts_s)
        self._judge(name, visits, babble.said, bar_ms)

    def _judge(self, name: str, visits: Visits, said: Mapping[str, int], bar_ms: float) -> None:
        self.outcome.cases += 1
        self.outcome.figures[f"page beside {name}"] = (
            f"{visits}; {said['messages']} messages, {said['bytes'] / 1e6:.1f} MB"
        )
        if visits.p99_ms > bar_ms or visits.failed:
            self.outcome.gave_way.append(f"{name}: the page came in {visits}")
        if said["blamed"] or said["endings"] or not said["messages"]:
            self.outcome.gave_way.append(f"{name}: it was not let talk on: {said}")


def lay(terms: Terms) -> Outcome:
    """Each sequence alone, then many peers at once."""
    feeds = terms.of(FEEDS, least=100)
    home = terms.folder / "ada"
    create_home(home, "ada", "")
    with without_sync():
        logs = FileLogs(home / "feeds")
        for number in range(feeds):
            write(logs, number)
    with besieged(terms.folder, "ada") as node:
        _wait_until_calm(node)
        node.post("follow", who=format_author(author_key(OWN).author_id))
        for number in range(30):
            node.post("post", text=f"post {number} to be read")
        lasts_s = max(1.5, LASTS_S * terms.cases / 100)
        siege = _Siege(node, node.log_in(), feeds, terms.folder, lasts_s)
        with visiting(node.url, siege.login) as calm:
            time.sleep(siege.lasts_s)
        siege.outcome.figures["page before"] = f"{calm}, {feeds} feeds held"
        names = list(SEQUENCES)
        sample_ms = max(SAMPLE_P99_MS_MAX, 5 * calm.p99_ms)
        bar_ms = PAGE_P99_MS_MAX if terms.is_whole else sample_ms
        for name in names if terms.is_whole else terms.luck.sample(names, FEW):
            siege.lay(name, [name], bar_ms)
        if terms.is_whole:
            many = [names[number % len(names)] for number in range(PEERS)]
            siege.lay(f"{PEERS} peers at once", many, bar_ms)
        if not node.is_alive:
            siege.outcome.gave_way.append(f"the node stopped: {node.log_end()}")
        return siege.outcome


def _wait_until_calm(node: Besieged) -> None:
    """What is found on disk at a start is indexed first."""

    def is_calm() -> bool:
        before = _cpu_s(node)
        time.sleep(1)
        return _cpu_s(node) - before < 0.2

    node.wait_for("a calm node", is_calm, CALM_S)


def _cpu_s(node: Besieged) -> float:
    """Processor seconds it has used."""
    numbers = Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / 100


NOISY_PEER: Final = Siege(
    name="noisy-peer",
    about="a peer says whatever is legal, as fast as it is read, beside the page",
    lay=lay,
)
