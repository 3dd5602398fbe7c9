"""What can be read of what is held: after a loss, and of what is held only for others."""

from pathlib import Path
from typing import NoReturn

import pytest
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import ProfileBody, encode_body
from swarmfeed.errors import PassingError
from swarmfeed.node.history.role import History

from tests.core.samples import noisy_posts
from tests.node.rig import NOW_MS, Scribe
from tests.node.talk import Talk, talk


def test_chunks_that_lie_here_are_shown_when_the_head_comes_back(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna, ground = Scribe(1), to.node.ground
        anna.grow_to(600)
        to.care(anna.author_id)
        after = ground.shelf.accept_offer(anna.offer())
        anna.give_all(ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        await to.node.feeds.grower.grew(None, after)
        await ground.indexer.drain()
        assert ground.shells.index.indexed_ranges(anna.feed_id) == [(0, 600)]

    talk(tmp_path, script)


def test_chunks_that_touch_are_caught_up_with_as_one_range_behind_the_tail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        anna, ground = Scribe(1), to.node.ground
        anna.grow_to(1_100)
        to.care(anna.author_id)
        ground.shelf.accept_offer(anna.offer())
        anna.give_all(ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        first, *_ = sorted(anna.newest.chunks())
        added: list[tuple[int, int]] = []
        monkeypatch.setattr(ground.indexer, "add", lambda _, __, *span: added.append(span))
        to.node.feeds.showing.catch_up(anna.feed_id)
        assert added == [(1_024, 1_100), (0, 1_024)]
        ground.shells.logs.drop_chunk(anna.feed_id, first)  # type: ignore[attr-defined]
        to.node.feeds.showing.catch_up(anna.feed_id)
        assert added[2:] == [(1_024, 1_100), (256, 1_024)]

    talk(tmp_path, script)


@pytest.mark.attack("A26")
def test_an_index_that_was_only_emptied_is_not_called_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> NoReturn:
        raise FULL.unsaved("the index")

    async def script(to: Talk) -> None:
        await to.me.say("one")
        showing = to.node.feeds.showing
        with monkeypatch.context() as patch:
            patch.setattr(to.node.ground.shells.index, "add_entries", full)
            with pytest.raises(PassingError, match="the disk is full"):
                await showing.reindex()
        await to.street.pass_time(3)
        assert await showing.reindex() == 3
        assert to.me.reads(to.me.author_id) == ["one"]

    talk(tmp_path, script)


@pytest.mark.slow
def test_of_a_history_held_for_others_the_newest_is_shown_and_the_rest_when_it_is_opened(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        anna, ground = Scribe(1), to.node.ground
        name = encode_entry("profile", NOW_MS, encode_body(ProfileBody("Anna")))
        anna.append([name, *noisy_posts(2, 768)])
        to.care(anna.author_id, to.node.parts(History).custodian.interest)
        after = ground.shelf.accept_offer(anna.offer())
        anna.give_all(ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        await to.node.feeds.grower.grew(None, after)
        await ground.indexer.drain()
        assert len(to.me.reads(anna.author_id)) == 256, "a frame of 256 kB: one always is"
        known = ground.shells.index.author(anna.author_id)
        assert known is not None and known.name == "Anna", "the oldest says the name"
        view = await ground.answering.answer(AboutAuthor(author=anna.author_id))
        assert (view.post_count, view.limit) == (766, "")
        assert len(to.me.reads(anna.author_id)) == 766
        assert to.me.index.home(1000, None) == []
        assert await to.node.feeds.caretaker.verify() is not None
        assert len(to.me.reads(anna.author_id)) == 766

    talk(tmp_path, script)
