"""How a newcomer finds holders: by the DHT alone, and by one named peer alone."""

import ipaddress
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from swarmfeed.core.base.address import parse_author
from swarmfeed.core.net.rendezvous import author_topic

from tests.e2e.backlog import Post, make_backlog, write_jsonl
from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node, new_address

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


ANSWER_S = 5
"""A datagram may be lost, and a machine busy: it is asked again after that."""


@pytest.fixture
def posts() -> Sequence[Post]:
    """Two sealed chunks and a tail."""
    return make_backlog(600)


@pytest.fixture
def export(tmp_path: Path, posts: Sequence[Post]) -> Path:
    return write_jsonl(tmp_path / "posts.jsonl", posts, "somebody")


def dht_node(node: Node) -> tuple[str, str]:
    host, port = node.swarm_endpoint()
    return "--dht-node", f"{host}:{port}"


def test_by_the_dht_alone(
    neighbourhood: Neighbourhood, export: Path, posts: Sequence[Post]
) -> None:
    """A stranger keeps the DHT; the newcomer knows the stranger and an address, no more."""
    stranger = neighbourhood.add("stranger").start()
    author = neighbourhood.add("author")
    author.command("import", str(export))
    author.start(*dht_node(stranger))
    friend = neighbourhood.add("friend", *dht_node(stranger)).start()
    friend.post("follow", who=author.author)
    friend.wait_until_held(author.author, own_size(author))
    size, root = author.feed_of(author.author)["size"], author.feed_of(author.author)["root"]
    friend.wait_for(
        "its announcement",
        lambda: is_announced(friend, author.author, stranger),
        every_s=0.5,
    )
    author.stop()

    newcomer = neighbourhood.add("newcomer", *dht_node(stranger)).start()
    assert newcomer.status()["peers"] == []
    newcomer.command("fetch", author.author, "--timeout", str(PATIENCE_S))
    feed = newcomer.feed_of(author.author)
    assert (feed["size"], feed["entries_held"], feed["root"]) == (size, size, root)
    assert [peer["endpoint"] for peer in newcomer.status()["peers"]] == [friend.link_endpoint()]
    assert stranger.feed_of(author.author) is None
    newcomer.wait_for(
        "the newest post",
        lambda: newcomer.texts_of(author.author, 1) == [posts[-1].text],
    )


def test_a_dht_node_that_starts_later_than_we_do(
    neighbourhood: Neighbourhood, export: Path, posts: Sequence[Post]
) -> None:
    """What was asked first was asked in vain: nobody listened there."""
    stranger = neighbourhood.add("stranger").start()
    entrance = dht_node(stranger)
    port = entrance[1].rpartition(":")[2]
    stranger.stop()
    author = neighbourhood.add("author", *entrance)
    author.command("import", str(export))
    author.start()
    author.wait_for("that nobody answers", lambda: author.status()["dht_nodes"] == 0)
    time.sleep(3)
    stranger.start("--swarm-port", port)
    author.wait_for("the DHT", lambda: author.status()["dht_nodes"] > 0)


def own_size(author: Node) -> int:
    """Entries of what an author wrote: posts, and the two that every feed begins with."""
    return int(author.feed_of(author.author)["size"])


def is_announced(holder: Node, author: str, asked: Node) -> bool:
    """Whether a DHT node answers with a holder's link when it is asked for an author.

    One datagram by hand (BEP 5), because nothing but the DHT should be asked.
    """
    topic = author_topic(parse_author(author))
    query = b"d1:ad2:id20:%b9:info_hash20:%be1:q9:get_peers1:t2:aa1:y1:qe" % (b"?" * 20, topic)
    host, _, port = holder.link_endpoint().rpartition(":")
    compact = ipaddress.IPv4Address(host).packed + int(port).to_bytes(2, "big")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind((new_address(), 0))
        client.settimeout(ANSWER_S)
        client.sendto(query, asked.swarm_endpoint())
        try:
            answer = client.recv(2_048)
        except TimeoutError:
            return False
    return b"6:" + compact in answer


def test_by_one_named_peer_alone(
    neighbourhood: Neighbourhood, export: Path, posts: Sequence[Post]
) -> None:
    """No DHT; the peer is the author, and the link holds nothing but an address."""
    author = neighbourhood.add("author", "--no-dht")
    author.command("import", str(export))
    author.start()
    assert author.status()["dht_nodes"] == 0
    newcomer = neighbourhood.add(
        "newcomer", "--no-dht", "--peer", author.link_endpoint()
    ).start()
    newcomer.command("fetch", author.author, "--timeout", str(PATIENCE_S))
    own = author.feed_of(author.author)
    feed = newcomer.feed_of(author.author)
    assert (feed["entries_held"], feed["root"]) == (own["size"], own["root"])


def test_by_the_place_in_a_link_alone(
    neighbourhood: Neighbourhood, export: Path, posts: Sequence[Post]
) -> None:
    """No DHT and no peer named: the link itself says where its author is."""
    author = neighbourhood.add("author", "--no-dht")
    author.command("import", str(export))
    link = author.start().get("whoami")["link"]
    newcomer = neighbourhood.add("newcomer", "--no-dht")
    network = ("--listen", newcomer.host, "--no-dht", "--timeout", str(PATIENCE_S))
    done = newcomer.command_json("fetch", link, *network)
    assert done["entries_held"] == author.feed_of(author.author)["size"]
