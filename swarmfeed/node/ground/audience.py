"""The door by which a part writes for some people only, and reads what was written so.

The role of circles fills it: it has the keys, opens what it can into ``opened``, and says which
circle an entry is for.  Without it everything is for everybody.
"""

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.opened import OpenedPost, OpenedPosts
from swarmfeed.core.circles.sentences import (
    NO_SUCH_CIRCLE,
    NOT_TO_ANOTHER,
    OF_THE_CIRCLE_ONLY,
)
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    PostBody,
    ProtectedBody,
    ReactBody,
)
from swarmfeed.errors import UserError

T = TypeVar("T")


class KeyKeeper(Protocol):
    """Has the keys of circles."""

    def circle_called(self, name: str) -> Circle:
        """An own circle.  Raises UserError: there is none."""
        ...

    def words(self, post: OpenedPost) -> str:
        """Who can read a post, for a person; from any thread."""
        ...

    async def make_ready(self, circle: Circle) -> None:
        """See to it that there is a key that only those have who are to read.

        Raises:
            UserError, PassingError: There is none, and none can be made now.
        """
        ...

    def protect(self, circle: Circle, body: Body, index: int) -> ProtectedBody:
        """Return a body as the next entry of the own feed.  Raises UserError: too long."""
        ...

    def wrote(self, circle: Circle, body: Body, ref: EntryRef, time_ms: int) -> None:
        """An entry that was protected is on disk."""
        ...


class Audience:
    """Who can read what; its answers on posts come from any thread."""

    def __init__(self) -> None:
        self._keeper: KeyKeeper | None = None
        self._opened = OpenedPosts()
        self._lock = threading.Lock()

    def connect(self, keeper: KeyKeeper) -> None:
        """Have protected entries made and opened.  A second one is a bug: ValueError."""
        if self._keeper is not None:
            raise ValueError("somebody has the keys already")
        self._keeper = keeper

    # --- reading ---

    @property
    def is_empty(self) -> bool:
        """Whether nothing was opened."""
        return not len(self._opened)

    def opened(self, ask: Callable[[OpenedPosts], T]) -> T:
        """Ask, or change, what was opened: one thread at a time."""
        with self._lock:
            return ask(self._opened)

    def words(self, post: OpenedPost) -> str:
        """Who can read a post, for a person."""
        return self._keeper.words(post) if self._keeper is not None else ""

    # --- writing ---

    def of(self, body: Body, own: FeedId, to: str = "") -> Circle | None:
        """For whom an entry has to be; None: for everybody.

        What answers a protected post, reacts to it, or gives it another text, is for those who
        can read that post.

        Args:
            own: The feed that it goes into.
            to: The name of an own circle; empty: for everybody, or as the post that it answers.

        Raises:
            UserError: It would tell others of a post that they cannot read.
        """
        named = self._called(to) if to else None
        answered, quoted = _points(body, own)
        above = self._opened_at(answered)
        if above is not None and above.circle is None:
            raise UserError(OF_THE_CIRCLE_ONLY())  # shared alone: we have no key of its circle
        chosen = above.circle if above is not None else named
        if named is not None and chosen != named:
            raise UserError(NOT_TO_ANOTHER())
        beside = self._opened_at(quoted)
        if beside is not None and (chosen is None or beside.circle != chosen):
            raise UserError(OF_THE_CIRCLE_ONLY())
        return chosen

    async def make_ready(self, circle: Circle) -> None:
        """As ``KeyKeeper.make_ready``."""
        await self._having().make_ready(circle)

    def protect(self, circle: Circle, body: Body, index: int) -> ProtectedBody:
        """As ``KeyKeeper.protect``."""
        return self._having().protect(circle, body, index)

    def wrote(self, circle: Circle, body: Body, ref: EntryRef, time_ms: int) -> None:
        """As ``KeyKeeper.wrote``."""
        self._having().wrote(circle, body, ref, time_ms)

    # --- inside ---

    def _called(self, name: str) -> Circle:
        if self._keeper is None:
            raise UserError(NO_SUCH_CIRCLE(name=name))
        return self._keeper.circle_called(name)

    def _having(self) -> KeyKeeper:
        assert self._keeper is not None, "a circle was named by whoever has the keys"
        return self._keeper

    def _opened_at(self, place: tuple[FeedId, int] | None) -> OpenedPost | None:
        return None if place is None else self.opened(lambda posts: posts.get(*place))


def _points(
    body: Body, own: FeedId
) -> tuple[tuple[FeedId, int] | None, tuple[FeedId, int] | None]:
    """What an entry speaks of, and what it quotes."""
    match body:
        case PostBody():
            return _place(body.reply), _place(body.quote)
        case EditBody():
            return (own, body.index), _place(body.quote)
        case ReactBody() | BoostBody():
            return _place(body.ref), None
    return None, None


def _place(ref: EntryRef | None) -> tuple[FeedId, int] | None:
    return None if ref is None else (ref.feed_id, ref.index)
