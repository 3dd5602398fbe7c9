"""The switchboard: one part hears a message, or nobody does."""

import asyncio

import pytest
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.talk.words import NotHeld, Wake
from swarmfeed.errors import BadProofError
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.switchboard import Switchboard, hears, hears_looked

from tests.node.rig import new_session

WAKE, NOT_HELD = Wake(FeedId(b"f" * 32)), NotHeld(AuthorId(b"a" * 32))


def test_each_type_is_heard_by_its_part_whether_that_waits_or_not() -> None:
    board, heard = Switchboard(), list[object]()
    session, _ = new_session(1)

    def at_once(by: Session, message: Wake) -> None:
        heard.append((by, message))

    async def later(by: Session, message: NotHeld) -> None:
        await asyncio.sleep(0)
        heard.append((by, message))

    async def run() -> None:
        await board.hear(session, NOT_HELD)
        await board.hear(session, WAKE)

    board.connect([hears(Wake, at_once), hears(NotHeld, later)])
    asyncio.run(run())
    assert heard == [(session, NOT_HELD), (session, WAKE)], "one after the other"


def test_what_nobody_hears_is_passed_over() -> None:
    asyncio.run(Switchboard().hear(new_session(1)[0], WAKE))


def test_a_message_has_one_hearer() -> None:
    board = Switchboard()
    board.connect([hears(Wake, lambda *_: None)])
    with pytest.raises(ValueError, match="Wake is heard twice"):
        board.connect([hears(Wake, lambda *_: None)])


def test_the_error_of_who_hears_is_the_links() -> None:
    async def refuse(_: Session, message: Wake) -> None:
        raise BadProofError("a lie")

    board = Switchboard()
    board.connect([hears(Wake, refuse)])
    with pytest.raises(BadProofError):
        asyncio.run(board.hear(new_session(1)[0], WAKE))


def test_what_is_looked_at_before_is_not_looked_at_again() -> None:
    board, looked, heard = Switchboard(), list[Wake](), list[object]()

    async def look(message: Wake) -> int:
        looked.append(message)
        return len(looked)

    async def hear(_: Session, message: Wake, found: int) -> None:
        heard.append((message, found))

    async def run() -> None:
        session = new_session(1)[0]
        await board.hear(session, WAKE, await board.look(WAKE))
        await board.hear(session, WAKE)

    board.connect([hears_looked(Wake, look, hear)])
    asyncio.run(run())
    assert heard == [(WAKE, 1), (WAKE, 2)]
    assert board.looks_at(WAKE) and not board.looks_at(NOT_HELD)
