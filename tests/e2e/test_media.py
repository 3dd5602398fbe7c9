"""A photograph between real processes: published by command, seen by a follower, and withdrawn
everywhere."""

import time
from pathlib import Path

import pytest
from PIL import Image
from street.photographs import CANARY, photograph

from tests.e2e.nodes import Neighbourhood, Node, contents

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def states(node: Node) -> list[str]:
    """How far the pictures of all that somebody reads are there."""
    posts = node.get("timeline", limit=50)["posts"]
    return [each["state"] for post in posts for each in post.get("media", ())]


def everything_under(home: Path) -> bytes:
    return b"".join(content for _, content in contents(home))


@pytest.mark.attack("A230")
def test_a_photograph_is_seen_by_a_follower_and_tells_nothing(
    neighbourhood: Neighbourhood, tmp_path: Path
) -> None:
    anna = neighbourhood.add("anna", "--no-dht").start()
    ends = ("--no-dht", "--peer", anna.link_endpoint())
    ben = neighbourhood.add("ben", *ends).start()
    ben.post("follow", who=anna.get("whoami")["link"])
    ben.wait_for("anna's feed", lambda: ben.get("timeline")["posts"] is not None)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photograph())
    begun_s = time.monotonic()
    said = anna.command("post", "Look!", "--media", str(photo), "--alt", "A grey sea.")
    assert "A grey sea." in said
    ben.wait_for("the picture", lambda: states(ben) == ["here"])
    took_s = time.monotonic() - begun_s
    print(f"seen after {took_s:.1f} s")  # for who measures
    (post,) = [each for each in ben.get("timeline")["posts"] if each.get("media")]
    (medium,) = post["media"]
    assert (medium["type"], medium["alt"]) == ("image/jpeg", "A grey sea.")
    for node in (anna, ben):
        assert CANARY.encode() not in everything_under(node.home / "media")
    where = ben.command("media", "fetch", post["id"]).strip()
    with Image.open(where) as shown:
        assert shown.size == (medium["width"], medium["height"])
    anna.command("withdraw", "--yes", post["id"])
    for node in (anna, ben):
        gone = node.home / "media" / "files"
        node.wait_for("it to be gone", lambda at=gone: not list(at.glob("*.medium")))  # type: ignore[misc]
