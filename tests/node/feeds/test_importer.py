"""Imports: nothing stands twice, on whichever device of the author it is brought in."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.writing import ImportPosts, ImportReport, OldPost
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.limits import IMPORT_AHEAD_MS
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import HeadGrew, listens

from tests.node.talk import Talk, talk

T = TypeVar("T")

NEXT = Hash(b"n" * 32)
"""What the certificate of a first device commits to."""

POSTS = tuple(OldPost(1_000 + number, f"post {number}") for number in range(5))


async def bring(to: Neighbour, *posts: OldPost, anyway: bool = False) -> ImportReport:
    """Import as a command does."""
    answering = to.running.ground.answering
    return await answering.answer(ImportPosts(posts=posts, anyway=anyway))


def test_an_import_that_is_run_again_changes_nothing(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        bring_in = to.node.feeds.importer.import_posts
        posts = [OldPost(1000, "same"), OldPost(1000, "same"), OldPost(2000, "other")]
        first = await bring_in([*posts, OldPost(3000, "")])
        assert (first.read, first.imported, first.already_there) == (4, 3, 0)
        assert len(first.skipped) == 1 and first.skipped[0].startswith("post 4: ")
        again = await bring_in(posts)
        assert (again.imported, again.already_there) == (0, 3)
        more = await bring_in([*posts[:2], OldPost(1000, "same")])
        assert (more.imported, more.already_there) == (1, 2)

    talk(tmp_path, script)


def test_equal_posts_in_two_batches_are_two_and_stay_two(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        bring_in = to.node.feeds.importer.import_posts
        batches = [[OldPost(1000, "same")] * 2, [OldPost(1000, "same", 2), POSTS[0]]]
        assert [(await bring_in(batch)).imported for batch in batches] == [2, 2]
        assert [(await bring_in(batch)).imported for batch in batches] == [0, 0]
        assert to.me.reads(to.me.author_id).count("same") == 3

    talk(tmp_path, script)


def test_two_imports_at_once_do_not_store_anything_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def with_a_pause(call: Callable[..., T], *values: object, **options: bool) -> T:
        result = call(*values, **options)
        await asyncio.sleep(0)
        return result

    monkeypatch.setattr("swarmfeed.node.feeds.importer.asyncio.to_thread", with_a_pause)

    async def script(to: Talk) -> None:
        bring_in = to.node.feeds.importer.import_posts
        both = await asyncio.gather(bring_in(POSTS), bring_in(POSTS))
        assert [each.imported for each in both] == [5, 0]

    talk(tmp_path, script)


@pytest.mark.parametrize("time_ms", [-1, 10**15])
def test_a_time_that_is_none_is_skipped_and_named(tmp_path: Path, time_ms: int) -> None:
    async def script(to: Talk) -> None:
        posts = [OldPost(time_ms, "when?"), OldPost(0, "then")]
        report = await to.node.feeds.importer.import_posts(posts)
        assert report.imported == 1
        assert report.skipped == (f"post 1: {time_ms} is no time in milliseconds since 1970",)

    talk(tmp_path, script)


def test_a_time_that_is_still_to_come_is_skipped_and_named(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        latest_ms = to.street.clock.now_ms() + IMPORT_AHEAD_MS
        posts = [OldPost(latest_ms, "tomorrow"), OldPost(latest_ms + 1, "later")]
        report = await to.node.feeds.importer.import_posts(posts)
        assert report.imported == 1
        assert report.skipped == ("post 2: Its time is still to come",)

    talk(tmp_path, script)


def test_a_long_import_goes_out_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.importer.IMPORT_BATCH_ENTRIES", 4)

    async def script(to: Talk) -> None:
        heads = []
        note = listens(HeadGrew, lambda event: heads.append(event.after.size))
        to.node.ground.events.connect([note])
        await to.me.say_many(10)
        assert heads == [6, 10, 12]

    talk(tmp_path, script)


def test_what_another_device_brought_in_is_there_already(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        desk = await street.move_in(is_first=True)
        assert (await bring(desk, *POSTS)).imported == 5
        laptop = await street.move_in(device_of=desk, knows=[desk])
        await street.until(lambda: laptop.root(desk.feed_id) is not None, within_s=20)
        report = await bring(laptop, *POSTS, OldPost(9_000, "only in this file"))
        assert (report.imported, report.already_there) == (1, 5)
        await street.pass_time(5)
        assert (await bring(desk, *POSTS, OldPost(9_000, "only in this file"))).imported == 0

    in_neighbourhood(tmp_path, scenario)


def test_a_restored_device_waits_until_what_was_written_before_is_here(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        lost = await street.move_in(is_first=True)
        reader = await street.move_in(knows=[lost])
        await reader.follow(lost)
        await bring(lost, *POSTS)
        await street.until(lambda: len(reader.reads(lost.author_id)) == 5, within_s=20)
        await lost.stop()
        again = await street.move_in(device_of=lost)
        with pytest.raises(UserError, match="this is not your first device"):
            await bring(again, *POSTS)
        assert again.reads(again.author_id) == []
        again.running.feeds.finder.hint([reader.endpoint])
        await street.until(lambda: again.root(lost.feed_id) is not None, within_s=60)
        assert (await bring(again, *POSTS)).already_there == 5

    in_neighbourhood(tmp_path, scenario)


def test_what_nobody_has_any_more_does_not_stand_in_the_way_for_ever(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        alone = await street.move_in()
        with pytest.raises(UserError, match="--anyway"):
            await bring(alone, *POSTS)
        assert (await bring(alone, *POSTS, anyway=True)).imported == 5

    in_neighbourhood(tmp_path, scenario)


def test_entries_that_are_known_and_not_here_are_counted(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        desk = await street.move_in(is_first=True)
        laptop = await street.move_in(device_of=desk, knows=[desk])
        await street.until(lambda: laptop.root(desk.feed_id) is not None, within_s=20)
        await desk.say_many(400)  # the chunk is offered, and takes its time
        assert not laptop.is_complete(desk.feed_id)
        with pytest.raises(UserError, match=r"256 entries of what you wrote on another device"):
            await bring(laptop, *POSTS)
        await street.until(lambda: laptop.is_complete(desk.feed_id), within_s=60)
        assert (await bring(laptop, *POSTS)).imported == 5

    in_neighbourhood(tmp_path, scenario)
