"""Somebody comes back after a night, and reads what others wrote who are gone meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ALONE = ("--no-dht", "--supernode-speed", "0")
NIGHT = 300
"""Beyond a seal."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Neighbourhood]:
    opened = Neighbourhood(tmp_path)
    try:
        yield opened
    finally:
        opened.close()


def old_post(author: Node, number: int) -> str:
    time_s = 1_600_000_000 + number
    said = {"author": author.name, "time": time_s, "text": f"{author.name} {number}"}
    return json.dumps(said) + "\n"


def write_night(author: Node, folder: Path) -> None:
    file = folder / f"{author.name}.jsonl"
    file.write_text("".join(old_post(author, number) for number in range(NIGHT)))
    author.command("import", str(file))


def test_a_parent_tells_what_authors_wrote_who_are_gone(
    town: Neighbourhood, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SWARMFEED_LOG", "info")
    parent = town.add("parent", *ALONE, "--supernode", "on").start()
    known = (*ALONE, "--supernode", "off", "--peer", parent.link_endpoint())
    ben, cleo = [town.add(name, *known).start() for name in ("ben", "cleo")]
    anna = town.add("anna", *known).start()
    for author in ben, cleo:
        author.post("post", text=f"{author.name} in the evening")
        for reader in parent, anna:
            reader.post("follow", who=author.author)
    for author in ben, cleo:
        anna.wait_for("the evening", lambda who=author.author: anna.texts_of(who))  # type: ignore[misc]
    anna.stop()
    for author in ben, cleo:
        write_night(author, tmp_path)
        size = author.feed_of(author.author)["size"]
        parent.wait_until_held(author.author, size)
        author.stop()
    anna.start()
    for author in ben, cleo:
        size = parent.feed_of(author.author)["size"]
        anna.wait_until_held(author.author, size)
        newest = [f"{author.name} in the evening", f"{author.name} {NIGHT - 1}"]
        anna.wait_for(
            "the night to be shown",
            lambda who=author.author, newest=newest: anna.texts_of(who)[:2] == newest,  # type: ignore[misc]
        )
    assert "caught up" in anna.log.read_text()  # and not by asking in the ordinary way
    # It hears of what comes now as ever.
    ben.start()
    ben.post("post", text="good morning")
    anna.wait_for("the morning", lambda: anna.texts_of(ben.author)[0] == "good morning")
