"""What nobody waits for comes after what somebody waits for, and no later than it may."""

import asyncio
from pathlib import Path

import pytest
from street.loop import settle
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.talk.limits import (
    AT_LEISURE_MAX,
    AT_LEISURE_WITHIN_S,
    AUTHORS_ASKED_OF_ALL,
)
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import NotHeld, Want, WantedAuthor
from swarmfeed.errors import BadSignatureError
from swarmfeed.node.ground.events import LinkStays
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.leisure import FEEDS_AT_ONCE, LOOKED_EVERY_S
from swarmfeed.node.ground.session import Session

from tests.node.talk import Talk, talk


class Filling:
    """An indexer that has caught up when it is told so."""

    def __init__(self) -> None:
        self.is_done = asyncio.Event()

    async def caught_up(self) -> None:
        await self.is_done.wait()


def test_it_waits_for_the_index_but_not_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        leisure, said, filling = to.node.ground.leisure, list[str](), Filling()
        monkeypatch.setattr(Indexer, "caught_up", lambda _: filling.caught_up())

        async def say(word: str) -> None:
            said.append(word)

        leisure.put(lambda: say("first"))
        leisure.put(lambda: say("second"))
        await settle()
        assert said == []
        filling.is_done.set()
        await settle()
        assert said == ["first", "second"]
        filling.is_done.clear()
        leisure.put(lambda: say("late"))
        await asyncio.sleep(AT_LEISURE_WITHIN_S - 0.1)
        assert said[2:] == []
        await asyncio.sleep(0.2)
        assert said[2:] == ["late"]

    talk(tmp_path, script)


def test_it_waits_for_those_who_are_busy_but_not_for_ever(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        leisure, said, busy = to.node.ground.leisure, list[str](), {"somebody"}
        leisure.wait_for(lambda: bool(busy))

        async def say(word: str) -> None:
            said.append(word)

        leisure.put(lambda: say("first"))
        await settle()
        assert said == []
        busy.clear()
        await asyncio.sleep(2 * LOOKED_EVERY_S)
        assert said == ["first"]
        busy.add("somebody")
        leisure.put(lambda: say("late"))
        await asyncio.sleep(AT_LEISURE_WITHIN_S - 0.1)
        assert said[1:] == []
        await asyncio.sleep(0.2)
        assert said[1:] == ["late"]

    talk(tmp_path, script)


def test_it_waits_while_new_authors_are_asked_for(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        authors = [AuthorId(bytes([number] * 32)) for number in range(AUTHORS_ASKED_OF_ALL + 1)]
        for each in authors:
            to.care(each)
        one = to.link(1)
        to.node.feeds.asking.on_stays(LinkStays(one))
        await to.said(one)
        done = list[str]()

        async def do() -> None:
            done.append("it")

        to.node.ground.leisure.put(do)
        await to.hear(one, *map(NotHeld, authors[1:]))
        await asyncio.sleep(2 * LOOKED_EVERY_S)
        assert done == []
        await to.hear(one, NotHeld(authors[0]))
        await asyncio.sleep(2 * LOOKED_EVERY_S)
        assert done == ["it"]

    talk(tmp_path, script)


def test_it_waits_while_somebody_is_told_what_they_want(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        asker, done, reads_on = to.link(1), list[str](), asyncio.Event()

        async def do() -> None:
            done.append("it")

        async def send_slowly(_session: Session, _message: Message) -> None:
            await reads_on.wait()

        monkeypatch.setattr(Session, "send", send_slowly)
        await to.hear(asker, Want((WantedAuthor(AuthorId(bytes(32)), ()),)))
        telling = asyncio.create_task(asker.outbox.run(settle))
        await settle()
        to.node.ground.leisure.put(do)
        await asyncio.sleep(2 * LOOKED_EVERY_S)
        assert done == []
        reads_on.set()
        await asyncio.sleep(2 * LOOKED_EVERY_S)
        assert done == ["it"]
        telling.cancel()

    talk(tmp_path, script)


def test_no_more_wait_than_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(to: Talk) -> None:
        leisure, done, filling = to.node.ground.leisure, list[int](), Filling()
        monkeypatch.setattr(Indexer, "caught_up", lambda _: filling.caught_up())

        async def do(number: int) -> None:
            done.append(number)

        for number in range(AT_LEISURE_MAX + 3):
            leisure.put(lambda number=number: do(number))  # type: ignore[misc]
        await settle()
        assert done == [0, 1, 2]

    talk(tmp_path, script)


def test_what_fails_keeps_nothing_else_from_being_done(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        leisure, done = to.node.ground.leisure, list[str]()

        async def fail() -> None:
            raise ValueError("a bug")

        async def do() -> None:
            done.append("it")

        leisure.put(fail)
        leisure.put(do)
        await settle()
        assert done == ["it"]

    talk(tmp_path, script)


def test_who_is_gone_is_not_heard_and_who_lies_is_shut_out(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        heard = list[str]()
        liar, gone = to.link(1), to.link(2)

        async def hear(word: str) -> None:
            heard.append(word)
            raise BadSignatureError("nobody signed that")

        leisure = to.node.ground.leisure
        leisure.put_for(liar, lambda: hear("a lie"))
        leisure.put_for(gone, lambda: hear("a lie of somebody gone"))
        del to.node.ground.sessions._sessions[gone.node_id]
        await settle()
        assert heard == ["a lie"]
        assert liar.peer.closed_because == "nobody signed that"  # type: ignore[attr-defined]  # a noted peer

    talk(tmp_path, script)


def test_of_each_feed_something_is_done_once_a_few_in_one_go(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        done = list[bytes]()
        each = to.node.ground.leisure.each(done.append)
        feeds = [FeedId(bytes([number] * 32)) for number in range(2 * FEEDS_AT_ONCE + 1)]
        for feed_id in (*feeds, feeds[0]):
            each.put(feed_id)
        await settle()
        assert done == feeds

    talk(tmp_path, script)


def test_of_each_feed_it_is_done_in_time_however_many_there_are(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        leisure, done = to.node.ground.leisure, list[bytes]()
        leisure.wait_for(lambda: True)

        async def do_nothing() -> None:
            pass

        each = leisure.each(done.append)
        feeds = [FeedId(bytes([number] * 32)) for number in range(3 * FEEDS_AT_ONCE)]
        for feed_id in feeds:
            each.put(feed_id)
        leisure.put(do_nothing)
        await asyncio.sleep(AT_LEISURE_WITHIN_S - 0.2)
        leisure.put(do_nothing)
        assert done == []
        await asyncio.sleep(0.4)
        assert done == feeds

    talk(tmp_path, script)


def test_of_each_feed_it_is_done_though_it_failed_for_another(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        done = list[bytes]()
        feeds = [FeedId(bytes([number] * 32)) for number in range(FEEDS_AT_ONCE)]

        def do(feed_id: FeedId) -> None:
            if feed_id in (feeds[0], feeds[-1]):
                raise ValueError("a bug")
            done.append(feed_id)

        each = to.node.ground.leisure.each(do)
        for feed_id in feeds:
            each.put(feed_id)
        await settle()
        assert done == feeds[1:-1]
        each.put(feeds[1])
        await settle()
        assert done[-1] == feeds[1]

    talk(tmp_path, script)
