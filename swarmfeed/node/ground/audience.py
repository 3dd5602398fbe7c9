"""The door by which a part writes for some people only, and reads what was written so.

The role of circles fills it: it has the keys, opens what it can into ``opened``, and says which
circle an entry is for.  Without it everything is for everybody.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.opened import OpenedPost, OpenedPosts
from swarmfeed.core.circles.sentences import (
    CLOSED_HERE,
    NO_SUCH_CIRCLE,
    NOT_TO_ANOTHER,
    OF_THE_CIRCLE_ONLY,
)
from swarmfeed.core.feed.kinds import Body
from swarmfeed.core.feed.pointing import Place, answered_by, named_by
from swarmfeed.core.feed.sealed_kinds import ProtectedBody
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

    def is_protected(self, place: Place) -> bool:
        """Whether an entry is for some people only, opened or not; may take a while.

        Raises:
            PassingError: It cannot be read now.
        """
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

    async def of(self, body: Body, own: FeedId, to: str = "") -> Circle | None:
        """For whom an entry has to be; None: for everybody.

        What answers a protected post, reacts to it, or gives it another text, is for those who
        can read that post.  Nothing else names it: whether it was opened here or not.

        Args:
            own: The feed that it goes into.
            to: The name of an own circle; empty: for everybody, or as the post that it answers.

        Raises:
            UserError: It would tell others of a post that they cannot read.
            PassingError: Whether it would cannot be seen now.
        """
        named = self._called(to) if to else None
        answered = answered_by(body, own)
        above = await self._readers_of(answered) if answered is not None else None
        chosen = above or named
        if named is not None and chosen != named:
            raise UserError(NOT_TO_ANOTHER())
        for ref in named_by(body):
            if not await self.may_name(ref, chosen):
                raise UserError(OF_THE_CIRCLE_ONLY())
        return chosen

    async def may_name(self, ref: EntryRef, circle: Circle | None) -> bool:
        """Whether what is for some people, or for everybody, may speak of an entry."""
        place = ref.feed_id, ref.index
        post = self._opened_at(place)
        if post is not None:
            return post.circle is not None and post.circle == circle
        return not await self._is_protected(place)

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

    async def _readers_of(self, place: Place) -> Circle | None:
        """Who can read an entry; None: everybody.  Raises UserError: not for us to answer."""
        post = self._opened_at(place)
        if post is None:
            if await self._is_protected(place):
                raise UserError(CLOSED_HERE())
            return None
        if post.circle is None:
            raise UserError(OF_THE_CIRCLE_ONLY())  # shared alone
        return post.circle

    async def _is_protected(self, place: Place) -> bool:
        keeper = self._keeper
        return keeper is not None and await asyncio.to_thread(keeper.is_protected, place)

    def _opened_at(self, place: Place) -> OpenedPost | None:
        return self.opened(lambda posts: posts.get(*place))
