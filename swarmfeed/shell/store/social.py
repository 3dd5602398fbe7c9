"""What the index tells of people, and of what they do with posts: a part of ``SqliteIndex``."""

from collections.abc import Collection

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import DONE, Notification
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.reactions import OwnReaction, Reactor
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.ports import KnownNotification, KnownRegard
from swarmfeed.ports.faces import KnownFace
from swarmfeed.shell.store import (
    faces,
    home,
    media,
    own_reactions,
    people,
    profile_fields,
    quotes,
    reactions,
    read,
)
from swarmfeed.shell.store import notifications as index_notifications
from swarmfeed.shell.store import regards as index_regards
from swarmfeed.shell.store.database import Database


class SocialIndex:
    """Reads only; see ``ports.Index``."""

    _database: Database

    def posts_of(
        self, authors: Collection[AuthorId], limit: int, before: Cursor | None
    ) -> list[PostView]:
        with self._database.read() as db:
            return read.posts_of(db, authors, limit, before)

    def illustrated(self, authors: Collection[AuthorId]) -> set[AuthorId]:
        with self._database.read() as db:
            return media.illustrated(db, authors)

    def faces(self, authors: Collection[AuthorId]) -> dict[AuthorId, KnownFace]:
        with self._database.read() as db:
            return faces.faces(db, authors)

    def names(self, authors: Collection[AuthorId]) -> dict[AuthorId, str]:
        with self._database.read() as db:
            return people.names(db, authors)

    def profile_fields(
        self, authors: Collection[AuthorId]
    ) -> dict[AuthorId, tuple[ProfileField, ...]]:
        with self._database.read() as db:
            return profile_fields.profile_fields(db, authors)

    def face_of_feed(self, feed_id: FeedId) -> KnownFace | None:
        with self._database.read() as db:
            return faces.face_of_feed(db, feed_id)

    def boosts_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        with self._database.read() as db:
            return home.boosts_of(db, author_id, limit, before)

    def likes_of(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        with self._database.read() as db:
            return home.likes_of(db, author_id, limit, before)

    def reactors(self, ref: EntryRef) -> list[Reactor]:
        with self._database.read() as db:
            return reactions.reactors(db, ref)

    def own_reactions(self, feed_id: FeedId, index: int) -> list[OwnReaction]:
        with self._database.read() as db:
            return own_reactions.at(db, feed_id, index)

    def reactions_left(self, limit: int, start: int = 0) -> list[OwnReaction]:
        with self._database.read() as db:
            return own_reactions.left(db, limit, start)

    def quoting(
        self, ref: EntryRef, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        with self._database.read() as db:
            return quotes.quoting(db, ref, limit, before)

    def quote_counts(
        self, places: Collection[tuple[FeedId, int]]
    ) -> dict[tuple[FeedId, int], int]:
        with self._database.read() as db:
            return quotes.counts(db, places)

    def regards(
        self,
        limit: int,
        before: Cursor | None,
        without: Collection[AuthorId] = (),
        *,
        types: Collection[str] = DONE,
        named: bool = True,
    ) -> list[KnownRegard]:
        with self._database.read() as db:
            return index_regards.regards(db, limit, before, without, types=types, named=named)

    def notifications(
        self,
        limit: int,
        before: Cursor | None,
        without: Collection[AuthorId] = (),
        kind: str = "",
    ) -> list[Notification]:
        with self._database.read() as db:
            return index_notifications.notifications(db, limit, before, without, kind)

    def known_notifications(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[KnownNotification]:
        with self._database.read() as db:
            return index_notifications.known(db, limit, before, without)
