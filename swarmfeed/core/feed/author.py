"""Which feeds are an author's: a pure function of a grow-only set of certificates.

Order and repetition of certificates do not matter, so nodes that know the same set agree.

    feed counts       a join of this author names it
    its range         [0, lowest size of its leaves), without an end when there is no leave
    too many feeds    the FEEDS_PER_AUTHOR_MAX that joined first count, by (from_ms, feed_id)
    next author key   the hash in the first join, by the same order, that carries one
    rotation          a rotate that reveals the key of that hash

A thief of the author key can sign a join that is dated back and prepares a key of their own.
So whoever knows an author keeps the ``next_key_hash`` they saw first, and passes it in as
``pinned``; for them a thief's later hash means nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from swarmfeed.core.base.limits import CERTIFICATES_MAX, FEEDS_PER_AUTHOR_MAX
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.certificate import Certificate, Join, Leave, Rotate, hash_next_key


@dataclass(frozen=True, slots=True)
class CertifiedFeed:
    """A feed of an author, and how much of it is theirs."""

    feed_id: FeedId
    from_ms: int
    """When it joined, by the author's clock."""
    end: int | None
    """Entries [0, end) are the author's; None: all of them, and those to come."""


@dataclass(frozen=True, slots=True)
class AuthorFeeds:
    """The state of an author."""

    author_id: AuthorId
    feeds: tuple[CertifiedFeed, ...]
    """First joined first; at most FEEDS_PER_AUTHOR_MAX."""
    next_key_hash: Hash | None
    """Commits to the author key that may take over."""
    next_author_id: AuthorId | None
    """The author key that took over; None while this one is in force."""

    def feed(self, feed_id: FeedId) -> CertifiedFeed | None:
        """Return one feed; None when it is not the author's."""
        return next((feed for feed in self.feeds if feed.feed_id == feed_id), None)


def feeds_of(
    author_id: AuthorId, certificates: Iterable[Certificate], *, pinned: Hash | None = None
) -> AuthorFeeds:
    """Return the state of an author.

    Args:
        author_id: Whose; certificates of others are ignored.
        certificates: Opened ones, in any order, repeated or not.
        pinned: The ``next_key_hash`` this author had when we first saw one, if we did.
    """
    own = [each for each in certificates if each.author_id == author_id]
    joins = _first_joins(own)
    ends = _lowest_ends(own)
    next_key_hash = pinned or next(
        (join.next_key_hash for join in joins if join.next_key_hash is not None), None
    )
    return AuthorFeeds(
        author_id=author_id,
        feeds=tuple(
            CertifiedFeed(join.feed_id, join.from_ms, ends.get(join.feed_id)) for join in joins
        ),
        next_key_hash=next_key_hash,
        next_author_id=_revealed(own, next_key_hash),
    )


def choose_certificates(
    author_id: AuthorId, opened: Mapping[bytes, Certificate], *, pinned: Hash | None = None
) -> tuple[bytes, ...]:
    """Return the signed certificates worth keeping and passing on, in ascending order.

    They give the same ``feeds_of`` as all of them together, and are at most CERTIFICATES_MAX,
    whatever was offered.  A leave is kept even before its join was seen.

    Args:
        author_id: Whose; certificates of others are left out.
        opened: What each signed certificate says: the union of the known and the offered.
        pinned: As for ``feeds_of``.
    """
    # One of several signed forms that say the same: the lowest, so that all nodes agree.
    lowest: dict[Certificate, bytes] = {}
    for signed in sorted(opened, reverse=True):
        if opened[signed].author_id == author_id:
            lowest[opened[signed]] = signed
    joins = _first_joins(lowest)
    successor = _revealed(lowest, feeds_of(author_id, lowest, pinned=pinned).next_key_hash)
    chosen: list[Certificate] = [*joins, *_lowest_leaves(lowest, joins)]
    if successor is not None:
        chosen.append(Rotate(author_id, successor))
    assert len(chosen) <= CERTIFICATES_MAX
    return tuple(sorted(lowest[each] for each in chosen))


def _lowest_leaves(own: Iterable[Certificate], joins: Iterable[Join]) -> list[Leave]:
    """Return the leave that counts for each feed, those of feeds that joined first."""
    joined = {join.feed_id for join in joins}
    leaves = [each for each in own if isinstance(each, Leave)]
    leaves.sort(
        key=lambda each: (each.feed_id not in joined, each.feed_id, each.size, each.from_ms)
    )
    found: dict[FeedId, Leave] = {}
    for leave in leaves:
        found.setdefault(leave.feed_id, leave)
    return list(found.values())[:FEEDS_PER_AUTHOR_MAX]


def _join_order(join: Join) -> tuple[int, FeedId, bool, bytes]:
    return (join.from_ms, join.feed_id, join.next_key_hash is None, join.next_key_hash or b"")


def _first_joins(own: Iterable[Certificate]) -> list[Join]:
    """Return the join that counts for each feed that counts, first joined first."""
    joins: dict[FeedId, Join] = {}
    for join in sorted((each for each in own if isinstance(each, Join)), key=_join_order):
        joins.setdefault(join.feed_id, join)
    return list(joins.values())[:FEEDS_PER_AUTHOR_MAX]


def _lowest_ends(own: Iterable[Certificate]) -> dict[FeedId, int]:
    sizes: defaultdict[FeedId, list[int]] = defaultdict(list)
    for each in own:
        if isinstance(each, Leave):
            sizes[each.feed_id].append(each.size)
    return {feed_id: min(found) for feed_id, found in sizes.items()}


def _revealed(own: Iterable[Certificate], next_key_hash: Hash | None) -> AuthorId | None:
    # Only one key has the hash, so there is nothing to choose from.
    for each in own:
        if isinstance(each, Rotate) and hash_next_key(each.next_author_id) == next_key_hash:
            return each.next_author_id
    return None
