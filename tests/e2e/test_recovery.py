"""The only machine is gone, or the key stolen, or both: one person, nothing lost, no fork."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from swarmfeed.core.base.backup_words import seed_of_words
from swarmfeed.core.base.keys import SigningKey

from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node, Refused

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def network(host: str, peer: Node) -> list[str]:
    return ["--no-passphrase", "--no-dht", "--listen", host, "--peer", peer.link_endpoint()]


def feeds_of(node: Node, author: str) -> Sequence[Any]:
    return [each for each in node.status()["feeds"] if each["author"] == author]


def wait_for_texts(node: Node, author: str, texts: Sequence[str]) -> None:
    node.wait_for(f"{texts}", lambda: node.texts_of(author) == list(texts))


@pytest.fixture
def friends(neighbourhood: Neighbourhood) -> tuple[Node, Node]:
    """Anna wrote and follows Ben, who follows Anna and is online."""
    anna = neighbourhood.add("anna", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    anna.post("post", text="one")
    ben.post("follow", who=anna.author)
    anna.post("follow", who=ben.author)
    ben.wait_until_held(anna.author, 4)
    ben.post("post", text="Ben's")
    return anna, ben


def test_the_only_machine_is_gone(
    neighbourhood: Neighbourhood, friends: tuple[Node, Node]
) -> None:
    anna, ben = friends
    anna.stop()

    again = neighbourhood.bare("again", "--no-dht", "--peer", ben.link_endpoint())
    words, link = anna.words.splitlines()
    options = network(again.host, ben)
    told = again.command_json("restore", "-", link, *options, stdin=words.upper())
    assert (told["author"], told["name"]) == (anna.author, "anna")
    assert told["entries_found"] == 4 and told["entries_held"] >= 4
    again.author = anna.author
    again.start()
    wait_for_texts(again, anna.author, ["one"])
    again.post("post", text="two")
    wait_for_texts(ben, anna.author, ["two", "one"])
    wait_for_texts(again, ben.author, ["Ben's"])
    assert len(feeds_of(ben, anna.author)) == 2
    assert not any(each["forked"] for each in feeds_of(ben, anna.author))
    assert {each["name"] for each in feeds_of(ben, anna.author)} == {"anna"}


def test_by_the_words_alone_and_the_dht(neighbourhood: Neighbourhood) -> None:
    """Whose the words are, and who holds the feeds, says the DHT that a stranger keeps."""
    stranger = neighbourhood.add("stranger").start()
    host, port = stranger.swarm_endpoint()
    entrance = ("--dht-node", f"{host}:{port}")
    anna = neighbourhood.add("anna", *entrance).start()
    ben = neighbourhood.add("ben", *entrance).start()
    anna.post("post", text="one")
    ben.post("follow", who=anna.author)
    ben.wait_until_held(anna.author, 3)
    words, _ = anna.words.splitlines()
    key = b64encode(SigningKey(seed_of_words(words)).public).decode("ascii")
    stranger.wait_for(
        "the sheet's item", lambda: stranger.get("whose-sheet", key=key)["author"]
    )
    anna.stop()

    again = neighbourhood.bare("again", *entrance)
    keys = ["--no-passphrase", "--listen", again.host, "--timeout", str(PATIENCE_S)]
    told = again.command_json("restore", "-", *keys, *entrance, stdin=words)
    assert (told["author"], told["name"]) == (anna.author, "anna")
    assert told["entries_held"] >= told["entries_found"] == 3


def test_a_home_moves_while_its_node_runs(
    neighbourhood: Neighbourhood, friends: tuple[Node, Node]
) -> None:
    anna, ben = friends
    told = anna.command_json("move-to-second-sheet", "-", "--yes", stdin=anna.second)
    assert (told["author"], told["generation"]) == (anna.author, 1)
    assert len(told["next_words"].split()) == 24
    anna.post("post", text="two")
    wait_for_texts(ben, anna.author, ["two", "one"])
    newcomer = neighbourhood.add("cleo", "--no-dht", "--peer", ben.link_endpoint()).start()
    newcomer.post("follow", who=anna.author)
    wait_for_texts(newcomer, anna.author, ["two", "one"])
    anna.stop()
    assert anna.start().get("own-feed")["sentence"] == ""
    refused = neighbourhood.bare("thief").command(
        "restore", "-", *network("127.0.0.9", ben), stdin=anna.words, code=1
    )
    assert refused == ""


def test_the_only_machine_is_gone_and_the_key_is_stolen(
    neighbourhood: Neighbourhood, friends: tuple[Node, Node]
) -> None:
    """A thief with the first sheet writes in her name, until the second one takes over."""
    anna, ben = friends
    true = anna.feed_of(anna.author)["feed"]
    anna.stop()
    thief = neighbourhood.add(
        "thief", "--no-dht", "--peer", ben.link_endpoint(), words=anna.words
    )
    thief.start()
    thief.post("post", text="Buy my coin")
    wait_for_texts(ben, anna.author, ["Buy my coin", "one"])
    (stolen,) = [each for each in feeds_of(thief, anna.author) if each["feed"] != true]

    again = neighbourhood.bare("again", "--no-dht", "--peer", ben.link_endpoint())
    told = again.command_json(
        *("move-to-second-sheet", "-", "--yes", "--drop", stolen["feed"]),
        *network(again.host, ben),
        stdin=anna.second,
    )
    assert told["generation"] == 1 and told["kept"] == [true]
    again.author = anna.author
    again.start()
    again.post("post", text="It is me again")
    mine = ["It is me again", "one"]
    for node in (again, ben):
        wait_for_texts(node, anna.author, mine)
    with pytest.raises(Refused, match="was removed from your devices"):
        thief.post("post", text="Still me")
    newcomer = neighbourhood.add("cleo", "--no-dht", "--peer", again.link_endpoint()).start()
    newcomer.post("follow", who=anna.author)
    wait_for_texts(newcomer, anna.author, mine)
    assert ben.texts_of(anna.author) == mine
