"""Hearing out what others know of the own feed: until all have answered, but not for ever."""

import asyncio
from pathlib import Path
from typing import NoReturn

import pytest
from street.loop import settle
from swarmfeed.core.asks.troubles import FILES
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.limits import OWN_FEED_ANSWERED_S, OWN_FEED_HEARD_S
from swarmfeed.errors import PassingError
from swarmfeed.node.feeds.hearing import Hearing
from swarmfeed.node.ground.events import HoldingTold, LinkClosed, NothingHeld
from swarmfeed.node.ground.session import Holding

from tests.node.talk import Talk, talk

pytestmark = pytest.mark.attack("A50")


def begin(to: Talk) -> tuple[Hearing, "asyncio.Task[None]"]:
    hearing = Hearing(to.node.ground)
    return hearing, asyncio.create_task(hearing.hear_out())


def test_with_nobody_there_it_is_over_at_once(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        _, task = begin(to)
        await settle()
        assert task.done()

    talk(tmp_path, script)


def test_it_is_over_when_everybody_has_answered(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        one, other, third = to.link(1), to.link(2), to.link(3)
        hearing, task = begin(to)
        await settle()
        hearing.on_nothing_held(NothingHeld(one, AuthorId(b"x" * 32)))
        hearing.on_nothing_held(NothingHeld(one, to.me.author_id))
        other.holds[to.me.feed_id] = Holding(2, complete=True)
        hearing.on_news(HoldingTold(other, to.me.feed_id))
        await settle()
        assert not task.done(), "the third may know more"
        to.unlink(third)
        hearing.on_news(LinkClosed(third))
        await settle()
        assert task.done()
        await hearing.hear_out()

    talk(tmp_path, script)


def test_whoever_says_that_it_holds_more_is_waited_for_until_its_head_is_here(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        session = to.link(1)
        hearing, task = begin(to)
        session.holds[to.me.feed_id] = Holding(3, complete=True)
        hearing.on_news(HoldingTold(session, to.me.feed_id))
        await settle()
        assert not task.done()
        session.holds[to.me.feed_id] = Holding(2, complete=True)
        hearing.on_news(HoldingTold(session, to.me.feed_id))
        await settle()
        assert task.done()

    talk(tmp_path, script)


def test_who_never_answers_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        to.link(1)
        loop, (_, task) = asyncio.get_running_loop(), begin(to)
        began_s = loop.time()
        await task
        took_s = loop.time() - began_s
        assert OWN_FEED_HEARD_S < took_s <= OWN_FEED_HEARD_S + OWN_FEED_ANSWERED_S + 0.2

    talk(tmp_path, script)


def test_who_was_reached_and_is_slow_is_waited_for(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        session = to.link(1)
        hearing, task = begin(to)
        await asyncio.sleep(OWN_FEED_HEARD_S + OWN_FEED_ANSWERED_S - 1)
        assert not task.done()
        hearing.on_nothing_held(NothingHeld(session, to.me.author_id))
        await settle()
        assert task.done()

    talk(tmp_path, script)


def test_whoever_could_not_ask_asks_again_and_does_not_go_on_unheard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        session = to.link(1)
        index = to.node.ground.shells.index
        with monkeypatch.context() as patch:
            patch.setattr(index, "holders", _too_many_files)
            hearing, task = begin(to)
            with pytest.raises(PassingError):
                await task
        again = asyncio.create_task(hearing.hear_out())
        await settle()
        assert not again.done(), "nobody was asked yet"
        hearing.on_nothing_held(NothingHeld(session, to.me.author_id))
        await again

    talk(tmp_path, script)


def _too_many_files(_: FeedId) -> NoReturn:
    raise FILES.unread("index.db")
