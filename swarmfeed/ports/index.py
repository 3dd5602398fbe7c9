"""What is derived from the logs, and what was learnt of other nodes."""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import Notification
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.sightings import PLAIN, Reckoning


@dataclass(frozen=True, slots=True)
class KnownHolder:
    """A node that says it holds a feed, or a part of it."""

    node_id: NodeId
    link: Endpoint
    swarm: Endpoint
    size: int
    """Entries it holds a head for."""
    complete: bool
    """Whether it says it holds every chunk."""
    seen_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAuthor:
    """What the index has of an author; the defaults are what it has of somebody unknown."""

    name: str = ""
    bio: str = ""
    post_count: int = 0
    namesake: bool = False
    """Whether the name can be taken for that of another author in the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNotification:
    """A post of somebody else that concerns the person, and where it stands."""

    feed_id: FeedId
    index: int
    cursor: Cursor
    is_answer: bool
    is_mention: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """What the index has of the device that writes a feed; the defaults: nothing."""

    name: str = ""
    posts: int = 0
    last_ms: int | None = None
    """When its newest post was written."""


class Prepared(Protocol):
    """Entries that are about to be indexed, as their index wants them."""

    @property
    def times_ms(self) -> Sequence[int]:
        """What each claims."""
        ...


Ahead = Callable[[], Packed | None]
"""Reads the run that is likely to be prepared next, if there is one."""


class Index(Protocol):
    """What is derived from the logs, and what was learnt of other nodes.  A cache.

    Writing methods are called from one thread at a time; reading ones from any.
    """

    # damage
    def when_damaged(self, tell: Callable[[], None]) -> None:
        """Have ``tell`` called, in any thread, when damage is met: once for each time.

        Every call that meets it raises MendingError.
        """
        ...

    def begin_anew(self) -> bool:
        """Set a damaged index aside, and go on with an empty one; False: it is not damaged."""
        ...

    def check(self) -> None:
        """Look whether all of it agrees with itself.  Raises MendingError."""
        ...

    def scratch(self) -> AbstractContextManager["Index"]:
        """An empty index of the same kind, gone at the end of the block."""
        ...

    # writing
    def together(self, *, in_order: bool = False) -> AbstractContextManager[None]:
        """Keep all that this thread writes inside the block at its end, in one go, or, when
        the block raises, nothing.  Makes many small feeds as cheap as a large one.

        Args:
            in_order: It is all of one feed, and comes in its order.
        """
        ...

    def reserve(self, feed_id: FeedId, author_id: AuthorId, size: int) -> None:
        """Set row numbers aside for entries [0, size), so that a backlog indexed newest
        first still stands in its own order."""
        ...

    def add_entries(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        stored: Sequence[bytes],
        hashes: Sequence[Hash],
        *,
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        """Index stored entries of all kinds; idempotent.  Returns how many posts were new.

        Args:
            reckoning: By what times the feed's entries are sorted.
            with_posts: Without, what else was said is kept: names, follows, what was withdrawn.
        """
        ...

    def prepare(
        self, packed: Packed, ahead: Ahead | None = None
    ) -> Generator[Prepared, None, None]:
        """Do what can be done of adding entries without touching the index.

        Yields the parts of the run, in order; who does not take all closes it.

        Args:
            packed: The run.
            ahead: Asked once, while the last part is put in: what it gives may be begun.  It
                counts only where the very same is prepared next, so nothing is out of date.

        Raises:
            BadEncodingError: They are damaged, or not what anybody may have signed.
        """
        ...

    def add_prepared(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        prepared: Prepared,
        *,
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        """The same as ``add_entries``, of entries that were prepared; sooner for many."""
        ...

    def resort(self, feed_id: FeedId, start: int, stop: int, reckoning: Reckoning) -> None:
        """Sort entries [start, stop) anew: more was seen of the feed than when they came."""
        ...

    def indexed_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        """Half-open ranges already indexed, ascending and merged."""
        ...

    def indexed_by_feed(self) -> dict[FeedId, list[tuple[int, int]]]:
        """The same of all feeds; those of which nothing is indexed are left out."""
        ...

    def first_post(self, feed_id: FeedId) -> int | None:
        """Index of the oldest entry of a feed that is shown as a post."""
        ...

    def drop_feed(self, feed_id: FeedId) -> None: ...

    def clear(self) -> None:
        """Empty everything that can be rebuilt from the logs (holders and peers stay)."""
        ...

    def place_of_withdrawn(self, name: str) -> tuple[FeedId, int] | None:
        """Feed and index of a post that is shown no more, by the id it had."""
        ...

    def feeds_with_withdrawals(self) -> list[FeedId]:
        """Feeds that withdrew any of their entries; ascending ids."""
        ...

    def is_to_sweep(self) -> bool:
        """Whether texts are gone that may have left something behind."""
        ...

    def sweep(self) -> bool:
        """Take away what texts that are gone left behind on the disk, in short steps.

        Returns whether there is more to be done.  Raises PassingError: not now.
        """
        ...

    def save_own_author(self, author_id: AuthorId) -> None: ...

    def save_receipt(
        self, feed_id: FeedId, node_id: NodeId, size: int, time_s: int
    ) -> None: ...

    def save_holder(self, feed_id: FeedId, holder: KnownHolder) -> None: ...

    def save_peer(self, endpoint: Endpoint, *, seen_at_ms: int) -> None: ...

    def forget_peer(self, endpoint: Endpoint) -> None: ...

    # reading
    def known_sizes(self) -> dict[FeedId, tuple[AuthorId, int]]:
        """Of each feed whose it is, and how many entries it was known to have."""
        ...

    def feeds_later_than(self, time_ms: int) -> list[FeedId]:
        """Feeds with entries that may be sorted later than this; ascending ids."""
        ...

    def time_agreed_on(self, authors: int) -> int:
        """The latest time, in milliseconds, that so many followed authors other than ourselves
        claim has passed; 0 when fewer are followed."""
        ...

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]:
        """Posts of the own author and of those they follow, ``without`` those of some."""
        ...

    def newer_than(self, after: Cursor, without: Collection[AuthorId] = ()) -> int:
        """How many posts of the home timeline are newer than a cursor."""
        ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]: ...

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        """Posts that a query of ``core.words.query`` asks for, newest first; each is reached by
        going on at a cursor.

        Raises:
            UserError: It is no query, or more people are called by a name than are looked for.
        """
        ...

    def count_found(self, words: str, most: int) -> int:
        """How many posts a search finds on all its pages; no more than ``most`` are counted."""
        ...

    def post(self, feed_id: FeedId, index: int) -> PostView | None: ...

    def post_by_id(self, public_id: str) -> PostView | None:
        """The post that a public id names: of several the lowest (feed, index)."""
        ...

    def post_by_hash(self, entry_hash: Hash) -> PostView | None: ...

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        """Direct replies to a post, oldest first, those behind a place.  A withdrawn one is
        among them as long as something answers it."""
        ...

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        """What is left of a reply that was withdrawn: whose it was, and where it stood."""
        ...

    def count_below(self, answered: EntryRef, limit: int) -> int:
        """Replies to a post, replies to these, and so on; counted up to a limit."""
        ...

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        """The latest of these by sort time, if there are no more than the limit."""
        ...

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        """Which entries give a post another text, ascending; those withdrawn are left out."""
        ...

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        """Entries of a feed that are withdrawn, and by which entry at last."""
        ...

    def notifications(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[Notification]:
        """Posts of others that answer the own author's or mention them, newest first.

        Only what came since ``save_own_author`` is told apart.  None of them is ``unread``
        here: what was read is not derived from the logs.
        """
        ...

    def known_notifications(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[KnownNotification]:
        """The same, without what they say: a thousand cost what a page does.

        As many as ``limit`` says, which is not negative, also more than a page has.
        """
        ...

    def author(self, author_id: AuthorId) -> KnownAuthor | None:
        """An author who is ourselves, or has a feed in the index; else None."""
        ...

    def pinned(self, author_id: AuthorId) -> PostView | None:
        """The post of theirs that an author wants shown above the others, if it is here."""
        ...

    def sealed_entries(self, feed_id: FeedId, kind: str, limit: int) -> list[int]:
        """Where keys, or parts of private state, stand in a feed, the newest first.

        Withdrawn ones may be among them.
        """
        ...

    def device(self, feed_id: FeedId) -> KnownDevice:
        """What the device that writes a feed is called, and how much it posted."""
        ...

    def called(self, name: str) -> dict[AuthorId, str]:
        """At most SEARCH_AUTHORS_MAX authors with a name that readers take for this one, by
        ascending ids, and how each spells it."""
        ...

    def follows_of(self, author_id: AuthorId) -> list[AuthorId]:
        """Whom an author follows, by the newest follow entry on each; ascending ids."""
        ...

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]: ...

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        """Newest confirmed size for each node that sent a receipt."""
        ...

    def holders(self, feed_id: FeedId) -> list[KnownHolder]:
        """Most recently seen first."""
        ...

    def holders_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, list[KnownHolder]]:
        """The same of several feeds, in their order, far sooner than one by one."""
        ...

    def doors_of(self, feed_ids: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
        """Where holders of these feeds accept links, each once, most recently seen first; and
        whether one there told us itself."""
        ...

    def peers(self, limit: int) -> list[Endpoint]:
        """Endpoints that answered before, most recent first."""
        ...

    def check_writable(self) -> None:
        """Write something, and change nothing.  Raises PassingError while that is refused."""
        ...

    def release_memory(self) -> None:
        """Let go of what is kept at hand only to be faster; from any thread.

        Raises PassingError, MendingError: not now.
        """
        ...

    def close(self) -> None: ...
