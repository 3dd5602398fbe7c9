"""Protected posts come by a history server, then by a stranger: of two who fetch them alike one
reads them and one does not; nor does who keeps them, wherever one looks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from seeker.memory import seek_memory
from seeker.needle import Needle
from seeker.seeking import places, seek, seek_open

from tests.e2e.nodes import Node
from tests.e2e.overheard import heard_by
from tests.e2e.test_history import Street, leased
from tests.e2e.test_relays import watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1_800)]

OVERHEARD = "tests.e2e.overheard"
CANARY = "what only friends of anna read, 5be1d07c93aa42f6"
"""Stands in no environment, and in no command line."""
NEEDLE = Needle(CANARY)
HEARD_BYTES_MIN = 2_000
"""Each keeper was told so much at least: the entries themselves take that."""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path)
    yield street
    street.all.close()


def texts(node: Node) -> list[str]:
    """What of the canary somebody reads, newest first."""
    found = node.get("timeline", limit=50)["posts"]
    return [each["text"].removeprefix(CANARY) for each in found if CANARY in each["text"]]


def keeper(street: Street, name: str, *options: str) -> Node:
    """Somebody who keeps what is of others; all that they are told is written down."""
    return street.all.add(name, "--no-dht", *street.speed, *options, program=OVERHEARD).start()


def person(street: Street, name: str, *peers: Node) -> Node:
    """Who reaches nobody else knocks at all of them again."""
    ends = [option for each in peers for option in ("--peer", each.link_endpoint())]
    return street.all.add(name, "--no-dht", *street.speed, *ends)


def befriend(anna: Node, *others: Node) -> None:
    for each in others:
        each.post("follow", who=anna.author)
        anna.post("follow", who=each.author)


def let_in(anna: Node, who: Node) -> None:
    who.post("ask-to-read", who=anna.author)
    anna.wait_for("the request", lambda: anna.get("circles")["waiting"])
    anna.post("let-in", who=who.author, circle="Friends")
    who.wait_for("the keys", lambda: who.get("circles")["readable"])


def check_that_nobody_reads(node: Node) -> None:
    """Neither in memory, nor in a file, open, mapped or left behind; nor did it hear a word."""
    assert node.process is not None
    assert seek_memory(node.process.pid, NEEDLE) == [], node.name
    assert seek_open(node.process.pid, NEEDLE) == [], node.name
    assert seek(node.home, NEEDLE) == [], node.name
    assert CANARY not in node.log.read_text(errors="replace")
    if node.program == OVERHEARD:
        heard = heard_by(node.home).read_bytes()
        assert len(heard) > HEARD_BYTES_MIN
        assert list(places(heard, NEEDLE)) == [], node.name


def say(anna: Node, hub: Node, text: str) -> int:
    """Post for the circle; returns the size of the feed once a stranger has it."""
    anna.post("post", text=f"{CANARY}{text}", to="Friends")
    size = int(anna.feed_of(anna.author)["size"])
    hub.wait_until_held(anna.author, size)
    return size


def fetch(
    source: Node, anna: Node, size: int, ben: Node, cleo: Node, expected: list[str]
) -> None:
    """Two come, find one keeper there and not the author, and have all that it has."""
    for each in (ben, cleo):
        each.start()
        each.wait_until_held(anna.author, size)
    ben.wait_for("the posts", lambda: texts(ben) == expected)
    assert texts(cleo) == texts(source) == []
    for each in (source, cleo):
        check_that_nobody_reads(each)
    for each in (ben, cleo):
        each.stop()


@pytest.mark.attack("A192")
def test_who_is_let_in_reads_what_a_server_and_a_stranger_bring_and_nobody_else(
    street: Street,
) -> None:
    hub = keeper(street, "stranger")
    with watched(hub.host) as wire:
        server = keeper(street, "server", "--history", "--peer", hub.link_endpoint())
        anna = person(street, "anna", hub, server).start()
        ben, cleo = [person(street, name, hub, server, anna) for name in ("ben", "cleo")]
        for each in (ben, cleo):
            each.start()
        hub.post("follow", who=anna.author)
        server.post("follow", who=hub.author)
        befriend(anna, ben, cleo)
        anna.post("create-circle", circle="Friends")
        let_in(anna, ben)
        for each in (ben, cleo):
            each.stop()

        size = say(anna, hub, "one")
        server.wait_for("a lease", lambda: leased([server], anna), street.days_s)
        server.wait_until_held(anna.author, size)
        anna.stop()
        hub.stop()
        fetch(server, anna, size, ben, cleo, ["one"])
        server.stop()

        hub.start()
        anna.start()
        size = say(anna, hub, "two")
        anna.stop()
        fetch(hub, anna, size, ben, cleo, ["two", "one"])
    if wire is not None:
        assert wire.seek(NEEDLE) == []
    for each in (anna, ben):
        assert seek(each.home, NEEDLE) == [], each.name
