"""Questions to peers, and who waits for the answer: each is asked once and answered once."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.session import Session

A = TypeVar("A")


class Waiting(Generic[A]):
    """Questions that are not answered yet; belongs to one asyncio loop.

    An answer that nobody waits for, or of somebody who was not asked, changes nothing.
    """

    def __init__(self) -> None:
        self._waiting: dict[tuple[NodeId, bytes], asyncio.Future[A | None]] = {}

    async def ask(self, session: Session, question: bytes, message: Message) -> A | None:
        """Say something, and return the answer; None: there is none, or the link was lost.

        Args:
            question: What the answer names; chosen by luck.
        """
        key = session.node_id, question
        waiting: asyncio.Future[A | None] = asyncio.Future()
        self._waiting[key] = waiting
        session.outbox.put(("question", question), partial(session.send, message))
        try:
            return await waiting
        finally:
            del self._waiting[key]

    def on_answer(self, session: Session, question: bytes, answer: A | None) -> None:
        waiting = self._waiting.get((session.node_id, question))
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def on_closed(self, session: Session) -> None:
        """A link ended: nothing comes over it any more."""
        for (node_id, _), waiting in self._waiting.items():
            if node_id == session.node_id and not waiting.done():
                waiting.set_result(None)


async def gather_in_time(
    tasks: Sequence[asyncio.Task[A | None]], first_s: float, more_s: float
) -> list[A]:
    """Return what some questions brought in time; the others are let go.

    Args:
        first_s: How long the first answer is waited for.
        more_s: How much longer each further one.
    """
    found: list[A] = []
    pending = set(tasks)
    try:
        while pending:
            done, pending = await asyncio.wait(
                pending,
                timeout=more_s if found else first_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not done:
                break
            found += [answer for each in done if (answer := each.result()) is not None]
        return found
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
