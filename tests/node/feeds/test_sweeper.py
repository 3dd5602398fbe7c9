"""What texts left behind is swept away: in the index in short steps, and beside their feeds."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from seeker.needle import Needle
from seeker.seeking import seek
from swarmfeed.core.asks.troubles import BUSY
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import WithdrawBody, encode_body
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import PassingError
from swarmfeed.node.feeds.sweeper import Sweeper
from swarmfeed.node.ground.events import ChunkKept, HeadGrew
from swarmfeed.node.ground.ground import Ground, lay_ground
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.words import CUT_OUT_MAX

from tests.core.samples import Author, post, posts
from tests.node.rig import NOW_MS, OWN, Scribe, new_ground
from tests.shell.store.index_samples import BOB, BOBS, CYDS, add, stored

CANARY = "Xyqvkwzjhpmbtrlgnd"
NEEDLE = Needle(CANARY)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(tmp_path / "index.db")
    said = [stored(f"{CANARY} {at}", NOW_MS + at * 2_000) for at in range(2 * CUT_OUT_MAX)]
    add(opened, CYDS, 0, said)
    add(opened, BOBS, 0, [stored("stays", 5)])
    yield opened
    opened.close()


def sweep(ground: Ground, sweeper: Sweeper | None = None) -> str:
    async def run() -> str:
        try:
            return await (sweeper or Sweeper(ground)).sweep()
        finally:
            await ground.indexer.stop()

    return asyncio.run(run())


def ground_over(index: SqliteIndex, folder: Path) -> Ground:
    made = new_ground(folder)
    return lay_ground(made.settings, OWN, replace(made.shells, index=index))


def test_nothing_is_done_until_something_is_gone(tmp_path: Path, index: SqliteIndex) -> None:
    assert sweep(ground_over(index, tmp_path)) == "nothing was withdrawn"
    assert seek(tmp_path, NEEDLE)


@pytest.mark.attack("A75")
def test_it_goes_on_until_nothing_is_left(tmp_path: Path, index: SqliteIndex) -> None:
    index.drop_feed(CYDS)
    said = sweep(ground_over(index, tmp_path))
    assert said.startswith("what was withdrawn is swept away: beside 0 feeds, in the index in")
    assert seek(tmp_path, NEEDLE) == []
    assert sweep(ground_over(index, tmp_path)) == "nothing was withdrawn"


def test_refused_by_the_disk_it_is_done_the_next_time(
    tmp_path: Path, index: SqliteIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: SqliteIndex) -> bool:
        raise BUSY.unsaved("the index")

    index.drop_feed(CYDS)
    with monkeypatch.context() as busy, pytest.raises(PassingError):
        busy.setattr(SqliteIndex, "sweep", refuse)
        sweep(ground_over(index, tmp_path))
    assert "swept away" in sweep(ground_over(index, tmp_path))
    assert seek(tmp_path, NEEDLE) == []


# --- beside feeds ----------------------------------------------------------------------------

SCRIBE = Scribe(1)
FEED = SCRIBE.feed_id


class Held:
    """A feed of somebody else that is held, with a smaller chunk from before a merge."""

    def __init__(self, folder: Path) -> None:
        self.author = Author(SCRIBE.feed_key)
        self.before = self.author.append([post(0, CANARY), *posts(1, 300)])
        self.logs = FileLogs(folder / "feeds")
        self.ground = new_ground(folder, logs=self.logs)
        self.sweeper = Sweeper(self.ground)
        self.take(self.before)
        self.logs.write_chunk(FEED, ChunkSpan(0, 3), self.author.chunks[ChunkSpan(0, 0)])
        self.logs.replace_certificates(FEED, [SCRIBE.certificate])
        self.ground.shelf.load()

    def take(self, replica: Replica) -> None:
        self.logs.replace(replica)
        for span in replica.chunks():
            self.logs.write_chunk(FEED, span, self.author.chunks[span])
            self.logs.drop_incoming(FEED, span)

    def grow(self, *stored: bytes, going: tuple[int, ...] = ()) -> HeadGrew:
        after = self.author.append(stored, going)
        self.take(after)
        return HeadGrew(self.before, after)


def withdrawal(index: int) -> bytes:
    return encode_entry("withdraw", 1, encode_body(WithdrawBody(index)))


@pytest.mark.attack("A75")
@pytest.mark.parametrize("target", [0, 299])
def test_a_feed_that_takes_something_back_is_swept(tmp_path: Path, target: int) -> None:
    held = Held(tmp_path)
    going = (0,) if target == 0 else ()
    held.sweeper.on_head(held.grow(withdrawal(target), going=going))
    assert sweep(held.ground, held.sweeper).startswith("what was withdrawn is swept away")
    assert held.logs.held(FEED) == {ChunkSpan(0, 0)}
    assert bool(seek(tmp_path, NEEDLE)) == (target != 0)
    assert sweep(held.ground, held.sweeper) == "nothing was withdrawn"


def test_a_feed_that_only_grows_keeps_what_others_may_still_fetch(tmp_path: Path) -> None:
    held = Held(tmp_path)
    held.sweeper.on_head(HeadGrew(None, held.before))
    held.sweeper.on_head(held.grow(post(300)))
    assert sweep(held.ground, held.sweeper) == "nothing was withdrawn"
    assert ChunkSpan(0, 3) in held.logs.held(FEED)


@pytest.mark.attack("A75")
def test_what_was_fetched_need_not_be_made_of_what_was_there(
    tmp_path: Path,
) -> None:
    held = Held(tmp_path)
    held.sweeper.on_chunk(ChunkKept(FEED, ChunkSpan(0, 0)))
    sweep(held.ground, held.sweeper)
    assert held.logs.held(FEED) == {ChunkSpan(0, 0)}


@pytest.mark.attack("A75")
def test_at_the_start_feeds_are_swept_that_took_something_back_before(tmp_path: Path) -> None:
    held = Held(tmp_path)
    index = held.ground.shells.index
    record = withdrawal(0)
    index.add_entries(FEED, BOB, 1, [record], [hash_stored(record)])
    assert index.feeds_with_withdrawals() == [FEED]
    sweep(held.ground, held.sweeper)
    assert held.logs.held(FEED) == {ChunkSpan(0, 0)}


def test_the_index_names_feeds_that_took_something_back(index: SqliteIndex) -> None:
    assert index.feeds_with_withdrawals() == []
    add(index, BOBS, 1, [stored(WithdrawBody(0)), stored(WithdrawBody(1))])
    assert index.feeds_with_withdrawals() == [BOBS]
