"""The ordeal: copy the home, change a file, read everything, verify, read again."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct, field
from swarmfeed.core.asks.upkeep import Reindex, Verify, VerifyReport
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import SwarmfeedError
from swarmfeed.node.ground.home import key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.node import Node
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.wiring import open_identity, start_node

from ordeals.bits.changes import CHANGES, Change
from ordeals.bits.homes import WORDS, Homes, Place, Shown, make_homes, read_everything
from ordeals.ordeal import Ordeal, Outcome, Plan

OFFLINE: Final = NodeSettings(network=False, dht=False)
RUNNING_EVERY: Final = 4
"""Every so manieth case changes the file while the node runs."""

HOLDER_EVERY: Final = 25
"""Every so manieth case has a holder online afterwards."""

COMMANDS_EVERY: Final = 40
"""Every so manieth case is also asked by commands: each takes a second or two."""

WORKERS_MAX: Final = 8
"""Each takes some 200 MB."""

BACK_WITHIN_S: Final = 40
"""Longest wait for what a holder has: far more than it takes on a quiet machine."""


class _Case(Struct, frozen=True, kw_only=True):
    number: int
    change: Change
    path: Path
    other: Path
    luck: Random

    @property
    def while_running(self) -> bool:
        return self.number % RUNNING_EVERY == 0

    def __str__(self) -> str:
        when = ", while it runs" if self.while_running else ""
        return f"case {self.number}: {self.change.name} of {self.path}{when}"


def play(plan: Plan) -> Outcome:
    """Play the cases, a share in each of a few processes; what gave way is told by case."""
    workers = min(os.cpu_count() or 1, WORKERS_MAX, plan.cases)
    outcome, counts = Outcome(), Counter[str]()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        shares = [pool.submit(_play_share, plan, at, workers) for at in range(workers)]
        for share in shares:
            done = share.result()
            outcome.cases += done.cases
            outcome.gave_way += done.gave_way
            counts += done.counts
    outcome.figures = {
        f"cases {name}": f"{count} of {outcome.cases}" for name, count in sorted(counts.items())
    }
    return outcome


class _Share(Struct):
    """What came of the cases of one process."""

    cases: int = 0
    gave_way: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def _play_share(plan: Plan, worker: int, workers: int) -> _Share:
    """Play every so manieth case."""
    done = _Share()
    net = f"127.0.{77 + worker}"
    with tempfile.TemporaryDirectory(prefix="swarmfeed-bits-") as folder:
        homes = make_homes(Path(folder))
        truth = asyncio.run(_prepare(homes, net))
        files = _files(homes)
        for number in range(1 + worker, plan.cases + 1, workers):
            case = _choose(number, files, plan.luck(number))
            home = Path(folder) / "case"
            shutil.copytree(homes.home, home)
            try:
                complaints = list(_play_one(homes, home, case, truth, done.counts, net))
            finally:
                shutil.rmtree(home)
            done.cases += 1
            done.gave_way += [f"{case}: {each}" for each in complaints]
    return done


def _choose(number: int, files: Sequence[Path], luck: Random) -> _Case:
    path = luck.choice(files)
    other = luck.choice([each for each in files if each != path])
    return _Case(number=number, change=luck.choice(CHANGES), path=path, other=other, luck=luck)


def _files(homes: Homes) -> list[Path]:
    """All files, in the same order in every run: the own address is another each time."""
    own = format_address(homes.feeds[0])[:16]
    found = (each.relative_to(homes.home) for each in homes.home.rglob("*") if each.is_file())
    return sorted(found, key=lambda each: str(each).replace(own, ""))


async def _prepare(homes: Homes, net: str) -> Shown:
    """Have both homes indexed and what they hold remembered; return what is shown.

    Once with the network, so that its files are there too.
    """
    for home, identity in (
        (homes.holder, homes.holder_identity),
        (homes.home, homes.identity),
    ):
        with HomeLock(home):
            node = await start_node(home, _online(f"{net}.1", ()), identity)
            await node.ground.indexer.drain()
            await node.stop()
    with HomeLock(homes.home):
        node = await start_node(homes.home, OFFLINE, homes.identity)
        shown = await _read(node, homes, ())
        await node.stop()
    assert all(len(said) == 1 for said in shown.posts.values())
    return shown


def _online(host: str, peers: Sequence[Endpoint]) -> NodeSettings:
    return NodeSettings(listen=host, dht=False, peers=tuple(peers))


def _keys_of(identity: Identity) -> tuple[object, ...]:
    """All that a key file says, to be compared: a signature tells which feed key it is."""
    signed = identity.feed_key.sign(b"which key is this?")
    return identity.author_id, signed, identity.node_key, identity.box_seeds


def _play_one(
    homes: Homes, home: Path, case: _Case, truth: Shown, counts: Counter[str], net: str
) -> Iterator[str]:
    path, other = home / case.path, home / case.other
    if not case.while_running:
        case.change.make(path, other, case.luck)
    try:
        keys_are_read = {case.path, case.other} & {key_path(Path())}
        if keys_are_read and _keys_of(open_identity(home, "")) != _keys_of(homes.identity):
            yield "other keys were opened"
            return
        if case.number % COMMANDS_EVERY == 0:
            counts["asked by commands, too"] += 1
            yield from _command(home)
        with HomeLock(home):
            yield from asyncio.run(_open(homes, home, case, truth, counts, net))
    except SwarmfeedError as error:
        counts["that a sentence refused"] += 1
        if not str(error):
            yield "it was refused without a word"
    except Exception as error:
        yield f"{type(error).__name__}: {error}"


def _command(home: Path) -> Iterator[str]:
    """Ask with commands, each a process of its own: never a traceback."""
    for words in (["timeline"], ["search", WORDS[0]], ["status"], ["verify"], ["reindex"]):
        done = subprocess.run(
            [sys.executable, "-m", "swarmfeed", "--home", str(home), *words],
            capture_output=True,
            text=True,
            check=False,
        )
        if "Traceback" in done.stderr or done.returncode not in (0, 1):
            yield f"the command {words[0]} ended with {done.returncode}: {done.stderr[-300:]}"


async def _open(
    homes: Homes, home: Path, case: _Case, truth: Shown, counts: Counter[str], net: str
) -> list[str]:
    node = await start_node(home, OFFLINE, homes.identity)
    try:
        if case.while_running:
            case.change.make(home / case.path, home / case.other, case.luck)
        complaints = await _look(node, homes, truth, counts, case.luck)
    finally:
        await node.stop()
    if case.number % HOLDER_EVERY == 0:
        counts["with a holder online"] += 1
        complaints += await _come_back(homes, home, truth, net)
    return complaints


async def _look(
    node: Node, homes: Homes, truth: Shown, counts: Counter[str], luck: Random
) -> list[str]:
    known = luck.sample(sorted(truth.posts), 12)
    before = await _read(node, homes, known)
    first = await _ask_verify(node)
    second = await _ask_verify(node)
    after = await _read(node, homes, known)
    await asyncio.to_thread(node.desk(asyncio.get_running_loop()).ask, Reindex())
    again = await _read(node, homes, known)
    complaints = [
        *_false(before, truth, "before verify", node),
        *_false(after, truth, "after verify", node),
        *_false(again, truth, "after reindex", node),
        *_unexplained(again, truth, node, second),
    ]
    if first.damaged:
        counts["healed or named by verify"] += 1
    if second.missing:
        counts["with something missing, named again"] += 1
    return complaints


async def _come_back(homes: Homes, home: Path, truth: Shown, net: str) -> list[str]:
    """With somebody online who holds everything, all is there again by itself."""
    held = home.with_name("held")
    shutil.copytree(homes.holder, held)
    try:
        holder = await start_node(held, _online(f"{net}.2", ()), homes.holder_identity)
        at = Endpoint(f"{net}.2", holder.ground.introduction.link_port)
        node = await start_node(home, _online(f"{net}.3", (at,)), homes.identity)
        try:
            return await _wait_until_back(node, homes, truth)
        finally:
            await node.stop()
            await holder.stop()
    finally:
        shutil.rmtree(held)


async def _wait_until_back(node: Node, homes: Homes, truth: Shown) -> list[str]:
    try:
        async with asyncio.timeout(BACK_WITHIN_S):
            while (await _read(node, homes, ())).posts != truth.posts or (
                node.ground.inventory.lacks()
            ):
                await asyncio.sleep(0.3)
    except TimeoutError:
        shown = await _read(node, homes, ())
        gone = len(truth.posts) - len(shown.posts)
        lacks = node.ground.inventory.lacks()
        return [f"with a holder online {gone} posts did not come back; lacking {lacks}"]
    return []


async def _read(node: Node, homes: Homes, known: Sequence[Place]) -> Shown:
    desk = node.desk(asyncio.get_running_loop())
    return await asyncio.to_thread(read_everything, desk, homes, known)


async def _ask_verify(node: Node) -> VerifyReport:
    return await asyncio.to_thread(node.desk(asyncio.get_running_loop()).ask, Verify())


def _false(shown: Shown, truth: Shown, when: str, node: Node) -> Iterator[str]:
    """Complain of what is shown and was never said."""
    for at, said in shown.posts.items():
        if at not in truth.posts and not _may_lack(node, at):
            yield f"{when}: shown, but withdrawn or never said: entry {at[1]}"
        elif said != truth.posts.get(at, said) and not _may_lack(node, at):
            yield f"{when}: entry {at[1]} is shown otherwise than it was said"
    for author_id, names in shown.names.items():
        # An older name, or none, is shown where the profile itself is missing.
        told = truth.names.get(author_id, frozenset())
        younger = {f"young {name}" for name in told}
        if not names <= told | younger | {""}:
            yield f"{when}: somebody is called {sorted(names)}"


def _unexplained(shown: Shown, truth: Shown, node: Node, report: VerifyReport) -> Iterator[str]:
    """Complain of what is not shown, and is not named as missing."""
    gone = [at for at in truth.posts if at not in shown.posts]
    for feed_id in {feed_id for feed_id, _ in gone}:
        address = format_address(feed_id)
        lines = (*report.missing, *report.damaged)
        if not any(address in line for line in lines):
            count = sum(1 for each in gone if each[0] == feed_id)
            yield f"{count} posts are gone, and verify names nothing of their feed"
    missed = _missed(node)
    silent = [at for at in gone if at not in missed]
    if silent:
        yield f"{len(silent)} posts are gone that are not in what is named, as {silent[0][1]}"


def _missed(node: Node) -> set[Place]:
    places = {
        (lack.feed_id, index)
        for lack in node.ground.inventory.lacks()
        for start, end in lack.ranges
        for index in range(start, end)
    }
    damaged = node.ground.shells.logs.damaged()
    return places | {(each, index) for each in damaged for index in range(2_000)}


def _may_lack(node: Node, at: Place) -> bool:
    """Whether the feed lacks entries behind this one: an edit of it may be among them."""
    return (
        any(
            lack.feed_id == at[0] and any(end > at[1] for _, end in lack.ranges)
            for lack in node.ground.inventory.lacks()
        )
        or at[0] in node.ground.shells.logs.damaged()
    )


BITS: Final = Ordeal(
    name="bits",
    about="one change to any file of a home: healed or named, and never a false word",
    cases=1_000,
    sample=12,
    play=play,
)
