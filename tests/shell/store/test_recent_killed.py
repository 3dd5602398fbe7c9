"""A process that fills the index of the network is killed again and again: what is there then
is whole, and nothing that was kept is gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.feed.proven import check_post
from swarmfeed.core.words.query import parse_query
from swarmfeed.shell.store.recent import SqliteRecent

from tests.shell.store.test_recent import NOW_MS, ROOM, TODAY, of_feed, said

BATCH = 8
BATCHES = 40


def fill(path: Path, first: int) -> None:
    """Keep one feed after the other, and say after each that it is kept."""
    recent = SqliteRecent(path)
    recent.open(ROOM)
    for number in range(first, BATCHES):
        feed = said(number, *(f"word {at} of {number}" for at in range(BATCH)))
        recent.add(of_feed(feed, *range(BATCH)), TODAY)
        print(number, flush=True)


def look(path: Path) -> list[int]:
    """Feeds whose posts are found, each with all its posts and their proofs."""
    recent = SqliteRecent(path)
    recent.open(ROOM)
    found: dict[int, int] = {}
    for number in range(BATCHES):
        query = parse_query(f'"of {number}"')
        for hit in recent.search(query, lambda _: Meant(), None, 50).hits:
            assert check_post(hit, NOW_MS).written.post.text.endswith(f"of {number}")
            found[number] = found.get(number, 0) + 1
    assert set(found.values()) <= {BATCH}, "a transaction is there whole or not at all"
    assert recent.count() == BATCH * len(found)
    recent.close()
    return sorted(found)


@pytest.mark.slow
def test_who_is_killed_at_any_moment_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    path, kept = tmp_path / "recent.db", 0
    for turn in range(5):
        program = f"from {__name__} import *; fill(Path({str(path)!r}), {kept})"
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        ) as process:
            assert process.stdout is not None
            said_last = kept - 1
            for line in process.stdout:
                said_last = int(line)
                if said_last >= kept + 2 + turn:
                    process.send_signal(signal.SIGKILL)
                    break
        found = look(path)
        assert found == list(range(len(found))), "in the order in which they were kept"
        assert len(found) > said_last
        kept = len(found)
