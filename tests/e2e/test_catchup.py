"""Somebody comes back after a night, and reads what another wrote who is gone by then."""

import json
from pathlib import Path

import pytest

from tests.e2e.nodes import Neighbourhood

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ALONE = ("--no-dht", "--supernode-speed", "0")
NIGHT = 300
"""Beyond a seal."""


def old_post(number: int) -> str:
    said = {"author": "ben", "time": 1_600_000_000 + number, "text": f"night {number}"}
    return json.dumps(said) + "\n"


def test_a_parent_tells_what_somebody_wrote_who_is_gone(
    neighbourhood: Neighbourhood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWARMFEED_LOG", "info")
    parent = neighbourhood.add("parent", *ALONE, "--supernode", "on").start()
    known = (*ALONE, "--supernode", "off", "--peer", parent.link_endpoint())
    ben, anna = [neighbourhood.add(name, *known).start() for name in ("ben", "anna")]
    ben.post("post", text="evening")
    for reader in parent, anna:
        reader.post("follow", who=ben.author)
    anna.wait_for("the evening", lambda: anna.texts_of(ben.author))
    anna.stop()
    night = tmp_path / "night.jsonl"
    night.write_text("".join(map(old_post, range(NIGHT))))
    ben.command("import", str(night))
    size = ben.feed_of(ben.author)["size"]
    parent.wait_until_held(ben.author, size)
    ben.stop()
    anna.start()
    anna.wait_until_held(ben.author, size)
    newest = ["evening", f"night {NIGHT - 1}"]
    anna.wait_for("the night", lambda: anna.texts_of(ben.author)[:2] == newest)
    # And not by asking in the ordinary way; the end of the answer comes behind its news.
    anna.wait_for("its end", lambda: "caught up" in anna.log.read_text())
    assert "told=1" in anna.log.read_text()
    # It hears of what comes now as ever.
    ben.start()
    ben.post("post", text="morning")
    anna.wait_for("the morning", lambda: anna.texts_of(ben.author)[0] == "morning")
