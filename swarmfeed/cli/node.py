"""What commands ask of a node: that part of ``facade.Facade`` which another process answers."""

from collections.abc import Sequence
from typing import Protocol

from swarmfeed.core.asks.views import (
    AuthorView,
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
from swarmfeed.core.base.types import AuthorId, EntryRef


class Node(Protocol):
    """Every ``facade.Facade`` is one, and so is ``remote.RemoteNode``; see there."""

    def whoami(self) -> Whoami: ...

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView: ...

    def follow(self, link_or_address: str) -> AuthorView: ...

    def unfollow(self, link_or_address: str) -> AuthorView: ...

    def fetch(self, link_or_address: str) -> AuthorId: ...

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress: ...

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]: ...

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]: ...

    def search(
        self, words: str, limit: int, before: Cursor | None = None
    ) -> list[PostView]: ...

    def post(self, ref_text: str) -> PostView: ...

    def status(self) -> NodeStatus: ...

    def history(self) -> HistoryStatus: ...

    def explain(self, link_or_address: str) -> list[Explanation]: ...

    def leave_history(self) -> HistoryStatus: ...

    def say_goodbye(self) -> int: ...

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport: ...

    def verify(self) -> VerifyReport: ...

    def reindex(self) -> int: ...
