"""Answers to one peer that go out together: many small feeds in few messages."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Final

from swarmfeed.core.talk.limits import (
    SEVERAL_BYTES,
    SEVERAL_MAX,
    SEVERAL_VALUES,
    SPLIT_MIN,
)
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Have, HeadOffer, Holders, NotHeld, Receipt, Several

Say = Callable[[Message], Awaitable[object]]
"""Sends a message, or puts it with others that go out soon."""

_KINDS: Final = (Have, HeadOffer, Holders, Receipt, NotHeld)
"""What a ``several`` has, in its order."""

_VALUES: Final = 24
"""About as many has a message of these beside its entries and holders."""


class Bundle:
    """Takes messages, and sends them as few; whatever else comes goes out after them."""

    def __init__(self, send: Say) -> None:
        self._send = send
        self._said: list[Message] = []
        self._counts: Counter[type[Message]] = Counter()
        self._bytes = self._values = 0

    async def say(self, message: Message) -> None:
        """Send a message with others, now or with ``flush``."""
        if not isinstance(message, _KINDS):
            await self.flush()
            await self._send(message)
            return
        size_bytes, values = _weight(message)
        is_large = size_bytes >= SEVERAL_BYTES or values >= SEVERAL_VALUES
        if is_large or self._counts[type(message)] >= SEVERAL_MAX:
            # A large one alone fits into a message whatever is in it; and of as many feeds as
            # fit in one all goes out together: else what is said last of each goes out alone.
            await self.flush()
        self._said.append(message)
        self._counts[type(message)] += 1
        self._bytes += size_bytes
        self._values += values
        if is_large or self._is_full():
            await self.flush()

    async def flush(self) -> None:
        """Send what was put in."""
        said, self._said = self._said, []
        self._counts.clear()
        self._bytes = self._values = 0
        if len(said) >= SPLIT_MIN:
            await self._send(_several(said))
            return
        for message in said:
            await self._send(message)

    def _is_full(self) -> bool:
        return self._bytes >= SEVERAL_BYTES or self._values >= SEVERAL_VALUES


def _several(said: list[Message]) -> Several:
    return Several(
        haves=tuple(each for each in said if isinstance(each, Have)),
        heads=tuple(each for each in said if isinstance(each, HeadOffer)),
        holders=tuple(each for each in said if isinstance(each, Holders)),
        receipts=tuple(each for each in said if isinstance(each, Receipt)),
        not_held=tuple(each for each in said if isinstance(each, NotHeld)),
    )


def _weight(message: Message) -> tuple[int, int]:
    """About how many bytes and values a message has."""
    if isinstance(message, HeadOffer):
        parts = (*message.tail, *message.certificates, message.chunk_list)
        return sum(map(len, parts)), _VALUES + len(parts) + len(message.consistency)
    if isinstance(message, Holders):
        return 128 * len(message.holders), _VALUES * (1 + len(message.holders))
    return 0, _VALUES
