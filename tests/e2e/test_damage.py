"""Damage on disk is named and mended from others; what is derived is made anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.backlog import own_word
from tests.e2e.nodes import PATIENCE_S, Node
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def follower(town: Town) -> Iterator[Node]:
    """Follows the author, holds everything, and has it indexed."""
    with town.newcomer("follower") as node:
        node.start()
        node.post("follow", who=town.author.author)
        node.wait_until_held(town.author.author, town.size)
        node.wait_for("the index", lambda: can_read_all(town, node))
        yield node


def can_read_all(town: Town, node: Node) -> bool:
    return all(
        node.get("search", q=own_word(number), limit=1)["posts"]
        for number in range(0, len(town.posts), 256)
    )


def home(node: Node, limit: int) -> list[str]:
    """Texts of the newest posts of the home timeline."""
    return [post["text"] for post in node.get("timeline", limit=limit)["posts"]]


def chunk_files(town: Town, node: Node) -> list[Path]:
    """Kept chunks, the longest first."""
    folder = node.home / "feeds" / town.feed / "chunks"
    return sorted(folder.iterdir(), key=lambda path: -path.stat().st_size)


def flip_bytes(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_flipped_byte_is_named_and_fetched_again(
    town: Town, follower: Node, place: str
) -> None:
    path = chunk_files(town, follower)[1]
    whole = path.read_bytes()
    flip_bytes(path, {"start": 0, "middle": len(whole) // 2, "end": len(whole) - 1}[place])
    report = follower.command_json("verify", code=1)
    assert report["refetching"] == 1
    assert len(report["damaged"]) == 1
    assert path.name in report["damaged"][0]
    follower.wait_until_held(town.author.author, town.size)
    assert path.read_bytes() == whole
    assert follower.command_json("verify")["damaged"] == []


def test_a_chunk_that_was_deleted_and_one_cut_short_come_back(
    town: Town, follower: Node
) -> None:
    gone, short = chunk_files(town, follower)[:2]
    content = {path: path.read_bytes() for path in (gone, short)}
    gone.unlink()
    short.write_bytes(content[short][:-1])
    report = follower.command_json("verify", code=1)
    assert report["refetching"] == 2
    assert {gone.name, short.name} == {
        name for name in (gone.name, short.name) if name in "\n".join(report["damaged"])
    }
    follower.wait_until_held(town.author.author, town.size)
    assert {path: path.read_bytes() for path in content} == content


def test_damage_found_without_the_network_is_mended_by_the_next_run(
    town: Town, follower: Node
) -> None:
    follower.stop()
    path = chunk_files(town, follower)[0]
    whole = path.read_bytes()
    flip_bytes(path, len(whole) // 3)
    report = follower.command_json("verify", code=1)
    assert path.name in report["damaged"][0]
    feed = follower.command_json("status")["feeds"]
    held = next(each for each in feed if each["author"] == town.author.author)
    assert held["entries_held"] < town.size, "what is damaged is not said to be held"
    follower.start()
    follower.wait_until_held(town.author.author, town.size)
    assert path.read_bytes() == whole


def test_an_index_that_is_gone_is_made_anew_at_the_start(town: Town, follower: Node) -> None:
    mine = follower.post("post", text="my own words")
    follower.stop()
    for path in follower.home.glob("index.db*"):
        path.unlink()
    follower.start()
    follower.wait_for("the index", lambda: can_read_all(town, follower))
    feed = follower.feed_of(town.author.author)
    assert feed["relation"] == "followed"
    newest = [mine["text"], town.posts[-1].text]
    follower.wait_for("both in one list", lambda: home(follower, 2) == newest)


def test_a_damaged_index_is_made_anew_for_a_command_too(town: Town, follower: Node) -> None:
    follower.stop()
    index = follower.home / "index.db"
    content = index.read_bytes()
    index.write_bytes(b"not a database" + content[14:])
    found = follower.command_json("search", own_word(0))
    assert [post["text"] for post in found] == [town.posts[0].text]
    follower.start()


def test_reindex_fills_the_index_from_the_logs(town: Town, follower: Node) -> None:
    before = follower.texts_of(town.author.author, 1_000)
    own = follower.feed_of(follower.author)["size"]
    assert follower.command_json("reindex")["entries"] == town.size + own
    assert can_read_all(town, follower)
    assert follower.texts_of(town.author.author, 1_000) == before


def test_a_command_that_fetches_leaves_everything_readable(town: Town) -> None:
    """Without a running node: one command fetches, the next one reads."""
    with town.newcomer("passer-by") as node:
        friend = town.friends[0].link_endpoint()
        network = ("--listen", node.host, "--no-dht", "--peer", friend)
        done = node.command_json(
            "fetch", town.author.author, "--timeout", str(PATIENCE_S), *network
        )
        assert done["entries_held"] == town.size
        for number in (0, 4_100, len(town.posts) - 1):
            found = node.command_json("search", own_word(number))
            assert [post["text"] for post in found] == [town.posts[number].text]
