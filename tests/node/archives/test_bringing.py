"""An archive comes in: with threads and pictures, once, on whichever device of the author."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.archives.found import FoundPost
from swarmfeed.core.archives.survey import PICTURE_SIGN, Clean, Survey
from swarmfeed.core.asks.archives import (
    DONE,
    ArchiveView,
    BringArchiveIn,
    HowIsArchive,
    LeaveArchive,
    LookAtArchive,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.writing import ImportReport
from swarmfeed.core.base.texts import Sentence
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.archives import bringing
from swarmfeed.node.archives.reading import Tell
from swarmfeed.node.feeds.importer import Carry, Importer
from swarmfeed.ports.archives import Archive

from tests.made_archives import TWEETS, archive_of_mastodon, archive_of_x, tweet


async def wait(to: Neighbour) -> ArchiveView:
    while (view := await to.running.ground.answering.answer(HowIsArchive())).is_at_work:
        await asyncio.sleep(0.01)
    await settle()
    return view


async def look(to: Neighbour, path: Path) -> ArchiveView:
    await to.running.ground.answering.answer(LookAtArchive(path=str(path)))
    return await wait(to)


async def bring(to: Neighbour, path: Path) -> ArchiveView:
    await look(to, path)
    await to.running.ground.answering.answer(BringArchiveIn(anyway=True))
    return await wait(to)


def posts_of(neighbour: Neighbour) -> list[PostView]:
    return neighbour.index.author_posts(neighbour.author_id, 1_000, None)[::-1]


def written(folder: Path, raw: bytes, name: str = "archive.zip") -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def test_an_archive_is_looked_at_first_and_nothing_of_it_comes(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        view = await look(anna, written(tmp_path, archive_of_x()))
        assert (view.state, view.what) == ("looked", "an archive of X (Twitter)")
        assert (view.posts, view.already_there, view.replies, view.media) == (7, 0, 2, 3)
        assert (view.media_missing, len(view.samples)) == (2, 5)
        assert view.samples[0].text.startswith("Fish &amp; chips")
        assert sum(each.count for each in view.left_out) == 6
        assert posts_of(anna) == []

    in_neighbourhood(tmp_path, scenario)


def test_posts_come_with_times_threads_covers_and_pictures(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        view = await bring(anna, written(tmp_path, archive_of_x()))
        assert (view.state, view.imported, view.sentence) == ("done", 7, "")
        posts = posts_of(anna)
        begin, shown, answer, film, *_ = posts
        assert begin.time_ms == 1_642_724_511_000
        assert (shown.reply_to, answer.reply_to) == (begin.ref, shown.ref)
        assert (shown.cw, shown.lang) == ("sensitive content", "en")
        assert [each.type for each in shown.media] == ["image/png", "image/png"]
        assert (film.text, [each.type for each in film.media]) == (PICTURE_SIGN, ["video/mp4"])
        kept = anna.running.ground.shells.media
        assert {each.id for each in kept.read()} == {
            each.id for post in posts for each in post.media
        }

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A347")
def test_a_picture_that_does_not_unpack_keeps_no_post_from_coming(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in(is_first=True)
        raw = archive_of_x()
        spoilt = bytearray(raw)
        at = raw.index(b"data/tweets_media/20-one.png") + len(b"data/tweets_media/20-one.png")
        spoilt[at : at + 8] = b"\xa5" * 8
        view = await bring(anna, written(tmp_path, bytes(spoilt)))
        whole = await bring(anna, written(tmp_path, raw))
        assert (view.state, view.imported, whole.already_there) == (DONE, 7, 7)
        assert view.media_missing == whole.media_missing + 1
        assert list((anna.disk.folder / "media" / "uploads").iterdir()) == []

    in_neighbourhood(tmp_path, scenario)


def test_descriptions_come_with_pictures(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        view = await bring(anna, written(tmp_path, archive_of_mastodon()))
        assert (view.imported, view.media_missing) == (5, 1)
        alts = [each.alt for post in posts_of(anna) for each in post.media]
        assert alts == ["A blue field"]

    in_neighbourhood(tmp_path, scenario)


def test_again_adds_nothing_and_a_longer_archive_only_what_is_new(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        path = written(tmp_path, archive_of_x())
        await bring(anna, path)
        assert (await look(anna, path)).already_there == 7
        assert (await bring(anna, path)).imported == 0
        answers = {"in_reply_to_status_id_str": "30", "in_reply_to_user_id_str": "12345"}
        more = [*TWEETS, tweet(31, "in between", **answers)]
        view = await bring(anna, written(tmp_path, archive_of_x(more)))
        assert (view.imported, view.already_there) == (1, 7)
        new = next(each for each in posts_of(anna) if each.text == "in between")
        answered = next(each for each in posts_of(anna) if each.text == "the second answer")
        assert new.reply_to == answered.ref, "it was brought in before"
        assert len(posts_of(anna)) == 8

    in_neighbourhood(tmp_path, scenario)


def test_another_device_adds_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        desk = await street.move_in(is_first=True)
        path = written(tmp_path, archive_of_x())
        await bring(desk, path)
        laptop = await street.move_in(device_of=desk, knows=[desk])
        await street.until(lambda: laptop.root(desk.feed_id) is not None, within_s=20)
        view = await bring(laptop, path)
        assert (view.imported, view.already_there) == (0, 7)

    in_neighbourhood(tmp_path, scenario)


def test_left_halfway_and_begun_again_each_post_is_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "BATCH_POSTS", 3)
    brought: list[int] = []
    bring_in = Importer.bring_in

    async def until_the_second(
        self: Importer, posts: Sequence[FoundPost], carry: Carry
    ) -> ImportReport:
        brought.append(len(posts))
        if len(brought) == 2:
            raise RetryError("the disk is full")
        return await bring_in(self, posts, carry)

    monkeypatch.setattr(Importer, "bring_in", until_the_second)

    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        path = written(tmp_path, archive_of_x())
        view = await bring(anna, path)
        assert (view.state, view.sentence, view.imported) == ("failed", "the disk is full", 3)
        assert len(posts_of(anna)) == 3
        view = await bring(anna, path)
        assert (view.state, view.imported, view.already_there) == ("done", 4, 3)
        assert len({each.text for each in posts_of(anna)}) == len(posts_of(anna)) == 7
        left = await anna.running.ground.answering.answer(LeaveArchive())
        assert left.state == "nothing"

    in_neighbourhood(tmp_path, scenario)


def test_nothing_comes_of_what_nobody_looked_at(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer = anna.running.ground.answering.answer
        with pytest.raises(UserError, match="look at an archive first"):
            await answer(BringArchiveIn())
        view = await look(anna, tmp_path / "none")
        assert view.state == "failed"
        assert "No such file" in view.sentence
        view = await look(anna, written(tmp_path, b"a,b,c\n", "table.csv"))
        assert "nothing in table.csv looks like posts" in view.sentence
        assert isinstance(view.sentence, Sentence), "it can be said in another language"

    in_neighbourhood(tmp_path, scenario)


def test_one_archive_is_at_work_at_a_time(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        ask = LookAtArchive(path=str(written(tmp_path, archive_of_x())))
        answer = anna.running.ground.answering.answer
        await answer(ask)
        with pytest.raises(UserError, match="at work already"):
            await answer(ask)
        await wait(anna)

    in_neighbourhood(tmp_path, scenario)


def test_a_reader_that_was_left_is_stopped_and_not_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Tell] = []
    read = bringing.read_archive

    def noted(archive: Archive, clean: Clean, tell: Tell) -> Survey:
        told.append(tell)
        return read(archive, clean, tell)

    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer = anna.running.ground.answering.answer
        path = written(tmp_path, archive_of_x())
        await look(anna, path)
        await answer(LeaveArchive())
        view = await look(anna, path)
        with pytest.raises(UserError):
            told[0]("what the first one reads", 1)
        assert await answer(HowIsArchive()) == view

    monkeypatch.setattr(bringing, "read_archive", noted)
    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A285")
def test_after_a_bug_of_a_reader_it_is_said_and_another_archive_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(*_: object) -> None:
        raise AssertionError("nobody thought of this")

    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        with monkeypatch.context() as patched:
            patched.setattr(bringing, "read_archive", odd)
            view = await look(anna, written(tmp_path, archive_of_x()))
        assert view.state == "failed"
        assert "does not understand" in view.sentence
        assert (await look(anna, written(tmp_path, archive_of_x()))).state == "looked"

    in_neighbourhood(tmp_path, scenario)
