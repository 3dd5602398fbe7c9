"""Plain clients hold a feed; its author goes, and everybody else who runs swarmfeed.

A newcomer who has nothing but the author's address gets the sealed chunks from qBittorrent,
which got them by magnet links or by RSS, and rtorrent gets them by the same links meanwhile.
The DHT is one of stock libtorrent nodes.
"""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote

from swarmfeed.core.base.limits import CHUNK_ENTRIES

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.plain.clients import (
    QBittorrent,
    hash_in,
    new_network,
    qbittorrent,
    rtorrent,
    telling,
    wait_for,
)
from ordeals.plain.dht import Dht, dht
from ordeals.plain.tracker import tracker
from ordeals.strangers.besieged import Besieged
from ordeals.strangers.readers import write

POSTS: Final = 2 * CHUNK_ENTRIES + 20
"""Two sealed chunks, and a tail that nobody has."""

WAYS: Final = ("magnet links", "RSS")

PATIENCE_S: Final = 300
"""For one step: qBittorrent announces one torrent in four seconds, and machines are busy."""


def play(plan: Plan) -> Outcome:
    """Play cases in turn; even ones by magnet links, odd ones by RSS."""
    outcome = Outcome()
    for case in range(plan.cases):
        play_one(WAYS[case % len(WAYS)], plan.luck(case), outcome)
    return outcome


def play_one(way: str, luck: Random, outcome: Outcome) -> None:
    """Play one case, in which qBittorrent gets everything by one of ``WAYS``."""
    outcome.cases += 1
    with tempfile.TemporaryDirectory(prefix="seed-") as folder:
        try:
            _play_in(Path(folder), way, luck, outcome)
        except Exception as error:
            notes = getattr(error, "__notes__", ())
            said = (f"{way}: {type(error).__name__}: {error}", *notes)
            outcome.gave_way.append("\n".join(said))


def _play_in(folder: Path, way: str, luck: Random, outcome: Outcome) -> None:
    (folder / "qbittorrent").mkdir()
    with dht(folder / "image") as nodes, qbittorrent(folder / "qbittorrent") as client:
        outcome.figures["qBittorrent"] = client.version()
        client.add([nodes.image])
        wait_for("qBittorrent in the DHT", lambda: client.transfer()["dht_nodes"], PATIENCE_S)
        left = _live(folder, nodes, client, way, luck, outcome)
        # From here on nobody runs swarmfeed.
        with _node(folder, "bob", nodes) as newcomer:
            _arrive(newcomer, left, way, outcome)


class _Left:
    """What an author left behind."""

    def __init__(self, author: Besieged, who: str) -> None:
        self.address = who.partition("?")[0]
        status = author.get("status")["feeds"][0]
        self.size, self.sealed = status["size"], status["size"] // CHUNK_ENTRIES * CHUNK_ENTRIES
        listed = author.get(f"torrents?feed={status['feed']}")
        self.feed: str = status["feed"]
        self.torrents = [listed["chunk_list"], *listed["torrents"]]
        self.names = {each["name"] for each in self.torrents}
        self.magnets = [each["magnet"] for each in self.torrents]


def _live(
    folder: Path, nodes: Dht, client: QBittorrent, way: str, luck: Random, outcome: Outcome
) -> _Left:
    """An author writes, plain clients take what is sealed, and the author goes."""
    with _node(folder, "ada", nodes) as author:
        left = _Left(author, write(author, POSTS, luck))
        _wait_for_job(
            author, "deposit", rf"deposit of {left.sealed} entries (on [1-9]|was put)"
        )
        started_s = time.monotonic()
        if way == "RSS":
            client.subscribe(_rss(author, left.feed))
        else:
            client.add(left.magnets)
        client.wait_until(
            "all in qBittorrent",
            lambda: left.names <= client.holds(),
            PATIENCE_S,
            left.magnets,
        )
        again = f", {client.begun_again} links added again" if client.begun_again else ""
        outcome.figures[f"qBittorrent by {way}"] = (
            f"{time.monotonic() - started_s:.1f} s{again}"
        )
        _wait_for_job(author, "announce-chunks", f"{len(left.names)} chunks announced")
        _wait_for_job(
            author, "own-head", rf"own head of {left.size} entries (on [1-9]|was put)"
        )
        _take_by_rtorrent(folder, author, left, outcome)
        client.wait_until(
            "qBittorrent's announcements",
            lambda: all(nodes.is_announced(each, client.at) for each in _hashes(left)),
            PATIENCE_S,
        )
    return left


def _take_by_rtorrent(folder: Path, author: Besieged, left: _Left, outcome: Outcome) -> None:
    started_s = time.monotonic()
    kept = {each.name: each.read_bytes() for each in _kept_files(author, left)}
    # It does not know x.pe, so a tracker says where the author is: the links are ours else.
    with (
        tracker(new_network(), author.ports()["swarm"]) as announce,
        rtorrent(
            folder / "rtorrent", [f"{each}&tr={quote(announce)}" for each in left.magnets]
        ) as downloads,
    ):

        def is_whole() -> bool:
            files = {name: downloads / name for name in kept}
            return all(
                file.exists() and file.read_bytes() == kept[name]
                for name, file in files.items()
            )

        wait_for("all in rtorrent", is_whole, PATIENCE_S)
    outcome.figures["rtorrent by the same links"] = f"{time.monotonic() - started_s:.1f} s"


def _arrive(newcomer: Besieged, left: _Left, way: str, outcome: Outcome) -> None:
    """Somebody comes who has the address, and must get all that is sealed."""
    started_s = time.monotonic()
    author = newcomer.post("fetch", who=left.address)["author"]

    def progress() -> dict[str, Any] | None:
        found: dict[str, Any] = newcomer.get(f"fetch-progress?author={author}")
        return found if found["done"] else None

    done = wait_for("all at the newcomer", progress, PATIENCE_S)
    outcome.figures[f"newcomer, {way}"] = f"{time.monotonic() - started_s:.1f} s"
    if done["entries_held"] != left.sealed:
        outcome.gave_way.append(f"{way}: {done['entries_held']} of {left.sealed} entries")
    if newcomer.get("peers")["peers"]:
        outcome.gave_way.append(f"{way}: somebody runs swarmfeed")
    missing = wait_for("what is missing", lambda: _missing(newcomer, author), PATIENCE_S)
    if str(left.size - left.sealed) not in missing:
        outcome.gave_way.append(f"{way}: of the tail is said {missing!r}")


def _missing(newcomer: Besieged, author: str) -> str:
    return str(newcomer.get(f"fetch-progress?author={author}")["missing"])


@contextmanager
def _node(folder: Path, name: str, nodes: Dht) -> Iterator[Besieged]:
    """A node in that DHT, for as long as the block lasts."""
    host, port = nodes.nodes[0]
    node = Besieged(folder, name, "--dht-node", f"{host}:{port}", host=new_network())
    try:
        with telling(lambda: _said(name, node)):
            yield node
    finally:
        node.end()


def _said(name: str, node: Besieged) -> str:
    """What its rounds did last, and the end of its log: for the words of a failure."""
    jobs = [f"{each['name']}: {each['last_result']}" for each in node.get("status")["jobs"]]
    return "\n".join((f"{name}:", *jobs, node.log_end()))


def _wait_for_job(node: Besieged, name: str, said: str) -> None:
    def result() -> bool:
        jobs = {each["name"]: each["last_result"] for each in node.get("status")["jobs"]}
        return re.match(said, jobs[name]) is not None

    wait_for(f"{name}: {said}", result, PATIENCE_S)


def _rss(author: Besieged, feed: str) -> str:
    """The address that a person copies from the page of a feed's torrents."""
    page = author.read(f"/feeds/{feed}/torrents")
    found = re.search(r'data-copy="([^"]+)"', page)
    assert found is not None, "the page shows the address of its RSS"
    return found[1].replace("&amp;", "&")


def _hashes(left: _Left) -> list[bytes]:
    return [hash_in(each) for each in left.magnets]


def _kept_files(author: Besieged, left: _Left) -> list[Path]:
    folders = [author.home / "feeds" / left.feed / "chunks", author.home / "lists"]
    files = [file for folder in folders for file in folder.iterdir()]
    return [file for file in files if file.name in left.names]


STRANGERS_SEED: Final = Ordeal(
    name="strangers-seed",
    about="plain clients alone hold a feed, and a newcomer comes",
    cases=4,
    sample=0,
    play=play,
)
