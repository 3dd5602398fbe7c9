"""An author's own history that shrank, in real processes: named, fetched back, or ended."""

import shutil

import pytest

from tests.e2e.nodes import Neighbourhood, Node, Refused

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.attack("A50")]


def befriended(neighbourhood: Neighbourhood) -> tuple[Node, Node]:
    """Anna wrote, and Ben holds it; both run."""
    anna = neighbourhood.add("anna", "--no-dht").start()
    ben = neighbourhood.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    ben.post("follow", who=anna.author)
    anna.post("post", text="one")
    ben.wait_until_held(anna.author, 3)
    return anna, ben


def has_receipt(node: Node) -> bool:
    return bool(node.feed_of(node.author)["held_by"])


def test_a_lost_log_is_named_comes_back_and_goes_on(neighbourhood: Neighbourhood) -> None:
    anna, ben = befriended(neighbourhood)
    anna.wait_for("a receipt", lambda: has_receipt(anna))
    anna.stop()
    shutil.rmtree(anna.home / "feeds")
    with pytest.raises(Refused, match="entries 0 to 2 of your feed are missing"):
        anna.command("post", "alone")
    assert "entries 0 to 2 are missing" in anna.command("verify", code=1)
    assert "Nothing can be written" in anna.command("status")
    anna.start("--peer", ben.link_endpoint())
    anna.wait_for("writing to go on", lambda: anna.get("own-feed")["standing"] == "signs")
    anna.post("post", text="two")
    ben.wait_for("both", lambda: ben.texts_of(anna.author) == ["two", "one"])
    assert anna.command_json("verify")["damaged"] == []


def test_an_old_copy_of_a_home_never_signs_and_becomes_a_device(
    neighbourhood: Neighbourhood,
) -> None:
    anna, ben = befriended(neighbourhood)
    anna.stop()
    copy = neighbourhood.folder / "copy"
    shutil.copytree(anna.home, copy)
    anna.start("--peer", ben.link_endpoint())
    anna.post("post", text="two")
    ben.wait_for("both", lambda: ben.texts_of(anna.author) == ["two", "one"])
    anna.stop()
    shutil.rmtree(anna.home)
    copy.rename(anna.home)

    anna.start("--peer", ben.link_endpoint())
    with pytest.raises(Refused, match="old copy"):
        anna.post("post", text="another two")
    anna.wait_for("the truth", lambda: anna.texts_of(anna.author) == ["two", "one"])
    sentence = anna.get("own-feed")["sentence"]
    assert "swarmfeed restore -" in sentence
    assert anna.get("status")["sentence"] == sentence
    anna.stop()

    anna.command("restore", "-", "--offline", "--name", "anna", stdin=anna.words)
    anna.start("--peer", ben.link_endpoint())
    anna.post("post", text="three")
    all_three = ["three", "two", "one"]
    ben.wait_for("all", lambda: ben.texts_of(anna.author) == all_three)
    feeds = [each for each in ben.status()["feeds"] if each["author"] == anna.author]
    assert [each["forked"] for each in feeds] == [False, False]
