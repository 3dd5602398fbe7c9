"""A wish with a key is done once: at once, after a refusal, after the power went."""

import asyncio
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.limits import SAME_WORDS_MS, WISH_KEPT_MS
from swarmfeed.errors import PassingError, SaidBeforeError, UserError

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk


async def post(me: Neighbour, text: str, key: str = "", *, again: bool = True) -> EntryRef:
    """Publish as a page does."""
    wish = WritePost(text=text, key=key, again=again)
    return (await me.running.ground.answering.answer(wish)).ref


def said(me: Neighbour) -> list[str]:
    return me.reads(me.author_id)


def test_two_of_one_wish_at_once_are_one_post(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        refs = await asyncio.gather(*(post(to.me, "hello", "k") for _ in range(5)))
        assert len(set(refs)) == 1
        assert said(to.me) == ["hello"]
        await post(to.me, "hello", "another")
        await post(to.me, "hello")
        await post(to.me, "hello")
        assert said(to.me) == ["hello"] * 4

    talk(tmp_path, script)


def test_the_same_key_with_other_words_is_refused(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        ref = await post(to.me, "hello  ", "k")
        with pytest.raises(UserError, match="with other words"):
            await post(to.me, "goodbye", "k")
        with pytest.raises(UserError, match="1 to 64 visible ASCII"):
            await post(to.me, "goodbye", "k k")
        assert await post(to.me, "hello", "k") == ref, "cleaned, they are the same words"
        assert said(to.me) == ["hello"]

    talk(tmp_path, script)


def test_a_restart_remembers_what_was_done(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        ref = await post(me, "hello", "k")
        await me.stop()
        await me.start()
        assert await post(me, "hello", "k") == ref
        assert said(me) == ["hello"]

    in_neighbourhood(tmp_path, scenario)


def test_what_was_undertaken_and_not_appended_is_still_to_be_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise FULL.unsaved("the post")

    async def script(to: Talk) -> None:
        with monkeypatch.context() as full:
            full.setattr(to.node.ground.shells.logs, "append", refuse)
            with pytest.raises(PassingError):
                await post(to.me, "hello", "k")
        await post(to.me, "something else took its place")
        await post(to.me, "hello", "k")
        await post(to.me, "hello", "k")
        assert said(to.me) == ["hello", "something else took its place"]

    talk(tmp_path, script)


def test_nothing_is_appended_that_could_not_be_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise FULL.unsaved("the ledger")

    async def script(to: Talk) -> None:
        with monkeypatch.context() as full:
            full.setattr(to.node.ground.shells.ledger, "write", refuse)
            with pytest.raises(PassingError):
                await post(to.me, "hello", "k")
        assert said(to.me) == []
        await post(to.me, "hello", "k")
        assert said(to.me) == ["hello"]

    talk(tmp_path, script)


def test_only_so_many_are_remembered_and_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.core.feed.once.WISHES_MAX", 3)

    async def script(to: Talk) -> None:
        for number in range(5):
            await post(to.me, f"{number}", f"k{number}")
        ledger = to.node.ground.shells.ledger
        assert len(ledger.read("wishes")) == 3
        to.street.clock.advance(WISH_KEPT_MS + 1)
        await post(to.me, "later", "k")
        assert len(ledger.read("wishes")) == 1

    talk(tmp_path, script)


def test_the_words_of_the_newest_post_are_asked_about(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await post(to.me, "hello", "k1", again=False)
        await post(to.me, "hello", "k1", again=False)
        with pytest.raises(SaidBeforeError, match="the same words"):
            await post(to.me, " hello".strip() + "\r\n", "k2", again=False)
        await post(to.me, "hello", "k2")
        await post(to.me, "other words", "k3", again=False)
        await post(to.me, "hello", "k4", again=False)
        to.street.clock.advance(SAME_WORDS_MS)
        await post(to.me, "hello", "k5", again=False)
        assert said(to.me) == ["hello", "hello", "other words", "hello", "hello"]

    talk(tmp_path, script)


def test_somebody_is_followed_once_by_two_at_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        writer, anna = to.node.feeds.writer, Scribe(1).author_id
        before = to.node.ground.shelf.replica(to.me.feed_id)
        await asyncio.gather(*(writer.set_follow(anna, on=True) for _ in range(4)))
        after = to.node.ground.shelf.replica(to.me.feed_id)
        assert before is not None and after is not None
        assert after.size == before.size + 1

    talk(tmp_path, script)
