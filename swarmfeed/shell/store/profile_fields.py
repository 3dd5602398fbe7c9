"""What profiles say beside name and bio: of each feed the last one, as it stands there.

Which feed's profile is its author's says ``profile.counts``.  Every function that is given a
connection runs inside a transaction.
"""

from collections.abc import Collection, Sequence
from typing import Final

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.core.feed.profile_field import (
    ProfileField,
    decode_profile_fields,
    encode_profile_fields,
)
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.sqlite import Connection

FieldRow = tuple[int, int, bytes | None]
"""Feed, entry, its fields."""

OF_AUTHOR: Final = """
    SELECT fields FROM author JOIN profile ON profile.author = author.no AND counts
    JOIN profile_field ON profile_field.feed = profile.feed
    WHERE author_id = ? AND fields IS NOT NULL
"""


def read_fields(said: Said) -> FieldRow:
    body: ProfileBody = said.body
    raw = encode_profile_fields(body.fields) if body.fields else None
    return said.place.feed_no, said.index, raw


def save_fields(db: Connection, _place: Place, rows: Sequence[FieldRow]) -> int:
    """Keep those of the feed's last profile: the place of an entry decides."""
    db.executemany(
        "INSERT INTO profile_field VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
        " SET entry_index = excluded.entry_index, fields = excluded.fields"
        " WHERE excluded.entry_index > entry_index",
        rows,
    )
    return 0


def profile_fields(
    db: Connection, authors: Collection[AuthorId]
) -> dict[AuthorId, tuple[ProfileField, ...]]:
    """As ``ports.faces.FacesIndex``."""
    found = ((each, db.execute(OF_AUTHOR, (each,)).fetchone()) for each in authors)
    return {author_id: decode_profile_fields(row[0]) for author_id, row in found if row}


TABLE: Final = Table(
    name="profile_field",
    bodies=(ProfileBody,),
    read=read_fields,
    save=save_fields,
    creates=(
        "CREATE TABLE profile_field (feed INTEGER PRIMARY KEY,"
        " entry_index INTEGER NOT NULL, fields BLOB)",
    ),
)
