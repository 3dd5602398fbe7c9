"""What goes out comes in again: nothing new for the same author, the same posts for another."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import feedparser
import jsonschema
import listparser
import mf2py
import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.exports import ExportAll, Exported
from swarmfeed.core.asks.media import Attached, Upload
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.asks.writing import OldPost, WritePost
from swarmfeed.errors import UserError
from swarmfeed.ports.archives import NewArchive
from swarmfeed.shell.archives import FileArchives

from tests.core.exports.test_syndication import JSON_FEED
from tests.made_archives import archive_of_x, picture
from tests.node.archives.test_bringing import bring, posts_of, written


async def export(of: Neighbour, path: Path) -> Exported:
    return await of.running.ground.answering.answer(ExportAll(path=str(path)))


async def write_some(anna: Neighbour, folder: Path) -> None:
    answer = anna.running.ground.answering.answer
    first = await answer(WritePost(text="the beginning", lang="en"))
    await answer(WritePost(text="goes on", reply_to=first.id, cw="long"))
    upload = await answer(Upload(data=picture()))
    shown = Attached(upload=upload.upload, alt="A blue field")
    await answer(WritePost(text="look", media=(shown,)))
    gone = await answer(WritePost(text="taken back"))
    await answer(Withdraw(ref=gone.id))
    changed = await answer(WritePost(text="old words"))
    await answer(Edit(ref=changed.id, text="new words"))
    await bring(anna, written(folder, archive_of_x()))


def told(posts: list[PostView]) -> list[tuple[object, ...]]:
    by_ref = {each.ref: each.text for each in posts}
    return [
        (each.time_ms, each.text, each.cw, each.lang, by_ref.get(each.reply_to or each.ref),
         [(medium.alt, medium.type) for medium in each.media])
        for each in posts
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["out.zip", "out"])
def test_the_same_author_gets_nothing_new_and_another_one_the_same(
    tmp_path: Path, name: str
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        await write_some(anna, tmp_path)
        done = await export(anna, tmp_path / name)
        assert (done.posts, done.media, done.media_missing) == (11, 4, 0)
        view = await bring(anna, tmp_path / name)
        assert (view.state, view.posts, view.imported, view.already_there) == (
            "done",
            11,
            0,
            11,
        )
        view = await bring(bert, tmp_path / name)
        assert (view.state, view.imported, view.media_missing) == ("done", 11, 0)
        assert told(posts_of(bert)) == told(posts_of(anna))
        assert (await bring(bert, tmp_path / name)).imported == 0

    in_neighbourhood(tmp_path, scenario)


def test_others_read_what_is_in_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        await anna.follow(bert)
        await write_some(anna, tmp_path)
        await export(anna, tmp_path / "out.zip")

    in_neighbourhood(tmp_path, scenario)
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        assert packed.testzip() is None
        read = {name: packed.read(name) for name in packed.namelist()}
    outbox = json.loads(read["outbox.json"])
    assert outbox["totalItems"] == len(outbox["orderedItems"]) == 11
    notes = [each["object"] for each in outbox["orderedItems"]]
    files = [each["url"] for note in notes for each in note["attachment"]]
    assert len(files) == 4
    assert all(each.lstrip("/") in read for each in files)
    assert len(feedparser.parse(read["feed.atom"]).entries) == 11
    assert not feedparser.parse(read["feed.atom"]).bozo
    jsonschema.validate(told := json.loads(read["feed.json"]), JSON_FEED)
    assert len(told["items"]) == 11
    assert len(mf2py.parse(doc=read["index.html"].decode())["items"][0]["children"]) == 11
    outline = listparser.parse(read["follows.opml"])
    assert (outline.bozo, len(outline.feeds)) == (0, 1)
    assert read["following_accounts.csv"].count(b"swarmfeed:") == 1
    texts = " ".join(note["content"] for note in notes)
    assert "new words" in texts
    assert "old words" not in texts
    assert "taken back" not in texts


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        (tmp_path / "mine.zip").write_bytes(b"mine")
        (tmp_path / "full").mkdir()
        (tmp_path / "full" / "a").write_bytes(b"mine")
        for name in ("mine.zip", "full"):
            with pytest.raises(UserError, match="is there already"):
                await export(anna, tmp_path / name)
        with pytest.raises(UserError, match="cannot be written"):
            await export(anna, tmp_path / "mine.zip" / "deeper.zip")
        assert (tmp_path / "mine.zip").read_bytes() == b"mine"
        assert [each.name for each in tmp_path.glob("*.part")] == []

    in_neighbourhood(tmp_path, scenario)


def test_what_is_retired_or_withdrawn_meanwhile_goes_out_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        posts = [OldPost(1_600_000_000_000 + at, f"post {at}", 0) for at in range(600)]
        await anna.running.feeds.importer.import_posts(posts)
        logs = anna.running.ground.shells.logs
        create = FileArchives.create

        @contextmanager
        def meanwhile(self: FileArchives, path: str) -> Iterator[NewArchive]:
            for span in logs.held(anna.feed_id):
                logs.drop_chunk(anna.feed_id, span)
            with create(self, path) as new:
                yield new

        monkeypatch.setattr(FileArchives, "create", meanwhile)
        done = await export(anna, tmp_path / "out")
        assert done.posts == 600
        assert len(list((tmp_path / "out" / "logs").rglob("*.zst"))) == 2

    in_neighbourhood(tmp_path, scenario)


def test_on_another_device_of_the_author_nothing_is_new(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        desk = await street.move_in(is_first=True)
        await write_some(desk, tmp_path)
        await export(desk, tmp_path / "out.zip")
        laptop = await street.move_in(device_of=desk, knows=[desk])
        await street.until(lambda: laptop.root(desk.feed_id) is not None, within_s=20)
        view = await bring(laptop, tmp_path / "out.zip")
        assert (view.state, view.imported, view.already_there) == ("done", 0, 11)

    in_neighbourhood(tmp_path, scenario)
