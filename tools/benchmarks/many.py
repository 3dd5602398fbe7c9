"""Many small feeds: a newcomer follows some thousand authors and fetches all of them.

The follows are in the newcomer's feed before its process starts, and the holders have all the
feeds.  The clock starts when the newcomer is told where the holders are; two moments count:
there are 50 posts on the home page, and every post of every author is searchable.

Beside it stand git, which carries all feeds in one exchange (``git.py``), and what the machine
needs at least: a signature of each feed, a sync of each, a bare full-text insert of all posts.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from time import sleep
from typing import Any, Final

from msgspec import Struct
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import FollowBody, encode_body
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import open_identity

from benchmarks import physical
from benchmarks.bench import Bench, write_feed
from benchmarks.git import GitHolder, read_with_git
from benchmarks.posts import Sample, read
from benchmarks.processes import Asked, new_home, start_member, wait_quiet
from benchmarks.report import Limit, Row, at_least, at_most, ratio_at_least

SIZES: Final = (200, 2_700)
SIZES_QUICK: Final = (50,)
"""Feeds a newcomer wants."""

HOLDERS: Final = (1, 3)
POSTS: Final = 61_719
AUTHORS: Final = 2_810
"""Of the real posts; as many are made up where there are none."""

FOLLOWED_MS: Final = 1_700_000_000_000
BATCH: Final = 4_096
SYNC_BYTES: Final = 1_000
"""About what is written of one small feed."""

_LOOK_EVERY_S: Final = 0.2

Feeds = dict[str, list[Sample]]


class World(Struct, frozen=True, kw_only=True):
    """Holders of some feeds, and who wants them."""

    feeds: Feeds
    authors: list[AuthorId]
    folder: Path
    """Homes of the holders are in it, and the feeds."""

    @property
    def posts(self) -> int:
        return sum(map(len, self.feeds.values()))


def measure(bench: Bench) -> Iterator[Row]:
    """Let newcomers fetch few feeds and many, from one holder and from three."""
    everybody = by_author(bench)
    for count in SIZES_QUICK if bench.quick else SIZES:
        chosen = {author: everybody[author] for author in list(everybody)[:count]}
        world = make_world(bench.new_folder(), chosen)
        git_s = _git_seconds(bench, world)
        floor_s = _floor_seconds(bench.new_folder(), world)
        with ExitStack() as stack:
            held = [
                stack.enter_context(start_member(world.folder / f"holder{number}"))
                for number in range(max(HOLDERS))
            ]
            for each in held:
                wait_idle(each)  # an index of their own is made at their start
            for holders in HOLDERS:
                acquaint(held[:holders])
                runs = [
                    fetch(world, f"new{holders}-{run}", held[:holders])
                    for run in range(bench.choose(3, 1))
                ]
                yield from _rows(world, holders, runs, git_s, floor_s)


def by_author(bench: Bench) -> Feeds:
    """Posts by author, who are in an order that has nothing to do with how much they write."""
    samples = bench.samples(POSTS, authors=AUTHORS) if bench.data is None else read(bench.data)
    found: Feeds = defaultdict(list)
    for sample in samples:
        found[sample.author].append(sample)
    names = list(found)
    Random(1).shuffle(names)
    return {name: sorted(found[name], key=lambda each: each.time_ms) for name in names}


def make_world(folder: Path, feeds: Feeds) -> World:
    """Make the homes of those who hold the feeds, and follow their authors."""
    for number in range(max(HOLDERS)):
        new_home(folder, f"holder{number}")
    logs = FileLogs(folder / "feeds")
    authors = [
        write_feed(logs, number, author, samples)[0]
        for number, (author, samples) in enumerate(feeds.items())
    ]
    for number in range(max(HOLDERS)):
        home = folder / f"holder{number}"
        shutil.copytree(folder / "feeds", home / "feeds", dirs_exist_ok=True)
        follow(home, authors)
    return World(feeds=feeds, authors=authors, folder=folder)


def follow(home: Path, authors: Sequence[AuthorId]) -> None:
    """Follow these authors, in one append; the home's node is not running."""
    identity, logs = open_identity(home, ""), FileLogs(home / "feeds")
    shelf = Shelf(logs, Events())
    shelf.load()
    bodies = [encode_body(FollowBody(author_id=each, on=True)) for each in authors]
    stored = [encode_entry(FollowBody.kind, FOLLOWED_MS, body) for body in bodies]
    shelf.append(identity.feed_id, stored, now_ms=FOLLOWED_MS, sign=identity.feed_key.sign)


def wait_idle(holder: Asked) -> None:
    """Return when all that a node holds is in its index."""
    while holder.ask("idle")["waiting"]:
        sleep(_LOOK_EVERY_S)


def acquaint(holders: Sequence[Asked]) -> None:
    """Let holders meet, and say what they have to say to each other: who holds the same feeds
    for a while knows the others.  Else they meet by way of the newcomer, on its processors."""
    first, *others = holders
    first.ask("meet", at=[each.ready["at"] for each in others])
    wait_quiet(holders)


def fetch(world: World, name: str, holders: Sequence[Asked]) -> dict[str, float]:
    """Let a newcomer fetch all from these holders; return seconds since it was told of them."""
    home = new_home(world.folder, name)
    follow(home, world.authors)
    with start_member(home) as newcomer:
        at = [each.ready["at"] for each in holders]
        said: dict[str, Any] = newcomer.ask(
            "fetch_all", at=at, feeds=len(world.authors), posts=world.posts
        )
        turns = newcomer.ask("turns")
    seen = {key: (said[key] - said["started"]) / 1e9 for key in ("shown", "held", "indexed")}
    longest = {"turn_ms": turns["longest_ms"]}
    return {**seen, **longest, "cpu_s": said["cpu_us"] / 1e6, "rss_mb": said["rss"] / 1e6}


def _git_seconds(bench: Bench, world: World) -> float:
    """What the same posts take with git: one fetch, one signature an author, full text."""
    folder = bench.new_folder()
    with GitHolder(folder, world.feeds) as holder:
        runs = [
            read_with_git(holder, folder / f"reader{run}") for run in range(bench.choose(3, 1))
        ]
    return median(runs)


def _floor_seconds(folder: Path, world: World) -> dict[str, float]:
    """What the machine needs for each thing that has to be done."""
    feeds = len(world.authors)
    texts = [sample.text for samples in world.feeds.values() for sample in samples]
    # A feed's join is signed by two keys, and its head by one.
    signatures = physical.ed25519_verified_per_s(bytes(150), 2_000)
    return {
        "signatures": 3 * feeds / signatures,
        "syncs": sum(physical.write_and_fsync(folder, [SYNC_BYTES] * feeds)),
        "insert": len(texts)
        / physical.fts5_inserts_per_s(folder / "raw.db", texts, batch=BATCH),
    }


def _rows(
    world: World,
    holders: int,
    runs: Sequence[dict[str, float]],
    git_s: float,
    floor_s: dict[str, float],
) -> Iterator[Row]:
    count = len(world.authors)
    name, whom = f"{count}_from_{holders}", f"{count:,} feeds from {holders} holder"
    whom += "s" if holders > 1 else ""
    middle = {key: median(run[key] for run in runs) for key in runs[0]}
    rate = partial(_rate, world.posts)
    yield Row(
        f"many.git_{name}",
        f"{world.posts:,} posts of {whom}, until all are searchable, beside git",
        rate(middle["indexed"]),
        "/s",
        Limit("one git fetch, signatures, FTS5 insert /s", rate(git_s)),
        (at_least(25_000), ratio_at_least(1)),
        {f"{key}_s": middle[key] for key in ("shown", "held", "indexed")}
        | {key: middle[key] for key in ("cpu_s", "turn_ms")}
        | {f"floor_{key}_s": value for key, value in floor_s.items()},
    )
    yield Row(
        f"many.floor_{name}",
        "the same, beside what nobody can leave out",
        rate(middle["indexed"]),
        "/s",
        Limit("signatures, one sync a feed, FTS5 insert /s", rate(sum(floor_s.values()))),
    )
    first = middle["shown"] * 1000
    yield Row(
        f"many.first_{name}", f"first 50 posts, {whom}", first, "ms", None, (at_most(300),)
    )
    what = f"memory without its processes, {whom}"
    yield Row(f"many.rss_{name}", what, middle["rss_mb"], "MB", None, (at_most(150),))


def _rate(posts: int, seconds: float) -> float:
    return posts / seconds
