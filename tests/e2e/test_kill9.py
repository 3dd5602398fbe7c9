"""SIGKILL at random moments of appending: what was acknowledged is there, in order.

A child is forked from this process, which has everything loaded, so a kill costs
milliseconds.  It says each size on a pipe after the append returned: what stands in the pipe
was acknowledged, whatever the child was doing when it died.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest
from msgspec import Struct
from street.fakes.check_log import CheckLog
from swarmfeed import wiring
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import Timeline
from swarmfeed.core.asks.upkeep import Verify
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import parse_address
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import PostBody, decode_body
from swarmfeed.desk import Desk
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.logs import FileLogs

from tests.core.samples import FEED, KEY, posts

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.attack("A27")]

NOW_MS = 1_700_000_000_000
SEED = 27
START_S, WORK_S = 0.2, 0.2
"""A node starts within the first, and publishes dozens of posts within the second."""
LONGEST_S = 0.1
"""Hundreds of kills shall take a minute, on a machine with a slow disk too."""

Acknowledge = Callable[[int], None]


class Tally(Struct):
    """What happened in all."""

    kills: int = 0
    acknowledged: int = 0
    survived_unsaid: int = 0
    """Entries found on disk that the child had no time to acknowledge."""


class Moment(Struct, frozen=True):
    """When a child is killed."""

    at_work: bool
    """Counted from its first acknowledgement, not from the fork: however busy the machine."""
    after_s: float


def some_moment(random: Random, start_s: float, work_s: float) -> Moment:
    """While it starts, or while it works; as often one as the other."""
    at_work = random.random() < 0.5
    return Moment(at_work, random.uniform(0, work_s if at_work else start_s))


def run_and_kill(work: Callable[[Acknowledge], None], moment: Moment) -> list[int]:
    """Fork, work, kill at a moment; returns what was acknowledged, in order."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_killed(work, writing)
    os.close(writing)
    try:
        said = os.read(reading, 1 << 16) if moment.at_work else b""
        time.sleep(moment.after_s)
        os.kill(pid, signal.SIGKILL)
        while part := os.read(reading, 1 << 16):
            said += part
    finally:
        os.close(reading)
        _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), "the child ended by itself"
    # A line is written in one piece; the last one may still have been cut by the kill.
    return [int(line) for line in said.split(b"\n")[:-1]]


def _be_killed(work: Callable[[Acknowledge], None], writing: int) -> NoReturn:
    try:
        work(lambda size: _say(writing, size))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _say(writing: int, size: int) -> None:
    os.write(writing, b"%d\n" % size)


def append_for_ever(folder: Path, seed: int, acknowledge: Acknowledge) -> None:
    """One post, a few, or enough to seal chunks."""
    random = Random(seed)
    logs = FileLogs(folder)
    sizes = {replica.feed_id: replica.size for replica in logs.read_all()}
    size = sizes.get(FEED, 0)
    while True:
        count = random.choice([1, 1, 1, 2, 7, 100, 300])
        stored = posts(size, size + count)
        size = logs.append(FEED, stored, now_ms=NOW_MS + size, sign=KEY.sign).size
        acknowledge(size)


def time_of_some_appends(folder: Path) -> float:
    """Seconds from opening the log to the fourth append, as fast as the machine is now."""
    started = time.monotonic()
    logs = FileLogs(folder)
    logs.read_all()
    for size in range(4):
        logs.append(FEED, posts(size, size + 1), now_ms=NOW_MS + size, sign=KEY.sign)
    return time.monotonic() - started


def test_no_acknowledged_entry_is_lost_in_hundreds_of_kills(tmp_path: Path) -> None:
    random = Random(SEED)
    appends_s = time_of_some_appends(tmp_path / "measured" / "feeds")
    longest_s = min(max(0.02, 2 * appends_s), LONGEST_S)
    tally = Tally()
    for round_number in range(16):
        folder = tmp_path / str(round_number) / "feeds"
        size = 0
        for kill in range(25):
            seed = round_number * 100 + kill

            def work(acknowledge: Acknowledge, folder: Path = folder, seed: int = seed) -> None:
                append_for_ever(folder, seed, acknowledge)

            said = run_and_kill(work, some_moment(random, longest_s, longest_s))
            assert said == sorted(set(said)), "sizes only grow"
            promised = max([size, *said])
            entries = CheckLog(folder).entries(FEED)
            assert len(entries) >= promised, f"kill {kill} of round {round_number}"
            assert entries == tuple(posts(0, len(entries))), "order and content"
            tally.kills += 1
            tally.acknowledged += len(said)
            tally.survived_unsaid += len(entries) - promised
            size = len(entries)
    print(tally)
    assert tally.kills >= 300
    assert tally.acknowledged > tally.kills // 10, "children must get to work before they die"


def test_no_post_that_a_node_acknowledged_is_lost(tmp_path: Path) -> None:
    """The same through everything: desk, loop, shelf, log and index."""
    home = tmp_path / "home"
    wiring.create_home(home, "Ann", "")
    random = Random(SEED)
    quiet = NodeSettings(network=False, dht=False)
    texts: list[str] = []
    tally = Tally()
    for kill in range(40):

        def work(acknowledge: Acknowledge, kill: int = kill) -> None:
            with wiring.open_node(home, quiet, "") as node:
                number = 0
                while True:
                    node.ask(WritePost(text=f"post {kill}/{number}"))
                    acknowledge(number)
                    number += 1

        said = run_and_kill(work, some_moment(random, START_S, WORK_S))
        assert said == list(range(len(said)))
        found = texts_on_disk(home / "feeds")
        promised = [*texts, *(f"post {kill}/{number}" for number in said)]
        assert found[: len(promised)] == promised
        assert len(found) <= len(promised) + 1, "at most the one post that was under way"
        tally.kills += 1
        tally.acknowledged += len(said)
        tally.survived_unsaid += len(found) - len(promised)
        texts = found
    print(tally)
    assert tally.acknowledged > tally.kills // 10
    with wiring.open_node(home, quiet, "") as node:
        assert sorted(texts_shown(node)) == sorted(texts)
        assert node.ask(Verify()).damaged == ()


def texts_shown(node: Desk) -> list[str]:
    """Texts of all own posts in the index, page by page."""
    me = node.ask(WhoAreYou()).author_id
    page = node.ask(Timeline(author=me, limit=1_000))
    texts = [post.text for post in page.posts]
    while page.next is not None:
        page = node.ask(Timeline(author=me, limit=1_000, before=page.next))
        texts += [post.text for post in page.posts]
    return texts


def texts_on_disk(folder: Path) -> list[str]:
    """Texts of all posts, oldest first, from a log that verifies."""
    # A node that is killed while it tries the disk leaves a file behind.
    (name,) = (path.name for path in folder.iterdir() if path.is_dir())
    found = []
    for stored in CheckLog(folder).entries(FeedId(parse_address(name))):
        entry = decode_entry(stored)
        body = decode_body(entry.kind, entry.body or b"de")
        if isinstance(body, PostBody):
            found.append(body.text)
    return found
