"""Who liked or boosted which post, with counts that are kept as entries come.

A person has one last word on each post, as on whom they follow.  What is spoken of is numbered
once (``reacted``), with the row number of its post while that is here: place and hash have to
belong together, whichever of them came first.  Every function runs inside a transaction.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from swarmfeed.core.asks.reactions import Reactor
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.kinds import BoostBody, ReactBody
from swarmfeed.shell.store import regards
from swarmfeed.shell.store.entries import POST_HASH, Place, Said, Table
from swarmfeed.shell.store.sqlite import Connection

LIKE: Final = 1
BOOST: Final = 2

LIKES: Final = "kind = 1 AND counts = 1 AND said <> ''"
"""In SQL, likes that count."""

BOOSTS: Final = "kind = 2 AND counts = 1 AND said <> ''"
"""In SQL, boosts that count; an index has them, so it is said everywhere alike."""

ReactionRow = tuple[int, int, int, int | None, int, str, EntryRef]
"""Row number of the entry, feed, sort_ms, claimed_ms, kind, what was said (empty: it is taken
back), and of which post."""

NUMBER: Final = """
    INSERT INTO reacted (post_hash, post_feed, post_index) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET post_index = post_index RETURNING no
"""

FIND_POST: Final = f"""
    UPDATE reacted SET row_id = (
        SELECT post.id FROM feed CROSS JOIN block ON block.feed = feed.no
            AND block.start <= reacted.post_index
            AND reacted.post_index < block.start + block.size
        CROSS JOIN post ON post.id = block.base + reacted.post_index - block.start
        WHERE feed.feed_id = reacted.post_feed AND {POST_HASH} = reacted.post_hash)
    WHERE no = ?
"""  # noqa: S608  # fixed text

SAY: Final = """
    INSERT INTO reaction VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE
    SET id = excluded.id, sort_ms = excluded.sort_ms, claimed_ms = excluded.claimed_ms,
    said = excluded.said WHERE excluded.id > id
"""

COUNT: Final = """
    UPDATE reaction SET counts = (feed = (
        SELECT word.feed FROM reaction AS word JOIN feed ON feed.no = word.feed
        WHERE (word.post, word.kind, word.author) = (:post, :kind, :author)
        ORDER BY word.sort_ms DESC, feed.feed_id DESC LIMIT 1))
    WHERE (post, kind, author) = (:post, :kind, :author)
"""

IS_ON: Final = """
    SELECT 1 FROM reaction WHERE (post, kind, author) = (:post, :kind, :author)
    AND counts = 1 AND said <> ''
"""

ADD: Final = """
    UPDATE reacted SET likes = likes + iif(:kind = 1, :more, 0),
    boosts = boosts + iif(:kind = 2, :more, 0) WHERE no = :post
"""

FORGET: Final = """
    DELETE FROM reacted WHERE no = ?1
    AND NOT EXISTS (SELECT 1 FROM reaction WHERE post = ?1)
"""

REACTORS: Final = """
    SELECT author_id, coalesce(name, ''), reaction.sort_ms, kind,
        EXISTS (SELECT 1 FROM profile AS other WHERE other.look = profile.look
            AND other.counts = 1 AND other.author <> profile.author)
    FROM reacted CROSS JOIN reaction ON reaction.post = reacted.no
    CROSS JOIN author ON author.no = reaction.author
    LEFT JOIN profile ON profile.author = author.no AND profile.counts = 1
    WHERE (post_hash, post_feed, post_index) = (?, ?, ?) AND reaction.counts = 1 AND said <> ''
    ORDER BY reaction.sort_ms DESC, author_id, kind LIMIT ?
"""


# --- as entries come ---------------------------------------------------------------------


def read_reaction(said: Said) -> ReactionRow:
    body: ReactBody | BoostBody = said.body
    row = (said.place.base + said.index, said.place.feed_no, *said.times())
    if isinstance(body, BoostBody):
        return (*row, BOOST, "" if body.is_off else "boost", body.ref)
    return (*row, LIKE, body.emoji, body.ref)


def save_reactions(db: Connection, place: Place, rows: Sequence[ReactionRow]) -> int:
    """Keep the feed's last word on each post: the place of an entry decides, not its time."""
    for row_id, feed_no, sort_ms, claimed_ms, kind, said, ref in rows:
        post = number_of(db, ref)
        whose = {"post": post, "kind": kind, "author": place.author_no}
        was = is_on(db, whose)
        values = (row_id, post, kind, place.author_no, feed_no, sort_ms, claimed_ms, said)
        db.execute(SAY, values)
        count_again(db, whose, was=was)
    return 0


def number_of(db: Connection, ref: EntryRef) -> int:
    """Return the number of what is spoken of, a new one if need be."""
    found = db.execute(NUMBER, (ref.entry_hash, ref.feed_id, ref.index)).fetchone()
    (number,) = found
    db.execute(FIND_POST, (number,))
    return int(number)


def is_on(db: Connection, whose: dict[str, int]) -> bool:
    return db.execute(IS_ON, whose).fetchone() is not None


def count_again(db: Connection, whose: dict[str, int], *, was: bool) -> None:
    """Go by the newest among the last words of an author's feeds on a post."""
    db.execute(COUNT, whose)
    is_now = is_on(db, whose)
    if is_now != was:
        db.execute(ADD, {**whose, "more": int(is_now) - int(was)})
    if is_now:
        regards.note(db, whose)
    elif was:
        regards.count_again(db, whose["post"])


def drop_reactions_of(db: Connection, feed_no: int) -> None:
    found = db.execute(
        "SELECT id, post, kind, author FROM reaction WHERE feed = ?", (feed_no,)
    ).fetchall()
    for row_id, post, kind, author in found:
        whose = {"post": post, "kind": kind, "author": author}
        was = is_on(db, whose)
        db.execute("DELETE FROM reaction WHERE id = ?", (row_id,))
        count_again(db, whose, was=was)
        db.execute(FORGET, (post,))


def resort(db: Connection, moved: Iterable[tuple[int, int | None, int]]) -> None:
    """Sort them by other times: new sort_ms and claimed_ms, and the row number."""
    for sort_ms, claimed_ms, row_id in moved:
        (post, kind, author) = db.execute(
            "UPDATE reaction SET sort_ms = ?, claimed_ms = ? WHERE id = ?"
            " RETURNING post, kind, author",
            (sort_ms, claimed_ms, row_id),
        ).fetchone()
        whose = {"post": post, "kind": kind, "author": author}
        count_again(db, whose, was=is_on(db, whose))
        regards.count_again(db, post)


# --- as posts come and go ------------------------------------------------------------------


def find_posts(db: Connection, place: Place, first: int, last: int) -> None:
    """Posts with row numbers from first to last were saved: some may be spoken of already."""
    waiting = db.execute(
        "SELECT no FROM reacted WHERE post_feed = (SELECT feed_id FROM feed WHERE no = ?)"
        " AND post_index BETWEEN ? AND ? AND row_id IS NULL",
        (place.feed_no, first - place.base, last - place.base),
    ).fetchall()
    if not waiting:
        return
    db.executemany(FIND_POST, waiting)
    for (number,) in waiting:
        regards.count_again(db, number)


def lose_posts(db: Connection, first: int, last: int) -> None:
    """Posts with these row numbers are about to go."""
    regards.lose_posts(db, first, last)
    db.execute("UPDATE reacted SET row_id = NULL WHERE row_id BETWEEN ? AND ?", (first, last))


# --- questions -----------------------------------------------------------------------------


def reactors(db: Connection, ref: EntryRef) -> list[Reactor]:
    """Who likes a post, and who boosted it, the newest first."""
    named = (ref.entry_hash, ref.feed_id, ref.index, PAGE_POSTS_MAX)
    return [
        Reactor(
            author_id=author_id,
            author_name=name,
            time_ms=sort_ms,
            boosts=kind == BOOST,
            namesake=bool(namesake),
        )
        for author_id, name, sort_ms, kind, namesake in db.execute(REACTORS, named)
    ]


NEWEST: Final = Table(
    name="reaction",
    bodies=(),
    read=lambda _: None,  # TABLES keep it; this lets the newest of a kind be found
    save=lambda _db, _place, _rows: 0,
    drop=lambda _db, _feed_no: None,
    creates=(
        "CREATE INDEX reaction_newest ON reaction (post, kind, sort_ms)"
        " WHERE counts = 1 AND said <> ''",
        "DROP INDEX boost_post",  # boosts of a post are found by the wider one
    ),
)

TABLES: Final = (
    Table(
        name="reacted",
        bodies=(),
        read=lambda _: None,  # numbered when something is said of it
        save=lambda _db, _place, _rows: 0,
        drop=lambda _db, _feed_no: None,  # it leaves with the last that is said of it
        creates=(
            """
            CREATE TABLE reacted (
                no         INTEGER PRIMARY KEY,
                post_hash  BLOB NOT NULL CHECK (length(post_hash) = 32),
                post_feed  BLOB NOT NULL CHECK (length(post_feed) = 32),
                post_index INTEGER NOT NULL CHECK (post_index >= 0),
                row_id     INTEGER,
                likes      INTEGER NOT NULL DEFAULT 0,
                boosts     INTEGER NOT NULL DEFAULT 0,
                UNIQUE (post_hash, post_feed, post_index)
            ) STRICT
            """,
            "CREATE INDEX reacted_place ON reacted (post_feed, post_index)",
            "CREATE UNIQUE INDEX reacted_row ON reacted (row_id) WHERE row_id IS NOT NULL",
        ),
    ),
    Table(
        name="reaction",
        bodies=(ReactBody, BoostBody),
        read=read_reaction,
        save=save_reactions,
        drop=drop_reactions_of,
        creates=(
            """
            CREATE TABLE reaction (
                id         INTEGER PRIMARY KEY CHECK (id > 0),
                post       INTEGER NOT NULL REFERENCES reacted,
                kind       INTEGER NOT NULL CHECK (kind IN (1, 2)),
                author     INTEGER NOT NULL REFERENCES author,
                feed       INTEGER NOT NULL REFERENCES feed,
                sort_ms    INTEGER NOT NULL,
                claimed_ms INTEGER CHECK (claimed_ms > sort_ms),
                said       TEXT NOT NULL,
                counts     INTEGER NOT NULL CHECK (counts IN (0, 1)),
                UNIQUE (post, kind, author, feed)
            ) STRICT
            """,
            "CREATE INDEX reaction_feed ON reaction (feed)",
            f"CREATE INDEX boost_time ON reaction (feed, sort_ms) WHERE {BOOSTS}",
            f"CREATE INDEX boost_post ON reaction (post, sort_ms) WHERE {BOOSTS}",
        ),
    ),
)
