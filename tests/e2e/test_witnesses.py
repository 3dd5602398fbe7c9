"""Real nodes: one list leads in, parents witness, and say what is the newest."""

import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from swarmfeed.core.witness.cosignature import open_cosignature

from tests.core.witness.test_book import head as made_up_head
from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node, Refused

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.attack("A143")]

NOTES_PORT = 18_765
"""At an address that no other test has."""

FAST = ("--no-dht", "--supernode-speed", "10")


def newest(reader: Node, author: Node) -> Any:
    return reader.get("newest", author=author.author)


def texts(node: Node) -> list[str]:
    return [post["text"] for post in node.get("timeline")["posts"]]


def list_of_two(node: Node) -> str:
    """The list that a node would give to others, once two stand on it; empty before."""
    try:
        known = node.get("supernode-list")["supernodes"]
    except Refused:
        return ""  # it knows nobody yet
    return node.command("supernodes", "--export") if known == 2 else ""


def post_checkpoint(witness: Node, port: int, head: bytes) -> bytes:
    """Have a head cosigned as any log would, by c2sp.org/tlog-witness."""
    url = f"http://{witness.host}:{port}/add-checkpoint"
    with urlopen(Request(url, b"old 0\n\n" + head), timeout=PATIENCE_S) as answer:
        assert answer.status == 200
        return bytes(answer.read()).removesuffix(b"\n")


def asked_by_http(neighbourhood: Neighbourhood, witness: Node) -> None:
    """Somebody whom nobody is linked to has a witness see the own feed, and is told so."""
    key = witness.get("status")["node"]
    url = f"http://{witness.host}:{NOTES_PORT}#swarmfeed-witness/{key}"
    cleo = neighbourhood.add(
        "cleo", "--no-dht", "--supernode-speed", "0", "--witness-url", url
    ).start()
    cleo.post("post", text="seen by one")

    def told() -> Any:
        (word,) = cleo.get("witnesses")["witnesses"]
        return word["size"] >= 2 and word

    word = cleo.wait_for("its word", told)
    assert f"{word['url']} saw all of" in cleo.command("status")
    assert newest(cleo, cleo)["seen_by"] == 1
    cleo.stop()


def test_a_list_leads_in_and_witnesses_show_what_is_newest(
    neighbourhood: Neighbourhood, tmp_path: Path
) -> None:
    one = neighbourhood.add("one", *FAST, "--supernode", "on")
    one.start("--witness", f"{one.host}:{NOTES_PORT}")
    two = neighbourhood.add(
        "two", *FAST, "--supernode", "on", "--peer", one.link_endpoint()
    ).start()
    listed = tmp_path / "supernodes.txt"
    listed.write_text(f"# on a slip of paper\n{one.link_endpoint()}\n")
    leaf = (*FAST, "--supernode", "off", "--supernode-list", str(listed))
    anna = neighbourhood.add("anna", *leaf).start()
    anna.post("post", text="hello")
    anna.wait_for("two witnesses", lambda: newest(anna, anna)["seen_by"] == 2)
    listed.write_text(anna.wait_for("both are known", lambda: list_of_two(anna)))
    assert {one.link_endpoint(), two.link_endpoint()} <= set(listed.read_text().split())
    ben = neighbourhood.add("ben", *leaf, "--peer", anna.link_endpoint()).start()
    ben.post("follow", who=anna.author)
    ben.wait_for("two witnesses", lambda: newest(ben, anna)["seen_by"] == 2)
    assert "2 others, in different networks" in ben.command("newest", anna.author)
    ben.stop()
    anna.post("post", text="while ben was away")
    posted_ms = time.time() * 1000
    anna.wait_for("that to be seen", lambda: newest(anna, anna)["as_of_ms"] > posted_ms)
    anna.stop()
    ben.start()
    # By its parents ben has it though nobody else is there, and they say that it is the newest.
    ben.wait_for("the newest", lambda: (newest(ben, anna)["as_of_ms"] or 0) > posted_ms)
    ben.wait_for("the post", lambda: "while ben was away" in texts(ben))
    assert newest(ben, anna)["kept_back"] == 0
    asked_by_http(neighbourhood, one)
    line = post_checkpoint(one, NOTES_PORT, made_up_head(3))
    assert open_cosignature(made_up_head(3), line).time_s == pytest.approx(time.time(), abs=60)
