"""What a node hears while it is measured: a stopwatch and a counter around its switchboard."""

import time
from typing import Any, Final

from swarmfeed.core.catchup import words as catchup
from swarmfeed.core.talk.message import Message
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.node.ground.events import LinkOpened, listens
from swarmfeed.node.ground.session import Session
from swarmfeed.node.node import Node

CAUGHT_UP: Final = frozenset(word.name for word in catchup.WORDS)
"""Messages of the answer to who was away."""


class Heard:
    """All messages from now on, and when the first link opened."""

    def __init__(self, node: Node) -> None:
        self.linked = 0
        """When the first link opened."""
        self._heard: list[Message] = []
        board, hear = node.ground.switchboard, node.ground.switchboard.hear

        async def note(session: Session, message: Message, found: object = None) -> None:
            self._heard.append(message)
            await hear(session, message, found)

        board.hear = note  # type: ignore[method-assign]
        node.ground.events.connect((listens(LinkOpened, self._on_open),))

    def _on_open(self, _: LinkOpened) -> None:
        self.linked = self.linked or time.monotonic_ns()

    def counted(self) -> dict[str, Any]:
        """Bytes of all messages, and of those of an answer with all news."""
        sizes = [(each.name, len(VOCABULARY.encode(each))) for each in self._heard]
        return {
            "all_bytes": sum(size for _, size in sizes),
            "news_bytes": sum(size for name, size in sizes if name in CAUGHT_UP),
            "messages": len(sizes),
        }
