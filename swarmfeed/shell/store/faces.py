"""Pictures in profiles: the last profile of each feed, as it names them.

Which feed's profile is its author's says ``profile.counts``.  Every function that is given a
connection runs inside a transaction.
"""

from collections.abc import Collection, Sequence
from typing import Final

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.core.feed.medium import Medium, decode_medium, encode_medium, is_whole
from swarmfeed.ports.faces import KnownFace
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.sqlite import Connection

FaceRow = tuple[int, int, Hash, bytes | None, bytes | None]
"""Feed, entry, its hash, avatar, banner."""

OF_AUTHOR: Final = """
    SELECT feed_id, face.entry_index, face.hash, counts, avatar, banner FROM author
    JOIN profile ON profile.author = author.no AND counts
    JOIN face ON face.feed = profile.feed JOIN feed ON feed.no = face.feed
    WHERE author_id = ?
"""
OF_FEED: Final = """
    SELECT feed_id, face.entry_index, face.hash, counts, avatar, banner FROM feed
    JOIN profile ON profile.feed = feed.no JOIN face ON face.feed = feed.no
    WHERE feed_id = ?
"""


def read_face(said: Said) -> FaceRow:
    body: ProfileBody = said.body
    return said.place.feed_no, said.index, said.entry_hash, _raw(body.avatar), _raw(body.banner)


def _raw(medium: Medium | None) -> bytes | None:
    """One whose hashes do not fit is none."""
    return encode_medium(medium) if medium is not None and is_whole(medium) else None


def save_faces(db: Connection, _place: Place, rows: Sequence[FaceRow]) -> int:
    """Keep what the feed's last profile names: the place of an entry decides."""
    db.executemany(
        "INSERT INTO face VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET entry_index = excluded.entry_index, hash = excluded.hash,"
        " avatar = excluded.avatar, banner = excluded.banner"
        " WHERE excluded.entry_index > entry_index",
        rows,
    )
    return 0


def faces(db: Connection, authors: Collection[AuthorId]) -> dict[AuthorId, KnownFace]:
    """As ``ports.faces.FacesIndex``."""
    found = ((each, _face(db.execute(OF_AUTHOR, (each,)).fetchone())) for each in authors)
    return {author_id: face for author_id, face in found if face is not None}


def face_of_feed(db: Connection, feed_id: FeedId) -> KnownFace | None:
    """As ``ports.faces.FacesIndex``."""
    return _face(db.execute(OF_FEED, (feed_id,)).fetchone())


def _face(
    row: tuple[bytes, int, bytes, int, bytes | None, bytes | None] | None,
) -> KnownFace | None:
    if row is None:
        return None
    feed_id, index, entry_hash, counts, avatar, banner = row
    return KnownFace(
        ref=EntryRef(FeedId(feed_id), Hash(entry_hash), index),
        counts=bool(counts),
        avatar=None if avatar is None else decode_medium(avatar),
        banner=None if banner is None else decode_medium(banner),
    )


TABLE: Final = Table(
    name="face",
    bodies=(ProfileBody,),
    read=read_face,
    save=save_faces,
    creates=(
        "CREATE TABLE face (feed INTEGER PRIMARY KEY, entry_index INTEGER NOT NULL,"
        " hash BLOB NOT NULL, avatar BLOB, banner BLOB)",
    ),
)
