"""Which part hears which message: one row for each type, brought by the roles."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()

M = TypeVar("M")

Hear = Callable[[Session, M], Awaitable[None] | None]
"""Takes one message of a peer.  Raises RemoteError when the peer broke a rule."""


class Hears(Struct, frozen=True):
    """One type of message, and what hears it."""

    message: type[Any]
    run: Hear[Any]


def hears(message: type[M], run: Hear[M]) -> Hears:
    """Return the row that has ``run`` hear each ``message``."""
    return Hears(message, run)


class Switchboard:
    """Hands each message to the one part that hears it."""

    def __init__(self) -> None:
        self._rows: dict[type[Any], Hear[Any]] = {}

    def connect(self, rows: Iterable[Hears]) -> None:
        """Add rows.  Two parts that hear the same message are a bug: ValueError."""
        for row in rows:
            if row.message in self._rows:
                raise ValueError(f"{row.message.__name__} is heard twice")
            self._rows[row.message] = row.run

    async def hear(self, session: Session, message: Message) -> None:
        """Have one message heard.  Raises RemoteError when the peer broke a rule."""
        run = self._rows.get(type(message))
        if run is None:
            logger.debug("nobody's message", kind=type(message).__name__)
            return
        hearing = run(session, message)
        if hearing is not None:
            await hearing
