"""What the faces may ask of a node: the one door of pages and commands.

``swarmfeed.node.facade`` implements it for a node in this process, ``swarmfeed.cli.remote`` for
a running one, ``street.fakes.facade`` in memory.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from swarmfeed.core.asks.views import (
    AuthorView,
    Change,
    Cursor,
    Explanation,
    FetchProgress,
    HistoryStatus,
    ImportReport,
    NodeStatus,
    PostView,
    VerifyReport,
    Whoami,
)
from swarmfeed.core.base.types import AuthorId, ChunkSpan, EntryRef, FeedId
from swarmfeed.core.history.choice import HistoryChoice


class Facade(Protocol):
    """All that a page or a command may ask of a node.

    Every method may be called from any thread but the node's own, blocks until it is
    answered, and raises UserError with a sentence for the person.  ``changes`` alone is
    asynchronous and belongs to the node's loop.
    """

    def whoami(self) -> Whoami: ...

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView:
        """Sign and store a post.  When it returns, the post survives a power cut."""
        ...

    def follow(self, link_or_address: str) -> AuthorView: ...

    def unfollow(self, link_or_address: str) -> AuthorView: ...

    def fetch(self, link_or_address: str) -> AuthorId:
        """Start to fetch an author's whole backlog; watch it with ``fetch_progress``."""
        ...

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress: ...

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]: ...

    def newer_than(self, after: Cursor) -> int: ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]: ...

    def search(
        self, words: str, limit: int, before: Cursor | None = None
    ) -> list[PostView]: ...

    def post(self, ref_text: str) -> PostView:
        """By ``<feed address>/<index>`` or the hex of its hash.  UserError when not here."""
        ...

    def thread(self, post: PostView) -> tuple[list[PostView], list[PostView]]:
        """Ancestors, oldest first, and direct replies, oldest first."""
        ...

    def author(self, author_id: AuthorId) -> AuthorView: ...

    def follows(self) -> list[AuthorView]: ...

    def status(self) -> NodeStatus: ...

    def torrent_file(self, feed_id: FeedId, span: ChunkSpan) -> tuple[str, bytes]:
        """File name and bytes of the ``.torrent`` of a sealed chunk."""
        ...

    def torrents(self, feed_id: FeedId) -> list[tuple[ChunkSpan, str, str, int]]:
        """Sealed chunks of a feed: span, torrent name, magnet link, bytes."""
        ...

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        """Append posts with their original times (ms); those already there are left out."""
        ...

    def verify(self) -> VerifyReport: ...

    def reindex(self) -> int:
        """Rebuild the index from the logs; returns the number of posts."""
        ...

    def history(self) -> HistoryStatus:
        """What this node does as a history server."""
        ...

    def explain(self, link_or_address: str) -> list[Explanation]:
        """Why each feed of an author is held here, or not; empty when it is not watched."""
        ...

    def choose_history(self, choice: HistoryChoice) -> HistoryStatus:
        """Become a history server, or change what is given; remembered over restarts."""
        ...

    def leave_history(self) -> HistoryStatus:
        """Stop being a history server in good order: feeds go once others have taken them."""
        ...

    def say_goodbye(self) -> int:
        """Tell everybody linked that this node leaves for good; returns how many were told."""
        ...

    def changes(self) -> AsyncIterator[Change]: ...
