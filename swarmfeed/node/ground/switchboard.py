"""Which part hears which message: one row for each type, brought by the roles."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()

M = TypeVar("M")
F = TypeVar("F")

Hear = Callable[[Session, M], Awaitable[None] | None]
"""Takes one message of a peer.  Raises RemoteError when the peer broke a rule."""

Look = Callable[[M], Awaitable[F]]
"""Finds out what is true of a message, and changes nothing."""

HearLooked = Callable[[Session, M, F], Awaitable[None]]
"""Takes one message of a peer, and what was found before.  Raises as ``Hear``."""


class Hears(Struct, frozen=True):
    """One type of message, and what hears it."""

    message: type[Any]
    run: Callable[..., Awaitable[None] | None]
    look: Look[Any, Any] | None = None


def hears(message: type[M], run: Hear[M]) -> Hears:
    """Return the row that has ``run`` hear each ``message``."""
    return Hears(message, run)


def hears_looked(message: type[M], look: Look[M, F], run: HearLooked[M, F]) -> Hears:
    """The same of what takes long to be verified: ``look`` does that, maybe while messages
    before it are heard, and ``run`` is given what it found, when it is its turn."""
    return Hears(message, run, look)


class Switchboard:
    """Hands each message to the one part that hears it."""

    def __init__(self) -> None:
        self._rows: dict[type[Any], Hears] = {}

    def connect(self, rows: Iterable[Hears]) -> None:
        """Add rows.  Two parts that hear the same message are a bug: ValueError."""
        for row in rows:
            if row.message in self._rows:
                raise ValueError(f"{row.message.__name__} is heard twice")
            self._rows[row.message] = row

    def looks_at(self, message: Message) -> bool:
        """Whether something of a message is found out before it is heard."""
        row = self._rows.get(type(message))
        return row is not None and row.look is not None

    async def look(self, message: Message) -> object:
        """Return what is found out before it is heard, None where that is nothing."""
        row = self._rows.get(type(message))
        return None if row is None or row.look is None else await row.look(message)

    async def hear(self, session: Session, message: Message, found: object = None) -> None:
        """Have one message heard, with what was ``found`` of it if it was looked at before.
        Raises RemoteError when the peer broke a rule."""
        row = self._rows.get(type(message))
        if row is None:
            logger.debug("nobody's message", kind=type(message).__name__)
            return
        if row.look is None:
            hearing = row.run(session, message)
        else:
            looked = await row.look(message) if found is None else found
            hearing = row.run(session, message, looked)
        if hearing is not None:
            await hearing
