"""What a peer says next is read, and looked at, while what it said before is heard.

    read --> looked at (``Switchboard.look``) --> heard
                 read --> looked at --> its turn --> heard

Messages are heard one after the other, in their order; only what changes nothing is done ahead:
heads of 64 feeds are verified by other processes while those before them are on their way to
the disk.  One message is ahead at most, and only behind one that is looked at.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import TypeAlias

from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.fairness import on_behalf
from swarmfeed.node.ground.switchboard import Switchboard

Looked: TypeAlias = tuple[Message, object]
"""A message, and what was found out before its turn."""


async def look_ahead(
    messages: AsyncIterator[Message], board: Switchboard
) -> AsyncGenerator[Looked, None]:
    """Yield each message when those before it were heard, and raise what ``messages`` raises
    then.  To be closed by who iterates: it may read ahead in a task of its own."""
    following: asyncio.Task[Looked | None] | None = None
    try:
        while looked := await (following or _next(messages, board)):
            following = None
            if board.looks_at(looked[0]):
                # Whoever sends one of these has more of them to send.
                following = asyncio.create_task(on_behalf(lambda: _next(messages, board)))
            yield looked
    finally:
        if following is not None:
            following.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await following  # what it met is of a link that has ended


async def _next(messages: AsyncIterator[Message], board: Switchboard) -> Looked | None:
    """Return the next message; None when there are no more."""
    message = await anext(messages, None)
    return None if message is None else (message, await board.look(message))
