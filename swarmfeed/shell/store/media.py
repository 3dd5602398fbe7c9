"""Pictures and files of posts, as they name them.

    medium          what the post itself names
    amended_medium  what an edit of a post names, from which it counts instead

They leave with their post, or with their edit.  Every function runs inside a transaction.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.asks.media_views import views_of
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import EditBody, PostBody
from swarmfeed.core.feed.medium import decode_media, encode_media, shows_any
from swarmfeed.shell.store import traits
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.places import block_ranges
from swarmfeed.shell.store.sqlite import Connection
from swarmfeed.shell.store.words import add_words, drop_words, of_many

MediaRow = tuple[bool, int, int, bytes]
"""Whether a post names them, its row number (of an edit its entry), its feed, and they."""

OF_POST: Final = """
    INSERT OR REPLACE INTO medium SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM post WHERE id = ?1)
"""
OF_EDIT: Final = """
    INSERT OR REPLACE INTO amended_medium SELECT ?1, ?2, ?3 WHERE EXISTS (
        SELECT 1 FROM amendment WHERE feed = ?1 AND by_index = ?2 AND text IS NOT NULL)
"""
NAMED: Final = "SELECT id, said FROM medium WHERE id IN (SELECT value FROM json_each(?))"

NAMED_BY_EDIT: Final = """
    SELECT (SELECT said FROM amended_medium AS named
        WHERE (named.feed, named.by_index) = (amendment.feed, amendment.by_index))
    FROM amendment JOIN feed ON feed.no = amendment.feed
    WHERE feed_id = ? AND target = ? AND text IS NOT NULL ORDER BY by_index DESC LIMIT 1
"""


NAMED_BY_NEWEST: Final = """
    SELECT said FROM amended_medium WHERE feed = ?1 AND by_index = (
        SELECT max(by_index) FROM amendment
        WHERE feed = ?1 AND target = ?2 AND text IS NOT NULL)
"""

EDITED_BY: Final = """
    SELECT DISTINCT target FROM amendment JOIN json_each(?2) ON by_index = value
    WHERE feed = ?1 AND text IS NOT NULL
"""

ILLUSTRATED: Final = """
    SELECT EXISTS (SELECT 1 FROM feed CROSS JOIN block ON block.feed = feed.no
        CROSS JOIN medium ON medium.id BETWEEN base AND base + size - 1
        WHERE feed.author = (SELECT no FROM author WHERE author_id = ?1))
    OR EXISTS (SELECT 1 FROM feed CROSS JOIN amended_medium ON amended_medium.feed = feed.no
        WHERE feed.author = (SELECT no FROM author WHERE author_id = ?1))
"""


def read_media(said: Said) -> MediaRow | None:
    body: PostBody | EditBody = said.body
    if not body.media:
        return None
    is_post, place = isinstance(body, PostBody), said.place
    row_id = place.base + said.index if is_post else said.index
    return is_post, row_id, place.feed_no, encode_media(body.media)


def save_media(db: Connection, _place: Place, rows: Sequence[MediaRow]) -> int:
    """Their posts and edits were saved before: what is not there is withdrawn."""
    db.executemany(OF_POST, [(row_id, said) for of_post, row_id, _, said in rows if of_post])
    edits = [(feed, index, said) for of_post, index, feed, said in rows if not of_post]
    db.executemany(OF_EDIT, edits)
    if edits:
        _note_edits(db, edits[0][0], [index for _, index, _ in edits])
    return 0


def _note_edits(db: Connection, feed_no: int, edits: Sequence[int]) -> None:
    """Let posts that were edited before be found by the media of these edits."""
    targets = db.execute(EDITED_BY, (feed_no, json.dumps(edits))).fetchall()
    with of_many(len(targets)):
        for (target,) in targets:
            if is_named_by_edit(db, feed_no, target):
                for base, _, _ in list(block_ranges(db, feed_no, target, target + 1)):
                    _find_as_such(db, base + target)


def _find_as_such(db: Connection, row_id: int) -> None:
    is_here = db.execute("SELECT 1 FROM post WHERE id = ?", (row_id,)).fetchone()
    if is_here and not traits.has_media(db, row_id):
        drop_words(db, row_id, row_id)
        traits.note_media(db, row_id, is_there=True)
        add_words(db, row_id, row_id)


def is_named_by_edit(db: Connection, feed_no: int, target: int) -> bool:
    """Whether the newest edit of a post names media that a reader sees."""
    row = db.execute(NAMED_BY_NEWEST, (feed_no, target)).fetchone()
    return row is not None and shows_any(decode_media(row[0]))


def drop(db: Connection, first: int, last: int) -> None:
    """Posts with these row numbers go."""
    db.execute("DELETE FROM medium WHERE id BETWEEN ? AND ?", (first, last))


def drop_of_edits(db: Connection, feed_no: int) -> None:
    """Of edits that are gone nothing is named any more."""
    db.execute(
        "DELETE FROM amended_medium WHERE feed = ?1 AND by_index NOT IN"
        " (SELECT by_index FROM amendment WHERE feed = ?1 AND text IS NOT NULL)",
        (feed_no,),
    )


def with_media(
    db: Connection, views: Sequence[PostView], row_ids: Sequence[int]
) -> list[PostView]:
    """Return posts with the media that they name now."""
    named: Mapping[int, bytes] = dict(db.execute(NAMED, (json.dumps(row_ids),)).fetchall())
    found = []
    for view, row_id in zip(views, row_ids, strict=True):
        said = named.get(row_id)
        if view.edited:
            row = db.execute(NAMED_BY_EDIT, (view.ref.feed_id, view.ref.index)).fetchone()
            said = row[0] if row else None
        found.append(replace(view, media=views_of(decode_media(said))) if said else view)
    return found


def illustrated(db: Connection, authors: Collection[AuthorId]) -> set[AuthorId]:
    """Those of whom anything here names a medium; of most nothing does."""
    return {each for each in authors if db.execute(ILLUSTRATED, (each,)).fetchone()[0]}


TABLE: Final = Table(
    name="medium",
    bodies=(PostBody, EditBody),
    read=read_media,
    save=save_media,
    drop=lambda db, feed_no: (
        db.execute("DELETE FROM amended_medium WHERE feed = ?", (feed_no,)) and None
    ),
    creates=(
        "CREATE TABLE medium (id INTEGER PRIMARY KEY, said BLOB NOT NULL)",
        "CREATE TABLE amended_medium (feed INTEGER NOT NULL, by_index INTEGER NOT NULL,"
        " said BLOB NOT NULL, PRIMARY KEY (feed, by_index)) WITHOUT ROWID",
    ),
)
"""Those of posts leave with their post."""
