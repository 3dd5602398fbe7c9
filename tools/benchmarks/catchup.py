"""After a night: a leaf that follows 200 authors asks one supernode for 20,000 new posts.

The supernode has all of it, and the leaf what was there before; no author is online.  The clock
starts when the leaf is told where the supernode is; two moments count: the newest 50 posts of
all are on the home page, and every post of every author is searchable.

Beside it stand the bytes of the new entries packed feed by feed, and the time that the machine
needs at least: a signature of each head, a hash of each entry, a sync of each feed, a bare
full-text insert.
"""

import shutil
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, Final

from msgspec import Struct
from swarmfeed.core.asks.upkeep import Reindex
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.chunk import frame_content, pack_frame
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import open_node

from benchmarks import physical
from benchmarks.bench import Bench, encode_post, feed_key, write_feed
from benchmarks.many import BATCH, SYNC_BYTES, Feeds, by_author, follow
from benchmarks.posts import Sample
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Limit, Row, at_most, ratio_at_most

AUTHORS: Final = 200
NEW_POSTS: Final = 20_000
QUICK: Final = (20, 1_000)
AUTHOR_BYTES: Final = 1_300
"""What an author may cost beside the entries: head, chunk list, and the question."""

SERVES: Final = ("--supernode", "on")


class Night(Struct, frozen=True, kw_only=True):
    """What was there before, and what came."""

    before: Feeds
    new: Feeds
    authors: list[AuthorId]
    folder: Path
    """Homes of both are in it."""

    @property
    def posts(self) -> int:
        return sum(map(len, (*self.before.values(), *self.new.values())))

    @property
    def new_posts(self) -> list[Sample]:
        return [sample for samples in self.new.values() for sample in samples]


def measure(bench: Bench) -> Iterator[Row]:
    """Let leaves come back, each with a home of its own, and ask the same supernode."""
    count, posts = QUICK if bench.quick else (AUTHORS, NEW_POSTS)
    night = make_night(bench.new_folder(), *split(by_author(bench), count, posts))
    packed = sum(len(pack_frame(frame_content(_entries(each)))) for each in night.new.values())
    floor_s = _floor_seconds(bench.new_folder(), night)
    with start_member(night.folder / "parent", options=SERVES) as parent:
        runs = [
            come_back(night, f"leaf{run}", parent, count) for run in range(bench.choose(5, 1))
        ]
    middle = {key: median(run[key] for run in runs) for key in runs[0]}
    yield from _rows(night, middle, packed, floor_s)


def split(feeds: Feeds, count: int, posts: int) -> tuple[Feeds, Feeds]:
    """Take the authors who write most; return what they wrote before, and the newest of each.

    All of them wrote in that night, each by the same share of what there is.
    """
    busiest = sorted(feeds, key=lambda name: -len(feeds[name]))[:count]
    share = min(posts / sum(len(feeds[name]) for name in busiest), 0.9)
    cut = {name: min(ceil(len(feeds[name]) * share), len(feeds[name]) - 1) for name in busiest}
    old = {name: feeds[name][: len(feeds[name]) - cut[name]] for name in busiest}
    return old, {name: feeds[name][len(old[name]) :] for name in busiest}


def make_night(folder: Path, before: Feeds, new: Feeds) -> Night:
    """Make the home of a leaf as it was, and that of a supernode that has everything."""
    for name in ("leaf", "parent"):
        new_home(folder, name)
    logs = FileLogs(folder / "feeds")
    written = [write_feed(logs, number, *each) for number, each in enumerate(before.items())]
    authors = [author_id for author_id, _ in written]
    shutil.copytree(folder / "feeds", folder / "leaf" / "feeds", dirs_exist_ok=True)
    shelf = Shelf(logs, Events())
    shelf.load()
    for number, (samples, (_, feed_id)) in enumerate(zip(new.values(), written, strict=True)):
        _write_more(shelf, number, feed_id, samples)
    shutil.copytree(folder / "feeds", folder / "parent" / "feeds", dirs_exist_ok=True)
    for name in ("leaf", "parent"):
        follow(folder / name, authors)
        with open_node(folder / name, NodeSettings(network=False), "") as desk:
            desk.ask(Reindex())
    return Night(before=before, new=new, authors=authors, folder=folder)


def _write_more(shelf: Shelf, number: int, feed_id: FeedId, samples: Sequence[Sample]) -> None:
    if samples:
        key, now_ms = feed_key(number), samples[-1].time_ms
        shelf.append(feed_id, _entries(samples), now_ms=now_ms, sign=key.sign)


def _entries(samples: Sequence[Sample]) -> list[bytes]:
    return [encode_post(sample) for sample in samples]


def come_back(night: Night, name: str, parent: Asked, authors: int) -> dict[str, float]:
    """Let a leaf come back; return seconds since it was told of the supernode, and bytes."""
    home = night.folder / name
    shutil.copytree(night.folder / "leaf", home)
    newest = sorted((each.time_ms for each in night.new_posts), reverse=True)[:50][-1]
    with start_member(home) as leaf:
        said: dict[str, Any] = leaf.ask(
            "catch_up",
            at=[parent.ready["at"]],
            posts=night.posts,
            entries=night.posts + 2 * len(night.authors),
            since_ms=newest,
        )
        turns = leaf.ask("turns")
    seen = {key: (said[key] - said["started"]) / 1e9 for key in ("linked", "shown", "indexed")}
    return {
        **{f"{key}_s": value for key, value in seen.items()},
        "shown_ms": (said["shown"] - said["linked"]) / 1e6,
        "done_s": (said["indexed"] - said["linked"]) / 1e9,
        "turn_ms": turns["longest_ms"],
        "cpu_s": said["cpu_us"] / 1e6,
        **{key: said[key] for key in ("news_bytes", "all_bytes", "messages")},
    }


def _floor_seconds(folder: Path, night: Night) -> dict[str, float]:
    """What the machine needs for each thing that has to be done."""
    feeds, samples = len(night.authors), night.new_posts
    entries = _entries(samples)
    return {
        "signatures": feeds / physical.ed25519_verified_per_s(bytes(150), 2_000),
        "hashes": len(entries) / physical.sha256_pairs_per_s(entries),
        "syncs": sum(physical.write_and_fsync(folder, [SYNC_BYTES] * feeds)),
        "insert": len(samples)
        / physical.fts5_inserts_per_s(
            folder / "raw.db", [each.text for each in samples], batch=BATCH
        ),
    }


def _rows(
    night: Night, middle: dict[str, float], packed: int, floor_s: dict[str, float]
) -> Iterator[Row]:
    authors, posts = len(night.authors), len(night.new_posts)
    what = f"{posts:,} new posts of {authors} authors"
    yield Row(
        "catchup.shown",
        f"newest 50 of {what}, on the page since the link",
        middle["shown_ms"],
        "ms",
        None,
        (at_most(150),),
        middle,
    )
    yield Row(
        "catchup.done",
        f"{what}, verified, saved and searchable since the link",
        middle["done_s"],
        "s",
        Limit("signatures, hashes, one sync a feed, FTS5 insert", sum(floor_s.values())),
        (at_most(2),),
        {f"floor_{key}_s": value for key, value in floor_s.items()},
    )
    allowed = AUTHOR_BYTES * authors
    yield Row(
        "catchup.bytes",
        f"{what}: bytes of the answer but {AUTHOR_BYTES:,} an author",
        max(middle["news_bytes"] - allowed, 0),
        "bytes",
        Limit("zstd-3 of the new entries feed by feed, bytes", packed),
        (ratio_at_most(1.3),),
        {"news_bytes": middle["news_bytes"], "all_bytes": middle["all_bytes"]},
    )
