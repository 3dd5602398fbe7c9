"""Whom this node cares about, and how much."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.limits import UNPACKED_TIMES


def _always(_: FeedId) -> bool:
    return True


class Interest(Struct, frozen=True, eq=False, kw_only=True):
    """A reason to keep an author's feeds, and what follows from it; roles may bring more."""

    rank: int
    """A higher one goes before a lower one."""
    relation: str
    """What status says of such an author."""
    whole: bool = True
    """Whether the feeds are fetched whole; otherwise as far as the disk budget goes."""
    read: bool = True
    """Whether a person asked for them."""
    indexed: bool = True
    """Whether what is held can be read and found."""
    shown_bytes: int | None = None
    """Unpacked bytes of each author that are indexed, the newest, until a person opens their
    page; None: as many as of anybody."""
    shown_times: int | None = None
    """The same, for each byte on disk."""
    sleeps: bool = False
    """Whether their torrents are loaded only while somebody asks for them."""
    may_fetch: Callable[[FeedId], bool] = _always
    """Whether chunks of a feed that is kept whole may be fetched now."""


FRIEND_OF_FRIEND: Final = Interest(
    rank=10,
    relation="friend of a friend",
    whole=False,
    read=False,
    shown_times=UNPACKED_TIMES,
)
"""Followed by somebody we follow: newest chunks, as far as the disk budget goes."""

LOOKED_AT: Final = Interest(
    rank=20, relation="looked at", whole=False, read=False, indexed=False
)
"""A person asked what it would take to follow them: a few newest chunks tell."""

FETCHED: Final = Interest(rank=30, relation="fetched")
"""Asked for once: kept whole and readable, not in the home timeline."""

FOLLOWED: Final = Interest(rank=40, relation="followed")

OWN: Final = Interest(rank=50, relation="own")

Seek = Callable[[], Iterable[AuthorId]]
Policy = Callable[[], str]


class Interests:
    """The interest in each author; the strongest reason counts."""

    def __init__(self) -> None:
        self._interests: dict[AuthorId, Interest] = {}
        self._ranked: list[AuthorId] | None = None
        """Everybody, strongest interest first; None: it has changed since."""
        self._opened: set[AuthorId] = set()
        """Whose page was opened: they are indexed as those are whom a person asked for."""
        self._seeks: list[Seek] = []
        self._policies: list[Policy] = []

    def connect(self, seek: Seek, policy: Policy) -> None:
        """Ask one more role whom it looks for, and how it decides what is held for others."""
        self._seeks.append(seek)
        self._policies.append(policy)

    # --- looking ---

    def of(self, author_id: AuthorId) -> Interest | None:
        return self._interests.get(author_id)

    def rank(self, author_id: AuthorId) -> int:
        """How much is cared for an author: 0 is not at all."""
        interest = self._interests.get(author_id)
        return interest.rank if interest is not None else 0

    def is_kept_whole(self, author_id: AuthorId) -> bool:
        interest = self._interests.get(author_id)
        return interest is not None and interest.whole

    def is_read(self, author_id: AuthorId) -> bool:
        """Whether a person asked for the author, who is kept whole."""
        interest = self._interests.get(author_id)
        return interest is not None and interest.read

    def sleeps(self, author_id: AuthorId) -> bool:
        """Whether torrents of the author are loaded only while somebody asks for them."""
        interest = self._interests.get(author_id)
        return interest is not None and interest.sleeps

    def may_fetch(self, author_id: AuthorId, feed_id: FeedId) -> bool:
        """Whether chunks of a feed of the author may be fetched now, to have it whole."""
        interest = self._interests.get(author_id)
        return interest is not None and interest.whole and interest.may_fetch(feed_id)

    def is_indexed(self, author_id: AuthorId) -> bool:
        """Whether what is held of an author can be read and found."""
        interest = self._interests.get(author_id)
        return interest is not None and interest.indexed

    def shown_bytes(self, author_id: AuthorId, disk_bytes: int) -> int | None:
        """Unpacked bytes of an author that are indexed; None: as many as of anybody.

        Args:
            disk_bytes: What is held of the author, packed.
        """
        interest = self._interests.get(author_id)
        if interest is None or author_id in self._opened:
            return None
        times = interest.shown_times
        return interest.shown_bytes if times is None else times * disk_bytes

    def all(self) -> list[AuthorId]:
        """Everybody, strongest interest first."""
        ranked = self._ranked
        if ranked is None:
            ranked = self._ranked = sorted(self._interests, key=self.rank, reverse=True)
        return ranked.copy()

    def read(self) -> list[AuthorId]:
        """Authors that a person asked for, strongest interest first."""
        return [each for each in self.all() if self.is_read(each)]

    def with_interest(self, interest: Interest) -> list[AuthorId]:
        return [each for each, level in self._interests.items() if level is interest]

    def sought(self) -> list[AuthorId]:
        """Authors to be looked for now and then, though no person asked for them."""
        return [author_id for seek in self._seeks for author_id in seek()]

    def policy(self) -> str:
        """What decides now which feeds are held for others; empty: nothing but the budget."""
        return next((said for policy in self._policies if (said := policy())), "")

    # --- changing ---

    def raise_to(self, author_id: AuthorId, interest: Interest) -> bool:
        """Care at least that much; returns whether that is more than before."""
        if self.rank(author_id) >= interest.rank:
            return False
        self.lower_to(author_id, interest)
        return True

    def lower_to(self, author_id: AuthorId, interest: Interest) -> None:
        """Care that much from now on, and no more."""
        self._interests[author_id] = interest
        self._ranked = None

    def open(self, author_id: AuthorId) -> bool:
        """Index an author as those a person asked for; returns whether that is more."""
        if self.shown_bytes(author_id, 0) is None:
            return False
        self._opened.add(author_id)
        return True

    def forget(self, author_id: AuthorId) -> None:
        self._interests.pop(author_id, None)
        self._ranked = None
        self._opened.discard(author_id)
