"""The tables of the index of the network: one set for each day of its window.

    feed          whose each feed is, and how its author is called
    day           which day stands in which slot
    said          numbers that are remembered by their names
    head_<slot>   signed heads that posts of the day stand under
    post_<slot>   the posts, with what proves them; ids rise with their times
    words_<slot>  their words: FTS5 without a copy of the texts

A day goes whole: its tables are emptied, and nothing is looked for in them.
"""

from typing import Final

from swarmfeed.core.lookup.limits import WINDOW_DAYS
from swarmfeed.core.words.folding import FOLDING
from swarmfeed.shell.store.schema import SIGNS

SLOTS: Final = WINDOW_DAYS + 2
"""Sets of tables: those of the window, today, and tomorrow where clocks differ."""

OF_A_MOMENT: Final = 1_024
"""Posts of one millisecond that find room: more are a flood."""

_TABLES: Final = (
    # author: of a feed that posts were kept of.
    # called: the name in the profile, as it is looked for.
    # looked: first entries that were looked through.  last_day: of its newest post here.
    """
    CREATE TABLE feed (
        no           INTEGER PRIMARY KEY,
        feed_id      BLOB NOT NULL UNIQUE CHECK (length(feed_id) = 32),
        author       BLOB CHECK (length(author) = 32),
        certificates BLOB NOT NULL,
        profile      BLOB,
        called       TEXT,
        looked       INTEGER NOT NULL DEFAULT 0,
        last_day     INTEGER NOT NULL DEFAULT 0
    ) STRICT
    """,
    "CREATE INDEX feed_by_author ON feed (author) WHERE author IS NOT NULL",
    "CREATE TABLE day (slot INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT",
    "CREATE TABLE said (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT",
    f"CREATE VIEW folding AS SELECT '{FOLDING}' AS version",
)

_OF_A_DAY: Final = (
    """
    CREATE TABLE head_{slot} (
        no     INTEGER PRIMARY KEY,
        feed   INTEGER NOT NULL,
        size   INTEGER NOT NULL,
        signed BLOB NOT NULL,
        UNIQUE (feed, size)
    ) STRICT
    """,
    """
    CREATE TABLE post_{slot} (
        id      INTEGER PRIMARY KEY,
        feed    INTEGER NOT NULL,
        place   INTEGER NOT NULL,
        time_ms INTEGER NOT NULL,
        head    INTEGER NOT NULL,
        stored  BLOB NOT NULL,
        proof   BLOB NOT NULL CHECK (length(proof) % 32 = 0),
        edit    BLOB,
        UNIQUE (feed, place)
    ) STRICT
    """,
    f"""
    CREATE VIRTUAL TABLE words_{{slot}} USING fts5 (
        text, author, traits, content = '', columnsize = 0,
        tokenize = "ascii tokenchars {SIGNS}"
    )
    """,
    # For pages with checksums, as in schema.py; words that go are cut out, not noted as dead.
    "INSERT INTO words_{slot} (words_{slot}, rank) VALUES ('pgsz', 4040)",
    "INSERT INTO words_{slot} (words_{slot}, rank) VALUES ('automerge', 8)",
    "INSERT INTO words_{slot} (words_{slot}, rank) VALUES ('secure-delete', 1)",
)

MIGRATIONS: Final = (
    (
        *_TABLES,
        *(each.replace("{slot}", str(slot)) for slot in range(SLOTS) for each in _OF_A_DAY),
    ),
)
"""One: it is made anew where that changes."""


def slot_of(day: int) -> int:
    """Return in which tables a day stands."""
    return day % SLOTS
