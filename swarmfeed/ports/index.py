"""What is derived from the logs, and what was learnt of other nodes."""

from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import NEWER_COUNTED
from swarmfeed.core.asks.notifications import DONE, Notification
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.reading import Packed
from swarmfeed.core.feed.sightings import PLAIN, Reckoning
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports.additions import Addition, Ahead, Prepared
from swarmfeed.ports.faces import FacesIndex
from swarmfeed.ports.known import (
    KnownAuthor,
    KnownDevice,
    KnownHolder,
    KnownNotification,
    KnownRegard,
)
from swarmfeed.ports.reactions import ReactionsIndex
from swarmfeed.ports.threads import ThreadsIndex


class Index(FacesIndex, ReactionsIndex, ThreadsIndex, Protocol):
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
            ahead: Asked once, while the last part is prepared: what it gives may be begun.  It
                counts only where the very same is prepared next, so nothing is out of date.

        Raises:
            BadEncodingError: They are damaged, or not what anybody may have signed.
        """
        ...

    def prepare_each(self, runs: Sequence[Packed]) -> Sequence[Prepared | BadEncodingError]:
        """The same of short runs that came together; of one that is damaged, why."""
        ...

    def add_each(self, additions: Sequence[Addition]) -> list[int]:
        """The same as ``add_entries``, of entries that were prepared; sooner for many.

        All of them go in, or, when it raises, none.  Returns of each how many posts were new.
        """
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
    def revision(self) -> object:
        """The same as long as nothing was written, and every question has the same answer."""
        ...

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

    def newer_than(
        self, after: Cursor, without: Collection[AuthorId] = (), most: int = NEWER_COUNTED
    ) -> int:
        """How many posts of the home timeline are newer than a cursor; counts to ``most``."""
        ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None, kind: str = ""
    ) -> list[PostView]:
        """What an author wrote; with a ``kind`` only one of ``KINDS`` but boosts."""
        ...

    def boosts_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        """What an author boosted, as far as it is here, by when they did."""
        ...

    def likes_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        """What an author likes, in the same way."""
        ...

    def illustrated(self, authors: Collection[AuthorId]) -> set[AuthorId]:
        """Those of these authors of whom any post here, or any edit, names a medium."""
        ...

    def posts_of(
        self, authors: Collection[AuthorId], limit: int, before: Cursor | None
    ) -> list[PostView]:
        """Posts of any of these authors, newest first."""
        ...

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

    def posts_at(self, places: Collection[tuple[FeedId, int]]) -> list[PostView]:
        """Those of many that are here, newest first."""
        ...

    def post_by_id(self, public_id: str) -> PostView | None:
        """The post that a public id names: of several the lowest (feed, index)."""
        ...

    def post_by_hash(self, entry_hash: Hash) -> PostView | None: ...

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        """Which entries give a post another text, ascending; those withdrawn are left out."""
        ...

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        """Entries of a feed that are withdrawn, and by which entry at last."""
        ...

    def notifications(
        self,
        limit: int,
        before: Cursor | None,
        without: Collection[AuthorId] = (),
        kind: str = "",
    ) -> list[Notification]:
        """Posts of others that answer or quote the own author's or mention them, newest first;
        with a ``kind`` only those of one of ``TYPES``.

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

    def regards(
        self,
        limit: int,
        before: Cursor | None,
        without: Collection[AuthorId] = (),
        *,
        types: Collection[str] = DONE,
        named: bool = True,
    ) -> list[KnownRegard]:
        """Who likes or boosted posts of the own author, and who follows them, newest first.

        Args:
            named: Whether people are named and counted; without, a thousand cost little.
        """
        ...

    def author(self, author_id: AuthorId) -> KnownAuthor | None:
        """An author who is ourselves, or has a feed in the index; else None."""
        ...

    def authors(self, wanted: Collection[AuthorId]) -> dict[AuthorId, KnownAuthor]:
        """Those of several."""
        ...

    def pinned(self, author_id: AuthorId) -> PostView | None:
        """The post of theirs that an author wants shown above the others, if it is here."""
        ...

    def sealed_entries(self, feed_id: FeedId, kind: str, limit: int) -> list[int]:
        """Where keys, or parts of private state, stand in a feed, the newest first.

        Withdrawn ones may be among them.
        """
        ...

    def feeds_with(self, kind: str, feed_ids: Collection[FeedId]) -> set[FeedId]:
        """Those of these feeds with any such entry: asked at once, they cost half as much."""
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

    def follows_of_all(self, authors: Collection[AuthorId]) -> dict[AuthorId, int]:
        """Whom any of these follow, and how many of them do."""
        ...

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]: ...

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        """Newest confirmed size for each node that sent a receipt."""
        ...

    def receipts_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, dict[NodeId, int]]:
        """The same of several feeds, in their order, far sooner than one by one."""
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
