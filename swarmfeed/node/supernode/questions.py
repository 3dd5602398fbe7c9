"""What was asked of peers, and not answered yet."""

import asyncio
from collections.abc import Callable

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.message import Message


class Questions:
    """Remembers each question until its answer, its end, or for so long; as many as deeds."""

    def __init__(self, patience_s: float, on_silent: Callable[[NodeId], None]) -> None:
        """``on_silent`` hears of a peer that did not answer within ``patience_s``."""
        self._patience_s = patience_s
        self._on_silent = on_silent
        self._waiting: dict[tuple[NodeId, type[Message]], asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, node_id: NodeId, question: type[Message]) -> None:
        """A question is on its way; asked twice, it is one."""
        self.answered(node_id, question)
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._patience_s, self._give_up, node_id, question)
        self._waiting[node_id, question] = timer

    def answered(self, node_id: NodeId, question: type[Message]) -> bool:
        """An answer came; whether it was waited for."""
        timer = self._waiting.pop((node_id, question), None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def drop(self, node_id: NodeId) -> bool:
        """A peer is gone; whether anything was waited for."""
        asked = [question for node, question in self._waiting if node == node_id]
        for question in asked:
            self.answered(node_id, question)
        return bool(asked)

    def close(self) -> None:
        """Wait for nothing any more."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()

    def _give_up(self, node_id: NodeId, question: type[Message]) -> None:
        del self._waiting[node_id, question]
        self._on_silent(node_id)
