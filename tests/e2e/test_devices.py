"""Several devices of one person: paired over real links, written on at once, removed."""

import threading

import pytest
from swarmfeed.shell.disk.keyfile import open_keys

from tests.e2e.devices import Device, Waiting
from tests.e2e.nodes import Neighbourhood, Node, contents

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def pair(neighbourhood: Neighbourhood, name: str, first: Node, *options: str) -> Device:
    device = Device(neighbourhood.folder, name, first, "--no-dht", *options)
    neighbourhood.nodes.append(device)
    return device


def devices_of(node: Node) -> dict[str, dict[str, object]]:
    return {each["name"]: each for each in node.get("devices")["devices"]}


def texts(node: Node, author: str, limit: int = 100) -> list[str]:
    return node.texts_of(author, limit)


def test_a_machine_is_paired_while_the_first_one_runs(neighbourhood: Neighbourhood) -> None:
    anna = neighbourhood.add("anna", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    anna.post("follow", who=ben.author)
    ben.post("follow", who=anna.author)
    anna.post("post", text="From the first one")
    laptop = pair(neighbourhood, "laptop", anna)
    assert laptop.author == anna.author
    laptop.start()
    laptop.wait_for(
        "the old post",
        lambda: texts(laptop, anna.author) == ["From the first one"],
    )
    # Whom the person follows, the new device does, without being told again.
    ben.post("post", text="Good day")
    laptop.wait_for("a friend", lambda: texts(laptop, ben.author) == ["Good day"])
    laptop.post("post", text="From the laptop")
    for each in (anna, ben):
        each.wait_for("both", lambda each=each: len(texts(each, anna.author)) == 2)
    anna.wait_for("its name", lambda: "laptop" in devices_of(anna))
    seen = devices_of(anna)["laptop"]
    assert (seen["posts"], seen["adds_devices"], seen["removed"]) == (1, False, False)
    # What was added from here, and what was there before it, is no alarm.
    assert anna.get("alarms")["alarms"] == [] == laptop.get("alarms")["alarms"]
    assert [each.get("alarms")["alarms"] for each in (anna, laptop)] == [[], []]


def test_a_further_device_has_no_author_seed_and_adds_none(
    neighbourhood: Neighbourhood,
) -> None:
    anna = neighbourhood.add("anna", "--no-dht")
    laptop = pair(neighbourhood, "laptop", anna)
    keys = open_keys(anna.home / "keys", "")
    assert keys.author is not None
    own = open_keys(laptop.home / "keys", "")
    assert (own.author, own.author_id) == (None, keys.author_id)
    for path, content in contents(laptop.home):
        assert keys.author.seed not in content, path
    tablet = elsewhere(neighbourhood, "tablet")
    waits = Waiting(tablet, "--name", "tablet")
    try:
        with pytest.raises(AssertionError, match="cannot add or remove devices"):
            laptop.command("devices", "add", waits.link, "--yes")
    finally:
        waits.kill()


def elsewhere(neighbourhood: Neighbourhood, name: str) -> Node:
    """A machine without a home."""
    return Node(neighbourhood.folder, name, has_home=False)


@pytest.mark.attack("A58")
def test_a_link_pairs_once_and_only_the_machine_it_names(neighbourhood: Neighbourhood) -> None:
    anna, eve = neighbourhood.add("anna", "--no-dht"), neighbourhood.add("eve", "--no-dht")
    machine, other = elsewhere(neighbourhood, "one"), elsewhere(neighbourhood, "two")
    waits, false = Waiting(machine), Waiting(other)
    try:
        # Eve has seen the place where it waits, and puts her own machine's hash there.
        code = false.link.partition("?")[0]
        mixed = code + waits.link[len(code) :]
        with pytest.raises(AssertionError, match="does not wait for this link"):
            eve.command("devices", "add", mixed, "--yes")
        # That used nothing up.
        anna.command("devices", "add", waits.link, "--yes")
        waits.end()
        with pytest.raises(AssertionError, match="is a device of yours already"):
            anna.command("devices", "add", waits.link, "--yes")
        with pytest.raises(AssertionError, match="Nobody answers at"):
            eve.command("devices", "add", waits.link, "--yes")
    finally:
        waits.kill()
        false.kill()


def test_who_finds_another_code_adds_nothing(neighbourhood: Neighbourhood) -> None:
    anna = neighbourhood.add("anna", "--no-dht").start()
    machine = elsewhere(neighbourhood, "one")
    waits = Waiting(machine)
    proposed = anna.post("propose-device", link=waits.link)
    shown = waits.line()["sentence"]
    assert proposed["code"] in shown
    with pytest.raises(AssertionError, match="nothing was added"):
        anna.post("confirm-device", code=proposed["code"], same=False)
    assert "nothing was added" in waits.end(1)
    assert not (machine.home / "keys").exists()
    assert len(anna.get("devices")["devices"]) == 1
    with pytest.raises(AssertionError, match="no machine waits for that code"):
        anna.post("confirm-device", code=proposed["code"], same=True)


def test_two_devices_write_at_once_and_all_see_the_same(neighbourhood: Neighbourhood) -> None:
    """Small here: `tools/torture devices` cuts links at random, 500 posts on each."""
    anna = neighbourhood.add("anna", "--no-dht")
    laptop = pair(neighbourhood, "laptop", anna)
    anna.start()
    laptop.start("--peer", anna.link_endpoint())
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    ben.post("follow", who=anna.author)

    def write(node: Node) -> None:
        for number in range(20):
            node.post("post", text=f"{node.name} {number}")

    writers = [threading.Thread(target=write, args=(each,)) for each in (anna, laptop)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    nodes = (anna, laptop, ben)
    for each in nodes:
        each.wait_for("all", lambda each=each: len(texts(each, anna.author)) == 40)
    assert len({tuple(texts(each, anna.author)) for each in nodes}) == 1


def test_what_a_removed_device_writes_later_is_nowhere(neighbourhood: Neighbourhood) -> None:
    anna = neighbourhood.add("anna", "--no-dht")
    laptop = pair(neighbourhood, "laptop", anna)
    anna.start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    ben.post("follow", who=anna.author)
    laptop.start("--peer", anna.link_endpoint())
    laptop.post("post", text="Still mine")
    for each in (anna, ben):
        each.wait_for("it", lambda each=each: texts(each, anna.author) == ["Still mine"])
    # It is stolen: nobody sees it while it is removed, and it knows nothing of that.
    laptop.stop()
    anna.command("devices", "remove", "laptop", "--yes")
    assert devices_of(anna)["laptop"]["removed"] is True
    ben.wait_for("the leave", lambda: _knows_an_end(ben))
    ben.stop()
    anna.stop()
    laptop.start()
    laptop.post("post", text="The thief's")
    # Ben, and a newcomer who meets the thief's machine and Ben.
    ben.start("--peer", laptop.link_endpoint())
    carl = neighbourhood.add("carl", "--no-dht", "--peer", ben.link_endpoint()).start()
    carl.post("follow", who=anna.author)
    carl.wait_for("the old post", lambda: texts(carl, anna.author) == ["Still mine"])
    said = lambda: "was removed" in laptop.get("own-feed")["sentence"]  # noqa: E731
    laptop.wait_for("the leave", said)
    for each in (ben, carl, laptop):
        each.wait_for(
            "nothing of the thief",
            lambda each=each: texts(each, anna.author) == ["Still mine"],
        )
    with pytest.raises(AssertionError, match="was removed from your devices"):
        laptop.post("post", text="More")


def _knows_an_end(node: Node) -> bool:
    """Whether a node has heard that a feed ended."""
    folder = node.home / "feeds"
    return any(b"5:leave" in path.read_bytes() for path in folder.glob("*/certificates"))
