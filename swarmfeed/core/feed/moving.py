"""Moving an author to the second sheet: what the new author key signs, all at once.

    rotate   the prepared key takes over, and commits to the key of a new second sheet
    join     for the feed whose key is at hand
    keep     for every other feed that stays: its key may be lost, or on another machine

Only certificates of the newest generation count, so a feed that is not named here is the
author's no longer: what a thief joined is gone with that.  A feed whose key may be in a
thief's hands is kept up to an end.

Pure: which feeds stay is decided by a person.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import FEEDS_PER_AUTHOR_MAX
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.author import AuthorFeeds, which_sheet
from swarmfeed.core.feed.authorkey import AuthorKey, Sheet
from swarmfeed.core.feed.certificate import (
    Certificate,
    Join,
    Keep,
    sign_join,
    sign_keep,
    sign_rotate,
)


class Stays(Struct, frozen=True, kw_only=True):
    """A feed that stays the author's."""

    feed_id: FeedId
    end: int | None = None
    """Entries [0, end) stay; None: all of them, and those to come."""


def key_after(state: AuthorFeeds, signing: SigningKey, next_key_hash: Hash) -> AuthorKey:
    """Return what the words of the second sheet sign with.

    Args:
        state: Of the author before the move.
        signing: Key pair of the second sheet.
        next_key_hash: Commits to the key of the new second sheet.

    Raises:
        ValueError: It is not the key that was prepared.
    """
    if which_sheet(state, signing.public) is not Sheet.SECOND:
        raise ValueError("not the key of the second sheet")
    return AuthorKey(
        signing=signing,
        author_id=state.author_id,
        generation=state.generation + 1,
        next_key_hash=next_key_hash,
    )


def key_in_force(state: AuthorFeeds, signing: SigningKey) -> AuthorKey:
    """Return what the words of the first sheet sign with.

    Raises:
        ValueError: It is not the key in force.
    """
    if which_sheet(state, signing.public) is not Sheet.FIRST or state.next_key_hash is None:
        raise ValueError("not the key in force")
    return AuthorKey(
        signing=signing,
        author_id=state.author_id,
        generation=state.generation,
        next_key_hash=state.next_key_hash,
    )


def sign_move(
    author: AuthorKey,
    state: AuthorFeeds,
    known: Mapping[bytes, Certificate],
    own: SigningKey,
    stays: Iterable[Stays],
    *,
    now_ms: int,
) -> tuple[bytes, ...]:
    """Sign what moves an author, or what is still lacking after a move.

    Repeated with the same ``state`` it says the same.

    Args:
        author: Of ``key_after``, or of ``key_in_force`` after the move.
        known: Certificates that are known of the author, what each signed one says: joins and
            keeps of the feeds that stay must be among them.
        own: Key of the feed at hand; it may be a new one.
        stays: The other feeds that stay.  Those without a join that is known are left out, and
            so are those above FEEDS_PER_AUTHOR_MAX.
        now_ms: The author's clock.

    Returns:
        Signed certificates, the rotate first.
    """
    own_id = FeedId(own.public)
    wanted = [each for each in stays if each.feed_id != own_id]
    joins = _oldest_joins(author, known)
    is_move = author.generation > state.generation
    signed = [sign_rotate(author, state.key)] if is_move and state.key is not None else []
    if is_move or state.feed(own_id) is None:
        signed.append(_join_anew(author, own, known, now_ms))
    for each in wanted[: FEEDS_PER_AUTHOR_MAX - 1]:
        counts = not is_move and state.feed(each.feed_id) is not None
        if each.feed_id in joins and not counts:
            old = joins[each.feed_id]
            signed.append(sign_keep(author, old, from_ms=now_ms, end=each.end))
    return tuple(signed)


def feeds_joined(known: Mapping[bytes, Certificate]) -> dict[FeedId, int]:
    """Return the feeds that any certificate joins, and when they joined, by the author's clock:
    also those that others pushed out of the ones that count."""
    joined: dict[FeedId, int] = {}
    for each in known.values():
        if isinstance(each, Join | Keep):
            before = joined.get(each.feed_id, each.joined_ms)
            joined[each.feed_id] = min(before, each.joined_ms)
    return joined


def _oldest_joins(author: AuthorKey, known: Mapping[bytes, Certificate]) -> dict[FeedId, bytes]:
    """Return what a feed can be kept by: the oldest there is, and the lowest form of it."""
    found: dict[FeedId, tuple[int, int, bytes]] = {}
    for signed, each in known.items():
        is_older = each.generation < author.generation
        if isinstance(each, Join | Keep) and is_older and each.author_id == author.author_id:
            order = (each.joined_ms, each.generation, signed)
            found[each.feed_id] = min(order, found.get(each.feed_id, order))
    return {feed_id: signed for feed_id, (_, _, signed) in found.items()}


def _join_anew(
    author: AuthorKey, own: SigningKey, known: Mapping[bytes, Certificate], now_ms: int
) -> bytes:
    """Join the feed at hand; it goes on where it stands among the author's feeds."""
    old = [
        each
        for each in known.values()
        if isinstance(each, Join | Keep) and each.feed_id == own.public
    ]
    joined_ms = min((each.joined_ms for each in old), default=now_ms)
    is_first = any(each.is_first for each in old)
    return sign_join(author, own, from_ms=joined_ms, is_first=is_first)
