"""What this node tells its parents it listens to: posts of, for and about whom it cares for.

Keys are made with each parent's own salt, and told as they change.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.push.posting import Verified
from swarmfeed.core.push.words import Listen, Salt
from swarmfeed.core.supernode.interests import (
    Delta,
    answers_key,
    author_key,
    deltas,
    encode_keys,
    keys_of_post,
    mentions_key,
    phrases_among,
)
from swarmfeed.core.supernode.limits import INTEREST_SALT_BYTES, INTERESTS_MAX
from swarmfeed.errors import BadEncodingError
from swarmfeed.node.ground.events import (
    CertificatesGrew,
    InterestRose,
    ParentCame,
    ParentGone,
    PrivateChanged,
    Unfollowed,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import LISTEN
from swarmfeed.node.ground.session import Session
from swarmfeed.node.push.courier import Courier
from swarmfeed.node.push.subscribed import Subscribed

TOLD_AFTER_S: Final = 0.2
"""How long what changes is gathered: who imports follows raises thousands of interests."""


class ParentSide(Struct):
    """What a parent was told."""

    salt: bytes = b""
    """Empty: it did not say it yet."""
    told: frozenset[int] = frozenset()
    is_first: bool | None = None
    """What it was told of its place; None: nothing yet."""
    messages: int = 0
    changed: set[int] = field(default_factory=set)
    """Keys that went: posts for them may be under way."""


class Ears:
    """Tells parents; belongs to the node's loop."""

    def __init__(self, ground: Ground, courier: Courier, subscribed: Subscribed) -> None:
        self._own = ground.identity.author_id
        self._own_feed = ground.identity.feed_id
        self._layer = ground.layer
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._beside = ground.beside
        self._courier = courier
        self._subscribed = subscribed
        self._is_due = False

    # --- what happens ---

    def on_salt(self, session: Session, told: Salt) -> None:
        """A parent says by which salt words are keys; it may come before we know it is one."""
        if len(told.salt) != INTEREST_SALT_BYTES:
            raise BadEncodingError("a salt of another length")
        side = session.part(ParentSide)
        side.salt, side.told, side.is_first = told.salt, frozenset(), None
        self._tell_all()

    def on_parent(self, _: ParentCame | ParentGone) -> None:
        """Which of them comes first is told anew."""
        self._tell_all()

    def on_change(self, _: InterestRose | Unfollowed | CertificatesGrew) -> None:
        self._tell_soon()

    def on_private(self, event: PrivateChanged) -> None:
        if any(row.scope == LISTEN for row in event.rows):
            self._tell_all()  # at once: the person is told that somebody looks out for it

    def count_told(self) -> int:
        """How many parents are told what the person listens to."""
        return sum(bool(each.part(ParentSide).salt) for each in self._layer.parents)

    def is_met(self, session: Session, verified: Verified) -> bool:
        """Whether a post meets anything that a parent was told: else it brought it unasked."""
        side = session.part(ParentSide)
        wanted = side.told | side.changed
        author_id, body = verified.author_id, verified.body
        if not isinstance(body, PostBody):
            return author_key(author_id) in wanted
        phrases = phrases_among(wanted)
        return not wanted.isdisjoint(keys_of_post(author_id, body, side.salt, phrases))

    # --- inside ---

    def _keys(self, salt: bytes) -> frozenset[int]:
        """All that is listened to, what matters most first, as far as a parent takes it."""
        keys: dict[int, None] = {}
        for key in self._keys_in_order(salt):
            keys[key] = None
            if len(keys) == INTERESTS_MAX:
                break
        return frozenset(keys)

    def _keys_in_order(self, salt: bytes) -> Iterator[int]:
        yield mentions_key(self._own)
        for feed_id in {self._own_feed, *self._shelf.feeds_of(self._own)}:
            yield answers_key(feed_id)
        for each in self._subscribed.all():
            yield each.key(salt)
        for author_id in self._interests.read():
            yield author_key(author_id)

    def _tell_soon(self) -> None:
        if not self._is_due and self._layer.parents:
            self._is_due = True
            self._beside.spawn(self._tell_later())

    async def _tell_later(self) -> None:
        await asyncio.sleep(TOLD_AFTER_S)
        self._is_due = False
        self._tell_all()

    def _tell_all(self) -> None:
        for place, session in enumerate(self._layer.parents):
            if session.part(ParentSide).salt:
                self._tell(session, is_first=place == 0)

    def _tell(self, session: Session, *, is_first: bool) -> None:
        side = session.part(ParentSide)
        is_new, keys = side.is_first is None, self._keys(side.salt)
        changes = list(deltas(side.told, keys))
        if not changes and side.is_first == is_first:
            return
        side.changed = set(side.told - keys)
        side.told, side.is_first = keys, is_first
        for number, delta in enumerate(changes or [Delta()], start=1):
            again = is_new and number >= len(changes)
            self._say(session, delta, is_first=is_first, again=again)

    def _say(self, session: Session, delta: Delta, *, is_first: bool, again: bool) -> None:
        side = session.part(ParentSide)
        side.messages += 1
        told = Listen(
            added=encode_keys(delta.added),
            removed=encode_keys(delta.removed),
            first=is_first,
            again=again,
        )
        self._courier.put(session, ("listen", side.messages), told)
