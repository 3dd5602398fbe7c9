"""What is indexed when: newest first, urgent before backlog, and never twice."""

import asyncio
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from street.fakes.index import FakeIndex
from street.fakes.kept_entries import FakePrepared
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.reading import Packed
from swarmfeed.errors import DamageError, FatalError, PassingError
from swarmfeed.node.ground.events import Relieved
from swarmfeed.ports import Ahead

from tests.node.ground.indexing_rig import NotedIndex, Rig

NOTHING = (FeedId(bytes(32)), AuthorId(bytes(32)), 0, (), ())


def test_a_backlog_is_indexed_in_batches_the_newest_first(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 17_000)
    rig.add(0, 17_000)
    rig.drain()
    assert rig.index.given == [(16_384, 17_000), (8_192, 16_384), (0, 8_192)]
    assert rig.told == [616, 8_192, 8_192]
    assert rig.indexer.waiting == 0


class AskingIndex(NotedIndex):
    """Asks what is next."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[int | None] = []

    def prepare(
        self, packed: Packed, ahead: Ahead | None = None
    ) -> Generator[FakePrepared, None, None]:
        yield from super().prepare(packed)
        read = None if ahead is None else ahead()
        self.begun.append(None if read is None else read.count)


def test_what_is_next_is_known_while_the_last_goes_in(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 17_000)
    rig.index = index = AskingIndex()
    rig.indexer = rig.new(rig.logs, index)
    rig.add(0, 17_000)
    rig.drain()
    assert index.begun == [8_192, 8_192, None]
    assert index.given == [(16_384, 17_000), (8_192, 16_384), (0, 8_192)]


def test_a_few_new_entries_go_before_a_backlog(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 17_000)
    rig.add(0, 16_384)
    rig.add(16_990, 17_000)
    rig.drain()
    assert rig.index.given == [(16_990, 17_000), (8_192, 16_384), (0, 8_192)]


def test_whatever_was_held_first_the_newest_of_a_feed_is_indexed_first(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 9000)
    rig.add(8960, 9000)
    rig.add(0, 4096)
    rig.add(4096, 8192)
    rig.add(8192, 8960)
    rig.drain()
    assert rig.index.given == [(8960, 9000), (8192, 8960), (4096, 8192), (0, 4096)]


def test_entries_that_are_not_here_are_passed_over(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 600)
    for span in list(rig.anna.newest.chunks()):
        rig.logs.drop_chunk(rig.anna.feed_id, span)
    rig.add(0, 512)
    rig.add(512, 600)
    rig.drain()
    assert rig.index.given == [(512, 600)]


def test_of_chunks_that_go_in_as_one_range_a_lost_one_keeps_no_other_out(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 1_100)
    spans = sorted(rig.anna.newest.chunks())
    rig.logs.drop_chunk(rig.anna.feed_id, spans[1])
    rig.add(100, 1_024)
    rig.drain()
    assert rig.index.given == [(768, 1_024), (512, 768), (100, 256)]
    assert rig.told == [668]


def test_what_cannot_wait_is_indexed_when_the_call_returns(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 600)

    async def work() -> None:
        await rig.indexer.index_now(rig.anna.feed_id, rig.anna.author_id, 590, 600)
        assert rig.index.given == [(590, 600)]
        rig.logs.drop_chunk(rig.anna.feed_id, next(iter(rig.anna.newest.chunks())))
        with pytest.raises(DamageError):
            await rig.indexer.index_now(rig.anna.feed_id, rig.anna.author_id, 0, 10)
        await rig.indexer.stop()

    asyncio.run(work())


@pytest.mark.parametrize("error", [FatalError("lost"), KeyError("bug")])
def test_what_the_index_cannot_take_stops_the_node_and_not_silently_the_indexer(
    tmp_path: Path, error: Exception
) -> None:
    rig = Rig(tmp_path, 600)
    rig.index.error = error
    rig.add(0, 256)
    rig.drain()
    assert len(rig.fatal) == 1
    rig.index.error = None
    rig.indexer = rig.new(rig.logs, rig.index)
    rig.add(512, 600)
    rig.drain()
    assert rig.index.given == [(512, 600)]


@pytest.mark.attack("A26")
def test_what_a_full_disk_does_not_take_stops_nobody_and_is_left_to_catching_up(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 600)
    rig.index.error = PassingError("the index was not saved: the disk is full", "full")
    rig.add(0, 600)
    rig.drain()
    assert rig.fatal == [] and rig.strained == ["full"], "told once, not for each batch"
    rig.index.error = None
    rig.indexer = rig.new(rig.logs, rig.index)
    rig.indexer.on_relieved(Relieved())
    rig.add(0, 600)
    rig.drain()
    assert sum(end - start for start, end in rig.index.given) == 600


@pytest.mark.attack("A26")
def test_what_went_in_before_the_disk_was_full_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(tmp_path, 1_100, text="a long one " * 50)
    monkeypatch.setattr("swarmfeed.core.feed.extent.INDEX_PIECE_BYTES", 200_000)
    rig.index.room = 1
    rig.add(0, 1_024)
    rig.drain()
    assert rig.strained == ["full"] and len(rig.index.given) == 1
    assert rig.told == [rig.index.given[0][1] - rig.index.given[0][0]]


@pytest.mark.attack("A26")
def test_while_the_disk_is_full_a_few_entries_are_refused_without_trying(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 600)
    anna = rig.anna

    async def work() -> None:
        rig.index.error = PassingError("the disk is full", "full")
        rig.indexer.start()
        await rig.indexer.note(lambda: rig.index.add_entries(*NOTHING))
        rig.index.error = None
        with pytest.raises(PassingError):
            await rig.indexer.index_now(anna.feed_id, anna.author_id, 590, 600)
        rig.indexer.on_relieved(Relieved())
        await rig.indexer.index_now(anna.feed_id, anna.author_id, 590, 600)
        await rig.indexer.stop()

    asyncio.run(work())
    assert rig.index.given == [(590, 600)]
    assert rig.strained == ["full"]


def test_all_posts_are_in_the_index_with_their_places(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 300)
    index = FakeIndex()
    rig.indexer = rig.new(rig.logs, index)
    rig.add(0, 300)
    rig.drain()
    assert index.indexed_ranges(rig.anna.feed_id) == [(0, 300)]
    assert rig.told == [299], "entry 0 is no post"
    newest = index.author_posts(rig.anna.author_id, 1, None)[0]
    assert (newest.text, newest.ref.index) == ("post 299", 299)


@pytest.mark.attack("A20")
def test_a_bomb_is_indexed_a_frame_at_a_time_and_its_newest_posts_win(tmp_path: Path) -> None:
    """Frames of 256 longest posts are two megabytes each, however small they were packed."""
    rig = Rig(tmp_path, 1_024, text="x" * 8_000, budget_bytes=5_000_000)
    rig.add(0, 1_024)
    rig.drain()
    assert rig.index.given == [(768, 1_024), (512, 768), (256, 512), (0, 256)]
    assert rig.index.without_posts == [(256, 512), (0, 256)]


@pytest.mark.attack("A20")
@pytest.mark.parametrize("entries", [200, 256])
def test_a_bomb_that_comes_in_pieces_is_not_unpacked_all_at_once(
    tmp_path: Path, entries: int
) -> None:
    """Not even what cannot wait: of this, all that waits goes in together if it is small."""
    rig = Rig(tmp_path, 1_024, text="x" * 8_000)
    transactions = rig.note_transactions()
    for start in range(0, 4 * entries, entries):
        rig.add(start, start + entries)
    rig.drain()
    assert sorted(rig.index.given) == [(n * entries, (n + 1) * entries) for n in range(4)]
    assert transactions == [2, 2], "two of them are four megabytes"


def test_ordinary_posts_are_indexed_thousands_at_a_time(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 1_024)
    rig.add(0, 1_024)
    rig.drain()
    assert rig.index.given == [(0, 1_024)]
    assert rig.index.without_posts == []


@pytest.mark.slow
def test_what_is_shown_of_a_growing_feed_is_trimmed_when_it_is_far_too_much(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, 1_024, text="x" * 8_000, budget_bytes=5_000_000)
    rig.index = index = FakeIndex()  # type: ignore[assignment]  # one that keeps what it is given
    rig.indexer = rig.new(rig.logs, index)
    feed_id, author_id = rig.anna.feed_id, rig.anna.author_id
    trimmed: list[bool] = []

    async def work() -> None:
        rig.indexer.start()
        rig.add(0, 1_024)
        await rig.indexer.drain()
        assert index.first_post(feed_id) == 512
        trimmed.append(await rig.indexer.trim(feed_id, author_id, 1_024))
        rig.budget_bytes = 2_500_000
        await rig.indexer.stop()
        tighter = rig.new(rig.logs, index)
        trimmed.append(await tighter.trim(feed_id, author_id, 1_024))
        await tighter.stop()

    asyncio.run(work())
    assert trimmed == [False, True]
    assert index.indexed_ranges(feed_id) == []


def test_of_a_feed_that_was_let_go_what_waits_is_passed_over(tmp_path: Path) -> None:
    rig = Rig(tmp_path, 9000)
    rig.add(0, 9000)
    rig.shelf.drop_feed(rig.anna.feed_id)
    rig.drain()
    assert rig.index.given == [] == rig.told
    assert rig.fatal == [], "the node goes on"


@pytest.mark.attack("A81")
@pytest.mark.parametrize(("end", "given"), [(0, []), (8500, [(8192, 8500)])])
def test_what_is_the_author_s_no_longer_is_left_out_however_late_that_is_known(
    tmp_path: Path, end: int, given: list[tuple[int, int]]
) -> None:
    """Certificates come while it is worked out in which pieces entries are taken in."""
    rig = Rig(tmp_path, 9000)
    run = rig.indexer.run_in_thread

    async def know_the_end(call: Callable[[], object]) -> object:
        answer = await run(call)
        rig.end = end
        return answer

    rig.indexer.run_in_thread = know_the_end  # type: ignore[assignment]  # between two calls
    rig.add(8192, 9000)
    rig.drain()
    assert rig.index.given == given
