"""Legal messages by seed, from what their classes declare: also of messages to come."""

from contextlib import suppress
from random import Random
from types import UnionType
from typing import Annotated, Any, Final, NewType, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.marks import Between, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.words import Farewell, Notices
from swarmfeed.core.state.words import Mine
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    HeadOffer,
    NewEntries,
    Patch,
    Receipt,
)
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.errors import BadEncodingError

PROVEN: Final = (
    Certificates,
    Farewell,
    ForkProof,
    HeadOffer,
    Mine,
    NewEntries,
    Notices,
    Receipt,
)
"""Messages whose bytes have to be true, too: random ones would break the rules."""

LONG: Final = (Patch,)
"""Messages that luck makes longer than a link carries."""

RANDOM: Final = tuple(each for each in VOCABULARY.words if each not in PROVEN + LONG)

ODD: Final = (0, 1, 2, 3, 255, 256, 257, 300, 4_096, 65_537, 2**31)


class Words:
    """Makes messages of known and unknown ids, of any length from none to the longest."""

    def __init__(
        self, luck: Random, authors: list[AuthorId], feeds: list[FeedId], nodes: list[NodeId]
    ) -> None:
        self._luck = luck
        self._known: dict[Any, list[Any]] = {AuthorId: authors, FeedId: feeds, NodeId: nodes}

    def any(self) -> Message:
        """A message of any type that needs no proof."""
        while True:
            made: Message = self.make(self._luck.choice(RANDOM))
            with suppress(BadEncodingError):  # more values than a message may have
                VOCABULARY.decode(VOCABULARY.encode(made))
                return made

    def make(self, record: type[Any]) -> Any:
        """A record with any values that its annotations allow."""
        hints = get_type_hints(record, include_extras=True)
        return record(**{name: self._value(hints[name]) for name in record.__struct_fields__})

    def _value(self, hint: Any, **bounds: Any) -> Any:
        if get_origin(hint) is Annotated:
            inner, *marks = get_args(hint)
            return self._value(inner, **{type(mark).__name__: mark for mark in marks} | bounds)
        if get_origin(hint) in (Union, UnionType):
            (some,) = [each for each in get_args(hint) if each is not type(None)]
            return self._luck.choice((None, self._value(some, **bounds)))
        if get_origin(hint) is tuple:
            return self._items(get_args(hint)[0], bounds[UpTo.__name__].most)
        if isinstance(hint, NewType):
            known = self._known.get(hint) if self._luck.random() < 0.9 else None
            return self._luck.choice(known) if known else self._luck.randbytes(KEY_BYTES)
        if isinstance(hint, type) and issubclass(hint, Struct):
            return self.make(hint)
        return self._scalar(hint, **bounds)

    def _items(self, hint: Any, most: int) -> tuple[Any, ...]:
        count = self._luck.choice((0, 1, 2, self._luck.randint(0, most), most))
        # Made once and repeated: what is dear is to take it in, not to think of it.
        made = [self._value(hint) for _ in range(min(count, 50))]
        return tuple(self._luck.choice(made) for _ in range(count))

    def _scalar(self, hint: Any, **bounds: Any) -> Any:
        if hint is bool:
            return self._luck.random() < 0.5
        if hint is int:
            bound: Between = bounds[Between.__name__]
            odd = [each for each in ODD if bound.low <= each <= bound.high]
            return self._luck.choice([*odd, bound.low, bound.high])
        if hint is bytes:
            return self._luck.randbytes(self._luck.choice((0, 1, bounds[UpTo.__name__].most)))
        return f"127.62.{self._luck.randrange(256)}.{self._luck.randrange(1, 255)}"
