"""Looking ahead: the next message is looked at while the one before is heard, and waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing

import pytest
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import NotHeld, Wake
from swarmfeed.errors import BadProofError
from swarmfeed.node.ground.ahead import look_ahead
from swarmfeed.node.ground.switchboard import Switchboard, hears, hears_looked

from tests.node.rig import new_session

LOOKED = [Wake(FeedId(bytes([each]) * 32)) for each in range(4)]
PLAIN = [NotHeld(AuthorId(bytes([each]) * 32)) for each in range(4)]


class Peer:
    """Says messages, notes which of them were read, and what became of them."""

    def __init__(self, said: Sequence[Message | Exception]) -> None:
        self.said = said
        self.noted = list[tuple[str, Message]]()
        self.is_closed = False
        self.board = Switchboard()
        self.board.connect([hears_looked(Wake, self._look, self._hear_looked)])
        self.board.connect([hears(NotHeld, lambda _, message: self._note("heard", message))])
        self.goes_on = asyncio.Event()
        """What was looked at is heard no further before that."""

    async def messages(self) -> AsyncIterator[Message]:
        try:
            for each in self.said:
                await asyncio.sleep(0)
                if isinstance(each, Exception):
                    raise each
                self._note("read", each)
                yield each
            await asyncio.Event().wait()  # nothing more, and the link stays
        finally:
            self.is_closed = True

    async def listen(self) -> None:
        session, _ = new_session(1)
        async with aclosing(look_ahead(self.messages(), self.board)) as looked:
            async for message, found in looked:
                await self.board.hear(session, message, found)

    async def _look(self, message: Wake) -> str:
        await asyncio.sleep(0)
        self._note("looked", message)
        return "looked at " + message.feed_id.hex()

    async def _hear_looked(self, _: object, message: Wake, found: str) -> None:
        assert found == "looked at " + message.feed_id.hex()
        self._note("begun", message)
        await self.goes_on.wait()
        self._note("heard", message)

    def _note(self, what: str, message: Message) -> None:
        self.noted.append((what, message))


def play(
    said: Sequence[Message | Exception], script: Callable[[Peer], Awaitable[None]]
) -> Peer:
    """Play a script beside somebody who listens, and stop listening."""

    async def run() -> Peer:
        peer = Peer(said)
        listening = asyncio.create_task(peer.listen())
        await rest()
        await script(peer)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return peer

    return asyncio.run(run())


async def rest() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def go_on(peer: Peer) -> None:
    peer.goes_on.set()
    await rest()


def test_one_message_is_looked_at_while_the_one_before_is_heard() -> None:
    seen = list[tuple[str, Message]]()

    async def script(peer: Peer) -> None:
        seen.extend(peer.noted)
        await go_on(peer)

    peer = play(LOOKED[:3], script)
    first, second, third = LOOKED[:3]
    assert seen[:2] == [("read", first), ("looked", first)]
    assert set(seen[2:]) == {("begun", first), ("read", second), ("looked", second)}
    heard = [message for what, message in peer.noted if what == "heard"]
    assert heard == [first, second, third], "in their order"
    begun = peer.noted.index(("begun", second))
    assert begun > peer.noted.index(("heard", first)), "and one after the other"


def test_behind_what_is_not_worth_it_nothing_is_read_ahead() -> None:
    async def script(peer: Peer) -> None:
        await go_on(peer)

    peer = play([PLAIN[0], PLAIN[1], LOOKED[0], PLAIN[2]], script)
    plain, another, looked, last = PLAIN[0], PLAIN[1], LOOKED[0], PLAIN[2]
    assert peer.noted[:4] == [
        ("read", plain),
        ("heard", plain),
        ("read", another),
        ("heard", another),
    ]
    assert peer.noted[-2:] == [("heard", looked), ("heard", last)]


def test_what_is_wrong_with_the_next_is_told_after_the_one_before_was_heard() -> None:
    async def run() -> None:
        peer = Peer([LOOKED[0], BadProofError("a lie")])
        listening = asyncio.create_task(peer.listen())
        await rest()
        assert not listening.done()
        await go_on(peer)
        with pytest.raises(BadProofError, match="a lie"):
            await listening
        assert peer.noted[-1] == ("heard", LOOKED[0])

    asyncio.run(run())


def test_who_listens_no_more_reads_no_more() -> None:
    async def script(peer: Peer) -> None:
        assert ("begun", LOOKED[0]) in peer.noted

    peer = play([LOOKED[0]], script)
    assert peer.is_closed
