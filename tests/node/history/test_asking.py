"""Notices are asked for when heads were, and came."""

import asyncio
from functools import partial

from swarmfeed.core.base.limits import AUTHORS_PER_WANT_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.words import Watch
from swarmfeed.core.talk.words import Want
from swarmfeed.node.ground.leisure import Deed
from swarmfeed.node.history.asking import ask_later

from tests.node.rig import new_session

ANNA = AuthorId(b"a" * 32)


def test_it_is_asked_behind_feeds_and_not_before_there_is_leisure() -> None:
    async def run() -> None:
        session, peer = new_session(1)
        put, want = list[Deed](), Want(())
        ask_later(put.append, session, frozenset([ANNA]))
        session.outbox.put("ask", partial(session.send, want))
        session.outbox.hurry()
        saying = asyncio.create_task(session.outbox.run(session.flush))
        await asyncio.sleep(0)
        assert peer.sent == [want]
        await put[0]()
        await asyncio.sleep(0)
        assert peer.sent == [want, Watch((ANNA,))]
        saying.cancel()

    asyncio.run(run())


def test_many_are_asked_for_in_messages_that_a_peer_takes() -> None:
    async def run() -> None:
        session, peer = new_session(1)
        put = list[Deed]()
        many = [AuthorId(number.to_bytes(32, "big")) for number in range(AUTHORS_PER_WANT_MAX)]
        ask_later(put.append, session, frozenset([*many, ANNA]))
        session.outbox.hurry()
        saying = asyncio.create_task(session.outbox.run(session.flush))
        await asyncio.sleep(0)
        await put[0]()
        await asyncio.sleep(0)
        assert peer.sent == [Watch(tuple(many)), Watch((ANNA,))]
        saying.cancel()

    asyncio.run(run())
