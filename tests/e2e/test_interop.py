"""An ordinary BitTorrent client takes a chunk from a node, and ordinary zstd opens it."""

import hashlib
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from ordeals.plain.tracker import tracker, with_announce

from tests.e2e.nodes import PATIENCE_S, Node, new_address
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.fail(f"{program} is missing; install it with: apt-get install {program}")
    return found


@pytest.fixture(scope="module")
def holder(town: Town) -> Node:
    """A friend of the author, who serves chunks that others wrote."""
    return town.friends[1]


@pytest.fixture(scope="module")
def largest(town: Town, holder: Node) -> dict[str, Any]:
    """The oldest chunk of the largest kind, as the API lists it."""
    found: list[dict[str, Any]] = holder.get("torrents", feed=town.feed)["torrents"]
    assert found[0]["level"] == 1, "16 chunks of 256 entries in one"
    assert sum(each["end"] - each["start"] for each in found) == town.size - town.size % 256
    return found[0]


@pytest.fixture(scope="module")
def torrent(town: Town, holder: Node, largest: dict[str, Any]) -> bytes:
    """Its ``.torrent``, as the page offers it."""
    path = f"/feeds/{town.feed}/torrents/{largest['level']}-{largest['position']}.torrent"
    key = {"Authorization": f"Bearer {holder.api_key}"}
    return read(holder.page_url + path, key)


def read(url: str, headers: dict[str, str]) -> bytes:
    opener = build_opener(ProxyHandler({}))
    with opener.open(Request(url, headers=headers), timeout=PATIENCE_S) as response:
        content: bytes = response.read()
    return content


@contextmanager
def rtorrent(folder: Path, torrent: Path) -> Iterator[None]:
    """Run rtorrent without a terminal on one torrent; it downloads into ``folder``."""
    (folder / "session").mkdir()
    options = [
        "system.daemon.set=true",
        f"directory.default.set={folder}",
        f"session.path.set={folder / 'session'}",
        "dht.mode.set=off",
        "protocol.pex.set=no",
        "network.port_range.set=20000-60000",
        "network.port_random.set=yes",
    ]
    words = [word for option in options for word in ("-o", option)]
    log = (folder / "rtorrent.log").open("wb")
    process = subprocess.Popen(
        [need("rtorrent"), "-n", "-b", new_address(), *words, str(torrent)],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
        log.close()


def wait_for_file(path: Path, size_bytes: int, digest: bytes) -> None:
    """Wait until a file is whole; a client may make it at full length and fill it later."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        is_long = path.exists() and path.stat().st_size == size_bytes
        if is_long and hashlib.sha256(path.read_bytes()).digest() == digest:
            return
        time.sleep(0.1)
    log = (path.parent / "rtorrent.log").read_text(errors="replace")
    raise AssertionError(f"{path.name} is not whole after {PATIENCE_S} s\n{log[-2_000:]}")


def test_rtorrent_downloads_a_chunk_and_zstd_opens_it(
    town: Town, holder: Node, largest: dict[str, Any], torrent: bytes, tmp_path: Path
) -> None:
    kept = (holder.home / "feeds" / town.feed / "chunks" / largest["name"]).read_bytes()
    with tracker(new_address(), holder.swarm_endpoint()) as announce:
        file = tmp_path / "chunk.torrent"
        file.write_bytes(with_announce(torrent, announce))
        with rtorrent(tmp_path, file):
            fetched = tmp_path / largest["name"]
            wait_for_file(fetched, largest["bytes"], hashlib.sha256(kept).digest())
    opened = subprocess.run(
        [need("zstd"), "-dc", str(fetched)], capture_output=True, timeout=PATIENCE_S, check=True
    )
    assert count_entries(opened.stdout) == largest["end"] - largest["start"] == 4_096
    # Entry 0 is the feed's certificate, entry 1 the profile; then the backlog begins.
    for post in town.posts[: 4_096 - 2]:
        assert post.text.encode() in opened.stdout


def test_the_feed_s_rss_leads_a_client_to_the_same_torrents(
    town: Town, holder: Node, torrent: bytes
) -> None:
    """What a client subscribes to: no session, but the key that stands in the address."""
    bearer = {"Authorization": f"Bearer {holder.api_key}"}
    listed = read(f"{holder.page_url}/feeds/{town.feed}/torrents.rss", bearer)
    items = list(ElementTree.fromstring(listed).iter("item"))
    magnets = [each.attrib["url"] for item in items for each in item.iter("enclosure")]
    sealed = holder.get("torrents", feed=town.feed)
    chunks = sealed["torrents"]
    assert magnets == [each["magnet"] for each in (sealed["chunk_list"], *chunks)]
    host, port = holder.swarm_endpoint()
    assert all(each.endswith(f"&x.pe={host}:{port}") for each in magnets)
    found = {read(item.findtext("link", ""), {}) for item in items}
    assert len(found) == len(chunks) + 1, "the chunks and their list"
    assert torrent in found


def count_entries(frames: bytes) -> int:
    """Count what lies in bencoded lists one after the other, by the rules of BEP 3 alone."""
    at = count = 0
    while at < len(frames):
        assert frames[at : at + 1] == b"l"
        at += 1
        while frames[at : at + 1] != b"e":
            at = skip_value(frames, at)
            count += 1
        at += 1
    return count


def skip_value(content: bytes, at: int) -> int:
    """Return where the bencoded value that begins at ``at`` ends."""
    first = content[at : at + 1]
    if first == b"i":
        return content.index(b"e", at) + 1
    if first in (b"l", b"d"):
        at += 1
        while content[at : at + 1] != b"e":
            at = skip_value(content, at)
        return at + 1
    colon = content.index(b":", at)
    return colon + 1 + int(content[at:colon])
