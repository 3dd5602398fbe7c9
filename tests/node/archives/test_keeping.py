"""Sites: written when a person asks, kept up to date, and only what changed is written."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.archives import LookAtArchive
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.exports import (
    EndSite,
    ExportAll,
    SiteList,
    SiteView,
    SiteWritten,
    WhichSites,
    WriteSite,
)
from swarmfeed.core.asks.profile import ChangeProfile
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.texts import Language
from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.limits import SITES_MAX
from swarmfeed.core.exports.site.listing import LISTING
from swarmfeed.errors import UserError
from swarmfeed.shell.sites import FolderSite

from tests.made_archives import archive_of_x
from tests.node.archives.test_bringing import bring, written


async def write(of: Neighbour, path: Path, **more: object) -> SiteWritten:
    return await of.running.ground.answering.answer(WriteSite(path=str(path), **more))


async def kept(of: Neighbour) -> tuple[SiteView, ...]:
    found: SiteList = await of.running.ground.answering.answer(WhichSites())
    return found.sites


def files(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


def stamps(folder: Path) -> dict[str, int]:
    return {
        each.relative_to(folder).as_posix(): each.stat().st_mtime_ns
        for each in folder.rglob("*")
        if each.is_file()
    }


@pytest.mark.slow
def test_own_public_posts_become_pages_and_only_what_changed_is_written(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer, site = anna.running.ground.answering.answer, tmp_path / "site"
        await bring(anna, written(tmp_path, archive_of_x()))
        done = await write(anna, site)
        assert (done.posts, done.deleted, done.media_missing, done.kept) == (7, 0, 0, False)
        there = files(site)
        assert done.written == len(there) - 1
        assert LISTING in there
        assert {name.rpartition(".")[2] for name in there if "media/" in name} == {"png", "mp4"}
        before = stamps(site)
        again = await write(anna, site)
        assert (again.written, again.deleted) == (0, 0)
        assert stamps(site) == before, "not even the listing"
        post = await answer(WritePost(text="new words #moss"))
        done = await write(anna, site)
        changed = {name for name, at in stamps(site).items() if before.get(name) != at}
        assert done.written == len(changed) - 1 == 7
        assert not any("older" in name for name in changed)
        await answer(Edit(ref=post.id, text="other words"))
        done = await write(anna, site)
        assert done.deleted == 2, "the pages of the tag"
        await answer(Withdraw(ref=post.id))
        done = await write(anna, site)
        assert done.deleted == 1
        assert not any(b" words" in content for content in files(site).values())

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_site_is_kept_up_to_date_after_a_restart_too_until_it_is_ended(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        site = tmp_path / "site"
        await anna.say("first")
        assert (await write(anna, site, keep=True, url="https://a.example")).kept
        await anna.say("second")
        await street.until(
            lambda: b"second" in (site / "index.html").read_bytes(), within_s=200
        )
        (view,) = await kept(anna)
        assert (view.url, view.posts, view.sentence) == ("https://a.example/", 2, "")
        await anna.stop()
        await anna.start()
        await anna.say("third")
        await street.until(lambda: b"third" in (site / "index.html").read_bytes(), within_s=200)
        assert b'href="https://a.example/feed.atom"' in (site / "feed.atom").read_bytes()
        await anna.running.ground.answering.answer(ChangeProfile(called="Anna Neu"))
        await street.until(
            lambda: b"Anna Neu" in (site / "index.html").read_bytes(), within_s=200
        )
        await anna.running.ground.answering.answer(EndSite(path=str(site)))
        assert await kept(anna) == ()
        await anna.say("fourth")
        await street.pass_time(200)
        assert b"fourth" not in (site / "index.html").read_bytes()
        with pytest.raises(UserError, match="no website in"):
            await anna.running.ground.answering.answer(EndSite(path=str(site)))
        await anna.stop()
        await anna.start()
        assert await kept(anna) == ()

    in_neighbourhood(tmp_path, scenario)


def test_what_cannot_be_kept_is_said_and_taken_up_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        site, away = tmp_path / "site", tmp_path / "away"
        await write(anna, site, keep=True)
        site.rename(away)
        await anna.say("while it was away")
        await street.pass_time(130)
        (view,) = await kept(anna)
        assert "has no website in it" in view.sentence
        german = Language(texts={sentences.NO_SITE.english: "keine in {path}"})
        assert german.render(view.sentence) == f"keine in {site}"
        assert not site.exists()
        away.rename(site)
        await street.until(
            lambda: b"while it was away" in (site / "index.html").read_bytes(), within_s=200
        )
        assert (await kept(anna))[0].sentence == ""

    in_neighbourhood(tmp_path, scenario)


def test_only_so_many_sites_are_kept_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        for number in range(SITES_MAX):
            await write(anna, tmp_path / f"site{number}", keep=True)
        with pytest.raises(UserError, match="are kept up to date already"):
            await write(anna, tmp_path / "more", keep=True)
        assert not (tmp_path / "more").exists()
        assert (await write(anna, tmp_path / "site0", keep=True)).kept
        with pytest.raises(UserError, match="website of somebody else"):
            await write(bert, tmp_path / "site0")
        with pytest.raises(UserError, match="no website can be at"):
            await write(bert, tmp_path / "b", url="javascript:alert(1)")
        with pytest.raises(UserError, match="no name of a folder"):
            await write(bert, Path("/a\0b"))

    in_neighbourhood(tmp_path, scenario)


def writes(path: str) -> tuple[Ask[Any], ...]:
    """All that writes where a person says."""
    return WriteSite(path=path), ExportAll(path=path)


@pytest.mark.attack("A296")
def test_a_path_that_could_be_anywhere_is_refused_by_all_that_take_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer = anna.running.ground.answering.answer
        for path in ("site", "../site", "", "~nobody.of.this.name/site"):
            for ask in (*writes(path), EndSite(path=path), LookAtArchive(path=path)):
                with pytest.raises(UserError, match="could be anywhere"):
                    await answer(ask)
        for inside in (anna.disk.folder, anna.disk.folder / "media" / "site"):
            for ask in writes(str(inside)):
                with pytest.raises(UserError, match="keeps for itself"):
                    await answer(ask)
        assert not [*tmp_path.rglob("site"), *tmp_path.parent.glob("site")]
        done = await answer(WriteSite(path="~/site", keep=True))
        assert done.path == str(tmp_path / "site")
        assert (await answer(EndSite(path="~/site"))).sites == ()

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A296")
def test_what_others_put_there_stays_whatever_the_listing_says(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        site = tmp_path / "site"
        await anna.say("first")
        await write(anna, site)
        for path in (site / "CNAME", site / "posts" / "mine.html", tmp_path / "key"):
            path.write_bytes(b"mine")
        told = json.loads((site / LISTING).read_bytes())
        told["files"] |= {
            "CNAME": "",
            "posts/mine.html": "",
            "../key": "",
            "tags/../../key": "",
        }
        (site / LISTING).write_text(json.dumps(told))
        await anna.say("second")
        assert (await write(anna, site)).deleted == 0
        for path in (site / "CNAME", site / "posts" / "mine.html", tmp_path / "key"):
            assert path.read_bytes() == b"mine"

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_after_a_kill_at_any_file_the_next_round_writes_all_and_what_has_to_go_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        """No error of ours: as if the process had ended."""

    writing, left = FolderSite.write, [0]

    def dies(of: FolderSite, name: str, parts: Iterable[bytes]) -> None:
        left[-1] -= 1
        if left[-1] < 0:
            raise KilledError
        writing(of, name, parts)

    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer, site = anna.running.ground.answering.answer, tmp_path / "site"
        await anna.say("first #moss")
        await write(anna, site)
        post = await answer(WritePost(text="to be taken back #gone"))
        for after in range(9):
            left.append(after)
            with monkeypatch.context() as patched, pytest.raises(KilledError):
                patched.setattr(FolderSite, "write", dies)
                await write(anna, site)
        await answer(Withdraw(ref=post.id))
        assert (await write(anna, site)).written > 5
        assert not any(b"taken back" in content for content in files(site).values())
        (tmp_path / "other").mkdir()
        await write(anna, tmp_path / "other")
        assert files(tmp_path / "other") == files(site)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_picture_that_comes_later_is_put_in(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        site, media = tmp_path / "site", anna.running.ground.shells.media
        await bring(anna, written(tmp_path, archive_of_x()))
        (first, *_) = media.folder.glob("*.medium")
        hidden = first.rename(tmp_path / "hidden")
        assert (await write(anna, site, keep=True)).media_missing == 1
        assert len(list((site / "media").iterdir())) == 2
        hidden.rename(first)
        street.clock.advance(3_600_000)
        await street.until(lambda: len(list((site / "media").iterdir())) == 3, within_s=200)

    in_neighbourhood(tmp_path, scenario)
