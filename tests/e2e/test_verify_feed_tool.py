"""The independent reader agrees with what a newcomer fetched over the network."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Node
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def reader(town: Town) -> Node:
    """Fetched everything, and was stopped."""
    with town.newcomer("reader") as node:
        node.start()
        node.command("fetch", town.author.author, "--timeout", str(PATIENCE_S))
    return node


def verify_feed(folder: Path) -> tuple[int, dict[str, Any]]:
    """Run tools/verify_feed.py on the folder of a feed."""
    done = subprocess.run(
        [
            sys.executable,
            str(CHECKOUT / "tools" / "verify_feed.py"),
            str(folder),
            "--json",
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, result


def test_a_fetched_folder_is_confirmed(town: Town, reader: Node) -> None:
    code, result = verify_feed(reader.home / "feeds" / town.feed)
    assert code == 0, result
    assert (result["size"], result["root"]) == (town.size, town.root)


def test_a_changed_byte_in_a_chunk_is_not(town: Town, reader: Node, tmp_path: Path) -> None:
    folder = copytree(reader.home / "feeds" / town.feed, tmp_path / town.feed)
    path = next((folder / "chunks").iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    code, result = verify_feed(folder)
    assert code != 0
    assert path.name in json.dumps(result)
