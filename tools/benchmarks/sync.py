"""A whole backlog from other processes: shown, verified and on disk, searchable.

The newcomer's clock starts when it is asked to fetch, before it dials anybody; its process
runs by then.  Three moments count: all bytes are on disk and pass the piece hashes the author
signed; every entry is hashed into the root; all is searchable.

Beside it stand plain torrents, each from as many processes: of the same entries as they are,
tuned as our own swarm is and as an ordinary client fetches them; and of the bytes that really
travel, which are compressed: all chunk files one after the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from swarmfeed.core.asks.upkeep import Status
from swarmfeed.core.asks.writing import ImportPosts, OldPost
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.wiring import open_node

from benchmarks.bench import Bench
from benchmarks.posts import Sample
from benchmarks.processes import Asked, new_home, new_host, start_member
from benchmarks.report import Limit, Row, at_least, at_most, ratio_at_least

HOLDERS = 3
PLAIN_NAME = chunk_name(FeedId(bytes(32)), ChunkSpan(0, 0))


def measure(bench: Bench) -> Iterator[Row]:
    """An author and two who followed it hold a backlog; one newcomer after another comes."""
    folder = bench.new_folder()
    runs = bench.choose(5, 1)
    author = new_home(folder, "author")
    size = write_backlog(author, bench.backlog)
    seen = {}
    with ExitStack() as stack:
        holders = [stack.enter_context(start_member(author))]
        link = holders[0].ready["link"]
        seen[1] = _fetch_often(folder, link, holders, size, runs)
        for number in range(1, HOLDERS):
            home = new_home(folder, f"holder{number}")
            holders.append(stack.enter_context(start_member(home)))
            holders[-1].ask("follow", link=link)
        seen[HOLDERS] = _fetch_often(folder, link, holders, size, runs)
    chunks = [chunk.read_bytes() for chunk in sorted(author.glob("feeds/*/chunks/*"))]
    plain = Plain(bench.new_folder(), b"".join(bench.stored), runs)
    packed = Plain(bench.new_folder(), b"".join(chunks), runs)
    for count, fetched in seen.items():
        limits = {
            "plain": plain.seconds(count),
            "client": plain.seconds(count, "--client"),
            "packed": packed.seconds(count),
        }
        yield from _rows(count, fetched, limits, size)


def write_backlog(home: Path, samples: Sequence[Sample]) -> int:
    """Import posts into a home, as `swarmfeed import` does; return the feed's size."""
    posts = tuple(OldPost(sample.time_ms, sample.text) for sample in samples)
    with open_node(home, NodeSettings(network=False), "") as desk:
        desk.ask(ImportPosts(posts=posts))
        return desk.ask(Status()).feeds[0].size


def _fetch_often(
    folder: Path, link: str, holders: Sequence[Asked], size: int, runs: int
) -> list[dict[str, float]]:
    """Let one newcomer after the other fetch from these holders."""
    names = [f"new{len(holders)}-{run}" for run in range(runs)]
    return [fetch(new_home(folder, name), link, holders, size) for name in names]


def fetch(
    home: Path,
    link: str,
    holders: Sequence[Asked],
    size: int,
    *,
    under: Sequence[str | Path] = (),
) -> dict[str, float]:
    """Let a newcomer fetch from these holders; return seconds since it began."""
    at = urlencode([("at", each.ready["at"]) for each in holders])
    address = link.partition("?")[0]
    with start_member(home, under=under) as newcomer:
        said = newcomer.ask("fetch", link=f"{address}?{at}", size=size)
    started = said["started"]
    seen = {
        key: (said[key] - started) / 1e9 for key in ("shown", "arrived", "verified", "indexed")
    }
    seen["linked"] = (said.get("linked", started) - started) / 1e9
    return {**seen, "cpu": said["verified_cpu_us"] / 1e6, "holders": said["holders"]}


class Plain:
    """One torrent of some bytes."""

    def __init__(self, folder: Path, content: bytes, runs: int) -> None:
        self._folder = folder
        self._runs = runs
        self._file = folder / PLAIN_NAME
        self._file.write_bytes(content)

    def seconds(self, count: int, *options: str) -> float:
        """Return the seconds that a fetch from so many processes takes."""
        with ExitStack() as stack:
            seeders = [stack.enter_context(self._start()) for _ in range(count)]
            peers = [seeder.ready["at"] for seeder in seeders]
            return median(self._fetch(peers, *options) for _ in range(self._runs))

    def _fetch(self, peers: Sequence[object], *options: str) -> float:
        with (
            TemporaryDirectory(dir=self._folder) as into,
            self._start("--into", into, *options) as new,
        ):
            return float(new.ask("fetch", peers=peers)["seconds"])

    def _start(self, *options: str) -> Asked:
        return Asked(
            "benchmarks.plain",
            "--file",
            self._file,
            "--listen",
            new_host(),
            *options,
            errors=self._folder / "errors.txt",
        )


def _rows(
    count: int, runs: list[dict[str, float]], limits_s: dict[str, float], size: int
) -> Iterator[Row]:
    many = "1 holder" if count == 1 else f"{count} holders"
    middle = {key: median(run[key] for run in runs) for key in runs[0]}
    yield from _verified(count, many, middle, limits_s, size)
    yield Row(
        f"sync.indexed_from_{count}",
        f"the same from {many}, until all is searchable",
        size / middle["indexed"],
        "/s",
        None,
        (at_least(110_000),),
    )
    yield Row(
        f"sync.first_from_{count}",
        f"first posts on screen, from {many}",
        middle["shown"] * 1000,
        "ms",
        None,
        (at_most(300),),
    )


def _verified(
    count: int, many: str, middle: dict[str, float], limits_s: dict[str, float], size: int
) -> Iterator[Row]:
    """Entries a second until all are here and verified, beside what the machine can do."""
    rate = size / middle["verified"]
    same = Limit("one plain torrent of the same entries /s", size / limits_s["plain"])
    yield Row(
        f"sync.bytes_from_{count}",
        f"{size:,} entries from {many}, on disk as the author signed them",
        size / middle["arrived"],
        "/s",
        same,
        (at_least(100_000), ratio_at_least(0.3)),
    )
    yield Row(
        f"sync.from_{count}",
        f"the same from {many}, every entry hashed into the root",
        rate,
        "/s",
        same,
        (at_least(600_000), ratio_at_least(0.3)),
        {f"{key}_s": value for key, value in middle.items() if key != "holders"}
        | {"holders": middle["holders"]},
    )
    for name, beside, limit in (
        ("client", "an ordinary client", "the same torrent, libtorrent as it comes /s"),
        ("packed", "the compressed bytes", "one plain torrent of the chunk files /s"),
    ):
        yield Row(
            f"sync.{name}_from_{count}",
            f"the same from {many}, beside {beside}",
            rate,
            "/s",
            Limit(limit, size / limits_s[name]),
            (ratio_at_least(0.3),),
        )
