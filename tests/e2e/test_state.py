"""Private state in real processes: own devices share it, the words bring it back, and nobody
else reads it, wherever it lies."""

import pytest
from seeker.needle import Needle
from seeker.seeking import seek

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CANARY = "nobodyelsereadsthiscanary, or the like"


def drafts(node: Node) -> dict[str, str]:
    return {each["place"]: each["text"] for each in node.get("drafts")["drafts"]}


def unread(node: Node) -> int:
    return int(node.get("unread-notifications")["count"])


def say_it_was_me(node: Node) -> None:
    """The other device came by the words: neither knows the other until the person says so."""
    node.wait_for("the alarm", lambda: node.get("alarms")["alarms"])
    (alarm,) = node.get("alarms")["alarms"]
    assert node.post("that-was-me", alarm=alarm["id"])["alarms"] == []


def linked(neighbourhood: Neighbourhood) -> tuple[Node, Node, str]:
    """A laptop and Ben, who answered a post on it; and the feed of the laptop."""
    laptop = neighbourhood.add("laptop", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", laptop.link_endpoint()).start()
    laptop.post("post", text="who has the key?")
    ben.post("follow", who=laptop.author)
    laptop.post("follow", who=ben.author)
    ben.wait_for("the question", lambda: ben.texts_of(laptop.author) != [])
    (asked,) = ben.get("timeline", author=laptop.author, limit=1)["posts"]
    ben.post("post", text="I have", reply_to=f"{asked['feed']}/{asked['index']}")
    laptop.wait_for("the answer, and that Ben follows", lambda: unread(laptop) == 2)
    return laptop, ben, str(asked["feed"])


@pytest.mark.attack("A90")
def test_two_devices_share_it_the_words_bring_it_back_and_nobody_else_reads_it(
    neighbourhood: Neighbourhood,
) -> None:
    laptop, ben, feed = linked(neighbourhood)
    ends = ("--peer", laptop.link_endpoint(), "--peer", ben.link_endpoint())
    # A second device, linked with the first: what one knows, the other does.
    phone = neighbourhood.add("phone", "--no-dht", *ends, words=laptop.words).start()
    for device in (laptop, phone):
        say_it_was_me(device)
    phone.post("fetch", who=ben.author)
    phone.wait_for("both there, too", lambda: unread(phone) == 2)
    laptop.post("mark-read")
    laptop.post("keep-draft", text=CANARY)
    phone.wait_for("what was read", lambda: unread(phone) == 0)
    phone.wait_for("the draft", lambda: drafts(phone) == {"": CANARY})
    phone.post("keep-draft", text=f"{CANARY} twice", place="elsewhere")
    laptop.wait_for("the second draft", lambda: len(drafts(laptop)) == 2)

    # In the log, for the words: then both machines are gone.
    saved = laptop.post("save-state")
    assert (saved["devices"], saved["sheets"]) == (2, 2)
    ben.wait_for("it all", lambda: held(ben, feed) == held(laptop, feed))
    laptop.stop()
    phone.stop()
    again = neighbourhood.add(
        "again", "--no-dht", "--peer", ben.link_endpoint(), words=laptop.words
    )
    again.start()
    again.post("fetch", who=ben.author)
    again.wait_for("the drafts", lambda: len(drafts(again)) == 2)
    again.wait_for("what was read", lambda: unread(again) == 0)
    again.stop()

    for node in (laptop, phone, again, ben):
        assert seek(node.home, Needle(CANARY)) == [], node.name


def held(node: Node, feed: str) -> int:
    found = [each for each in node.status()["feeds"] if each["feed"] == feed]
    return int(found[0]["size"]) if found else 0
