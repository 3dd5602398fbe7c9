"""A history server with ten thousand feeds: what it costs to start, and while nothing happens.

Feed sizes are heavy-tailed, half of them below ten entries, as real ones are.  Each feed has
four servers' notices, the own one among them; one peer is linked that wants all of it.
"""

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
from street.authors import author_of
from swarmfeed.core.asks.people import Follow
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import FollowBody, encode_body
from swarmfeed.core.history import rows
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import LASTS_MS, Notice, Word, sign_notice
from swarmfeed.core.history.placement import Memory
from swarmfeed.core.history.rows import Custody, CustodyState
from swarmfeed.core.history.words import NoticeRecord
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.history.pages import CUSTODIES, NOTICES
from swarmfeed.node.history.service import CHOICES
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.store.ledger import SqliteLedger
from swarmfeed.wiring import open_identity, open_node

from benchmarks.bench import Bench, feed_key, write_feed
from benchmarks.processes import Asked, new_home, start_member
from benchmarks.report import Row, at_most

FEEDS = 10_000
FEEDS_QUICK = 1_000
OTHER_SERVERS = 3
WATCH_S = 60
WATCH_S_QUICK = 15
SETTLE_TIMEOUT_S = 400
QUIET_BYTES = 50_000
"""Traffic of 10 s below which both have said all they had to say; those who never come to rest
fail the measurement."""
MEDIAN_POSTS = 9
SPREAD = 1.6
POSTS_MAX = 10_000

Held = tuple[AuthorId, FeedId, int]
"""Author, feed, entries."""


def measure(bench: Bench) -> Iterator[Row]:
    """Start a server on a full disk, link a peer, let it settle, and watch it idle."""
    count = bench.choose(FEEDS, FEEDS_QUICK)
    folder = bench.new_folder()
    home, peer_home = new_home(folder, "server"), new_home(folder, "peer")
    fill(home, bench, count)
    _follow_hub(peer_home)
    what = f"history server with {count:,} feeds"
    started = time.monotonic()
    with start_member(home) as server:
        start_s = time.monotonic() - started
        yield Row(
            "history.start", f"{what}: restart to serving", start_s, "s", None, (at_most(30),)
        )
        rss_bytes = psutil.Process(server.process.pid).memory_info().rss
        yield Row("history.rss_alone", f"{what}: memory after the start", rss_bytes / 1e6, "MB")
        with start_member(peer_home, server.ready["at"]) as peer:
            _settle(server, peer, count)
            yield from _watch(bench, what, server)


def _watch(bench: Bench, what: str, server: Asked) -> Iterator[Row]:
    seconds = bench.choose(WATCH_S, WATCH_S_QUICK)
    process = psutil.Process(server.process.pid)
    cpu_before, net_before = sum(process.cpu_times()[:2]), _loopback_bytes()
    time.sleep(seconds)
    cpu_s = sum(process.cpu_times()[:2]) - cpu_before
    net_bytes = _loopback_bytes() - net_before
    rss_bytes = process.memory_info().rss
    yield Row("history.rss", f"{what}: memory", rss_bytes / 1e6, "MB", None, (at_most(400),))
    share = cpu_s / seconds * 100
    yield Row("history.cpu", f"{what}: share of a core", share, "%", None, (at_most(5),))
    rate = net_bytes / seconds / 1e3
    yield Row(
        "history.net",
        f"{what}: all traffic of the loopback, both ways",
        rate,
        "kB/s",
        None,
        (at_most(5),),
    )


@contextmanager
def without_sync() -> Iterator[None]:
    """Prepare a home without waiting for the disk: what is measured comes later."""
    syncs = os.fsync, os.fdatasync
    os.fsync = os.fdatasync = lambda _: None  # type: ignore[assignment]
    try:
        yield
    finally:
        os.fsync, os.fdatasync = syncs
        os.sync()


def fill(home: Path, bench: Bench, count: int) -> None:
    """Write feeds, a hub that follows their authors, and a ledger that promises them."""
    logs, sizes = FileLogs(home / "feeds"), _sizes(count)
    samples = bench.samples(max(sizes))
    held: list[Held] = []
    with without_sync():
        for number, size in enumerate(sizes):
            author_id, feed_id = write_feed(logs, number, f"author{number}", samples[:size])
            held.append((author_id, feed_id, size + 2))
        _write_hub(logs, bench, [author_id for author_id, _, _ in held])
        _follow_hub(home)
        _promise(home, held)


def _sizes(count: int) -> list[int]:
    chance = random.Random(20261124)
    drawn = (MEDIAN_POSTS * chance.lognormvariate(0, SPREAD) for _ in range(count))
    return [max(1, min(round(each), POSTS_MAX)) for each in drawn]


_HUB = 900_000
"""Number of the hub's feed."""


def _write_hub(logs: FileLogs, bench: Bench, author_ids: Sequence[AuthorId]) -> None:
    _, feed_id = write_feed(logs, _HUB, "hub", bench.samples(1))
    shelf = Shelf(logs, Events())
    shelf.load()
    bodies = (encode_body(FollowBody(author_id=each, on=True)) for each in author_ids)
    stored = [encode_entry(FollowBody.kind, 1, body) for body in bodies]
    shelf.append(feed_id, stored, now_ms=2, sign=feed_key(_HUB).sign)


def _follow_hub(home: Path) -> None:
    hub = author_of(b"auth" + _HUB.to_bytes(28, "big")).author_id
    with open_node(home, NodeSettings(network=False), "") as desk:
        desk.ask(Follow(who=format_author(hub)))


def _promise(home: Path, held: Sequence[Held]) -> None:
    """Leases of this server, and notices of it and of others on every feed."""
    now_ms = time.time_ns() // 1_000_000
    own = open_identity(home, "").node_key
    keys = [own, *(SigningKey(bytes([200, n]) + bytes(30)) for n in range(OTHER_SERVERS))]
    custodies: dict[bytes, bytes | None] = {}
    notices: dict[bytes, bytes | None] = {}
    for author_id, feed_id, size in held:
        custody = Custody(
            author_id=author_id,
            state=CustodyState.LEASED,
            since_ms=now_ms,
            size=size,
            feed_bytes=size * 60,
            memory=Memory(looked_at_ms=now_ms),
            reason="held before",
            decided_ms=now_ms,
        )
        custodies[feed_id] = rows.encode_custody(custody)
        for key in keys:
            signed = sign_notice(_lease(key, author_id, feed_id, size, now_ms), key)
            notices[key.public + feed_id] = rows.encode_notice(NoticeRecord(signed))
    choice = HistoryChoice(scope="community", disk_bytes=10**11, free_bytes_min=0)
    ledger = SqliteLedger(home / "ledger.db")
    ledger.write(
        {
            CUSTODIES: custodies,
            NOTICES: notices,
            CHOICES: {b"history": rows.encode_choice(choice)},
        }
    )
    ledger.close()


def _lease(
    key: SigningKey, author_id: AuthorId, feed_id: FeedId, size: int, now_ms: int
) -> Notice:
    return Notice(
        node_id=NodeId(key.public),
        author_id=author_id,
        feed_id=feed_id,
        word=Word.LEASE,
        size=size,
        feed_bytes=size * 60,
        made_ms=now_ms,
        until_ms=now_ms + LASTS_MS[Word.LEASE],
    )


def _settle(server: Asked, peer: Asked, feeds: int) -> None:
    """Wait until the peer has heard of everything, and both are quiet."""
    deadline = time.monotonic() + SETTLE_TIMEOUT_S
    before, sent_before = -1, 0
    while True:
        now = peer.ask("idle")["feeds"]
        sent_bytes = _loopback_bytes()
        quiet = now == before and sent_bytes - sent_before < QUIET_BYTES
        if now >= feeds and quiet:
            return
        if time.monotonic() > deadline:
            raise RetryError(f"the peer has heard of {now} of {feeds} feeds only")
        before, sent_before = now, sent_bytes
        time.sleep(10)
        server.ask("idle")


def _loopback_bytes() -> int:
    """Bytes sent over the loopback so far, by anybody; measure on a quiet machine."""
    counters = psutil.net_io_counters(pernic=True)
    return int(counters["lo"].bytes_sent)
