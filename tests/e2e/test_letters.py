"""Letters between real processes: first contact, answers, kill -9, a further device; and nobody
finds a word of them on any disk, in a file that is open or mapped, or on the wire."""

from functools import partial

import pytest
from seeker.needle import Needle
from seeker.seeking import seek, seek_open
from seeker.wire import Capture

from tests.e2e.nodes import Neighbourhood, Node
from tests.e2e.test_relays import watched

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CANARY = "nobodyelsereadsthiscanary, or the like"
NEEDLE = Needle(CANARY)

SAID_BYTES_MIN = 10_000
"""Links to Ben carried that much at least: first letters take 2.6 kB each."""


def letters(node: Node, other: Node) -> list[tuple[str, str, int]]:
    """Text, state and gaps of all that was written between two people."""
    found = node.get("conversation", talk=other.author, limit=200)["letters"]
    return [(each["text"], each["state"], each["missing"]) for each in found]


def texts(node: Node, other: Node) -> list[str]:
    return [text for text, _, _ in letters(node, other)]


def all_arrived(node: Node, other: Node, count: int) -> bool:
    found = letters(node, other)
    return len(found) == count and all(state in ("", "arrived") for _, state, _ in found)


def first_contact(anna: Node, ben: Node) -> None:
    """From both sides at once, at the command line."""
    said = anna.command("message", ben.author, "-", stdin=f"{CANARY} one\n")
    assert "on its way" in said
    ben.command("message", anna.author, f"{CANARY} two")
    for node, other in ((anna, ben), (ben, anna)):
        node.wait_for("both letters", partial(all_arrived, node, other, 2))
    assert sorted(texts(anna, ben)) == [f"{CANARY} one", f"{CANARY} two"]
    assert texts(anna, ben) == texts(ben, anna)
    assert CANARY in ben.command("messages", anna.author)


def killed_meanwhile(anna: Node, ben: Node) -> None:
    """None is lost, none comes twice."""
    ben.kill()
    for number in range(5):
        anna.post("message", talk=ben.author, text=f"{CANARY} while away {number}")
    ben.start("--peer", anna.link_endpoint())
    ben.post("message", talk=anna.author, text=f"{CANARY} back")
    for node, other in ((anna, ben), (ben, anna)):
        node.wait_for("all of them", partial(all_arrived, node, other, 8))
    assert [missing for _, _, missing in letters(ben, anna) if missing] == []


def say_it_was_me(node: Node) -> None:
    """Anna's devices came by the words: neither knows the other until she says so."""
    node.wait_for("the alarm", lambda: node.get("alarms")["alarms"])
    (alarm,) = node.get("alarms")["alarms"]
    node.post("that-was-me", alarm=alarm["id"])


def has(node: Node, other: Node, text: str) -> bool:
    return text in texts(node, other)


def another_device(neighbourhood: Neighbourhood, anna: Node, ben: Node) -> Node:
    """Anna's phone writes, and all have it."""
    ends = ("--peer", anna.link_endpoint(), "--peer", ben.link_endpoint())
    phone = neighbourhood.add("phone", "--no-dht", *ends, words=anna.words).start()
    for device in (anna, phone):
        say_it_was_me(device)
    text = f"{CANARY} from the phone"
    phone.post("message", talk=ben.author, text=text)
    for node, other in ((anna, ben), (ben, anna), (phone, ben)):
        node.wait_for("the letter of the phone", partial(has, node, other, text))
    return phone


def check_that_nobody_reads(nodes: tuple[Node, ...], capture: Capture | None) -> None:
    """Neither who has the disk, nor who sees what goes to Ben and comes from him."""
    for node in nodes:
        assert node.process is not None
        assert seek_open(node.process.pid, NEEDLE) == [], node.name
        node.stop()
        assert seek(node.home, NEEDLE) == [], node.name
        assert CANARY not in node.log_end()
    if capture is not None:
        assert sum(map(len, capture.streams().values())) > SAID_BYTES_MIN
        assert capture.seek(NEEDLE) == []


@pytest.mark.attack("A24")
def test_two_people_write_one_is_killed_one_has_another_device_and_nobody_else_reads(
    neighbourhood: Neighbourhood,
) -> None:
    anna = neighbourhood.add("anna", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint())
    with watched(ben.host) as capture:
        ben.start()
        anna.post("follow", who=ben.author)
        ben.post("follow", who=anna.author)
        first_contact(anna, ben)
        killed_meanwhile(anna, ben)
        phone = another_device(neighbourhood, anna, ben)
        check_that_nobody_reads((anna, ben, phone), capture)
