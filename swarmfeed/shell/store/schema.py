"""Tables of the index, as append-only migrations.

``PRAGMA user_version`` is the number of migrations already applied; a released migration
is never edited.

Row numbers of posts are set aside per feed in blocks, so a feed and an entry's place in it
follow from the row number, and a post needs no columns and no index for them:
``id = block.base + (entry index - block.start)``.  The blocks of a feed touch: together
they cover [0, some size).
"""

import string
from typing import Final

from swarmfeed.core.words.folding import FOLDING
from swarmfeed.shell.store.moments import MOMENT_BITS
from swarmfeed.shell.store.packs import PACK_POSTS

HASHES_IN_PART: Final = 256
"""Hashes whose first bytes are one row of ``hash_start``: that of row number ``n`` is the
``n % 256``-th of part ``n // 256``."""

HASH_START_BYTES: Final = 2
"""Of a million hashes, 15 start like the one that is looked for; those are compared whole."""

SIGNS: Final = "'" + string.punctuation.replace('"', "").replace("'", "''") + "'"
"""The text comes as terms with blanks between, and is cut there alone: all signs of ASCII are
of terms, and so is to this tokenizer whatever is not ASCII.  No term has a double quote."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE author (
            no        INTEGER PRIMARY KEY,
            author_id BLOB NOT NULL UNIQUE CHECK (length(author_id) = 32),
            own       INTEGER NOT NULL DEFAULT 0 CHECK (own IN (0, 1)),
            home      INTEGER NOT NULL DEFAULT 0 CHECK (home IN (0, 1))
        ) STRICT
        """,
        # Authors whose posts are on the home timeline: the own one and those they follow.
        "CREATE INDEX author_home ON author (home) WHERE home = 1",
        "CREATE INDEX author_own ON author (own) WHERE own = 1",
        # prefix: the first bits of feed_id, as cursors have them.  latest_ms: no entry that is
        # shown is sorted later; claims_ms: none claims a later time.
        """
        CREATE TABLE feed (
            no        INTEGER PRIMARY KEY,
            feed_id   BLOB NOT NULL UNIQUE CHECK (length(feed_id) = 32),
            author    INTEGER NOT NULL REFERENCES author,
            prefix    INTEGER NOT NULL,
            latest_ms INTEGER NOT NULL DEFAULT 0,
            claims_ms INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX feed_author ON feed (author)",
        """
        CREATE TABLE block (
            base  INTEGER PRIMARY KEY CHECK (base > 0),
            feed  INTEGER NOT NULL REFERENCES feed,
            start INTEGER NOT NULL CHECK (start >= 0),
            size  INTEGER NOT NULL CHECK (size > 0),
            UNIQUE (feed, start)
        ) STRICT
        """,
        """
        CREATE TABLE indexed (
            feed  INTEGER NOT NULL REFERENCES feed,
            start INTEGER NOT NULL CHECK (start >= 0),
            stop  INTEGER NOT NULL CHECK (stop > start),
            PRIMARY KEY (feed, start)
        ) WITHOUT ROWID, STRICT
        """,
        # claimed_ms is NULL where the claimed time is the one sorted by.  hash is the salt
        # where that makes it, with time and text (see entries.hash_plain_post): nearly always.
        # moment is the row number of its words, shift how far that is from its time (see
        # moments.py): nearly always 0, which takes no byte.  text is NULL where it is packed
        # with others (see packs.py).
        f"""
        CREATE TABLE post (
            id         INTEGER PRIMARY KEY CHECK (id > 0),
            feed       INTEGER NOT NULL REFERENCES feed,
            sort_ms    INTEGER NOT NULL CHECK (sort_ms >= 0),
            shift      INTEGER NOT NULL,
            claimed_ms INTEGER CHECK (claimed_ms > sort_ms),
            hash       BLOB NOT NULL CHECK (length(hash) IN (16, 32)),
            cw         TEXT,
            text       TEXT,
            moment     INTEGER NOT NULL AS ((sort_ms >> {MOMENT_BITS}) + shift)
        ) STRICT
        """,
        f"""
        CREATE TABLE pack (
            first INTEGER PRIMARY KEY CHECK (first > 0),
            last  INTEGER NOT NULL CHECK (last >= first AND last < first + {PACK_POSTS}),
            texts BLOB NOT NULL
        ) STRICT
        """,
        "CREATE INDEX post_feed ON post (feed, sort_ms)",
        "CREATE UNIQUE INDEX post_moment ON post (moment)",
        # Spans of moments that turned a post away; all from span to open did.
        """
        CREATE TABLE crowded (
            span INTEGER PRIMARY KEY,
            open INTEGER NOT NULL CHECK (open > span)
        ) STRICT
        """,
        "CREATE INDEX post_claimed ON post (claimed_ms, feed) WHERE claimed_ms IS NOT NULL",
        # The first bytes of the hashes of 256 row numbers, one after the other: hardly anybody
        # asks for a hash alone, and to walk through these takes milliseconds for a million.
        """
        CREATE TABLE hash_start (
            part   INTEGER PRIMARY KEY CHECK (part >= 0),
            starts BLOB NOT NULL CHECK (length(starts) = 512)
        ) STRICT
        """,
        # The author's number is a word of its own column, so `from:` is a word like others.
        # columnsize only serves ranking, which nobody asks for: 10 bytes a post saved.
        f"""
        CREATE VIRTUAL TABLE post_words USING fts5 (
            text, author, traits, content = '', columnsize = 0,
            tokenize = "ascii tokenchars {SIGNS}"
        )
        """,
        # Terms of posts that are no words of their texts: see traits.py.
        "CREATE TABLE trait (id INTEGER PRIMARY KEY, said TEXT NOT NULL) STRICT",
        # By which folding its terms were made: by another one, they would not be found.
        f"CREATE VIEW folding AS SELECT '{FOLDING}' AS version",
        # FTS5 fills pages of 4,096 bytes to the brim; checksums leave eight less, and every
        # block of words would run over into a page of its own.
        "INSERT INTO post_words (post_words, rank) VALUES ('pgsz', 4040)",
        # Parts of its index of which it makes one: with 4, as it would, each word is written a
        # seventh more often, and a search looks into fewer parts than it would gain from.
        "INSERT INTO post_words (post_words, rank) VALUES ('automerge', 8)",
        # What texts that are gone left in the file: see remnants.py.
        "CREATE TABLE remnant (kind TEXT PRIMARY KEY) WITHOUT ROWID, STRICT",
        # Digests of long posts: see seals.py.
        """
        CREATE TABLE seal (
            id   INTEGER PRIMARY KEY REFERENCES post,
            seal BLOB NOT NULL CHECK (length(seal) = 16)
        ) STRICT
        """,
        # hash: of one that was withdrawn.  Its post is gone; what answers it keeps its place.
        """
        CREATE TABLE reply (
            id           INTEGER PRIMARY KEY CHECK (id > 0),
            parent_hash  BLOB NOT NULL CHECK (length(parent_hash) = 32),
            parent_feed  BLOB NOT NULL CHECK (length(parent_feed) = 32),
            parent_index INTEGER NOT NULL CHECK (parent_index >= 0),
            sort_ms      INTEGER NOT NULL,
            claimed_ms   INTEGER CHECK (claimed_ms > sort_ms),
            hash         BLOB CHECK (length(hash) = 32)
        ) STRICT
        """,
        # Times as in post: a page of replies starts anywhere among thousands.
        "CREATE INDEX reply_parent ON reply (parent_hash, sort_ms)",
        # Posts of others that answer an own one or mention us; why: see notifications.py.
        """
        CREATE TABLE notification (
            id      INTEGER PRIMARY KEY REFERENCES post,
            sort_ms INTEGER NOT NULL,
            why     INTEGER NOT NULL CHECK (why BETWEEN 1 AND 7)
        ) STRICT
        """,
        "CREATE INDEX notification_time ON notification (sort_ms)",
        # What a feed later said of its own entry: a new text, or NULL, that it is withdrawn;
        # is_edited: but for its newest text.  reply: what the post answers, as an edit says it.
        """
        CREATE TABLE amendment (
            feed      INTEGER NOT NULL REFERENCES feed,
            target    INTEGER NOT NULL CHECK (target >= 0),
            by_index  INTEGER NOT NULL CHECK (by_index > target),
            cw        TEXT,
            text      TEXT,
            is_edited INTEGER NOT NULL CHECK (is_edited IN (0, 1)),
            reply     BLOB CHECK (length(reply) = 72),
            PRIMARY KEY (feed, target, by_index)
        ) WITHOUT ROWID, STRICT
        """,
        "CREATE INDEX amendment_by ON amendment (feed, by_index)",
        # Posts that came without their bodies: an edit may show them all the same.
        """
        CREATE TABLE bare (
            id         INTEGER PRIMARY KEY CHECK (id > 0),
            feed       INTEGER NOT NULL REFERENCES feed,
            sort_ms    INTEGER NOT NULL CHECK (sort_ms >= 0),
            claimed_ms INTEGER CHECK (claimed_ms > sort_ms),
            hash       BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT
        """,
        "CREATE INDEX bare_feed ON bare (feed)",
        # The last word of each feed; counts is 1 for the one among an author's feeds that is
        # gone by.  Times as in post.
        """
        CREATE TABLE profile (
            author      INTEGER NOT NULL REFERENCES author,
            feed        INTEGER NOT NULL REFERENCES feed,
            entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
            sort_ms     INTEGER NOT NULL,
            claimed_ms  INTEGER CHECK (claimed_ms > sort_ms),
            counts      INTEGER NOT NULL DEFAULT 0 CHECK (counts IN (0, 1)),
            name        TEXT NOT NULL,
            name_key    TEXT NOT NULL,
            look        TEXT NOT NULL,
            bio         TEXT NOT NULL,
            PRIMARY KEY (author, feed)
        ) WITHOUT ROWID, STRICT
        """,
        "CREATE INDEX profile_feed ON profile (feed)",
        "CREATE INDEX profile_name ON profile (name_key) WHERE counts = 1",
        "CREATE INDEX profile_look ON profile (look) WHERE counts = 1",
        # Which post stands above the others, none where post_feed is NULL; else as profile.
        """
        CREATE TABLE pin (
            author      INTEGER NOT NULL REFERENCES author,
            feed        INTEGER NOT NULL REFERENCES feed,
            entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
            sort_ms     INTEGER NOT NULL,
            claimed_ms  INTEGER CHECK (claimed_ms > sort_ms),
            counts      INTEGER NOT NULL DEFAULT 0 CHECK (counts IN (0, 1)),
            post_feed   BLOB CHECK (length(post_feed) = 32),
            post_hash   BLOB CHECK (length(post_hash) = 32),
            post_index  INTEGER CHECK (post_index >= 0),
            PRIMARY KEY (author, feed)
        ) WITHOUT ROWID, STRICT
        """,
        "CREATE INDEX pin_feed ON pin (feed)",
        # Where keys and parts of private state stand.
        """
        CREATE TABLE sealed (
            feed        INTEGER NOT NULL REFERENCES feed,
            kind        TEXT NOT NULL,
            entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
            PRIMARY KEY (feed, kind, entry_index)
        ) WITHOUT ROWID, STRICT
        """,
        # What the device of a feed is called.
        """
        CREATE TABLE device (
            feed        INTEGER PRIMARY KEY REFERENCES feed,
            entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
            name        TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE follow (
            author      INTEGER NOT NULL REFERENCES author,
            target      INTEGER NOT NULL REFERENCES author,
            feed        INTEGER NOT NULL REFERENCES feed,
            entry_index INTEGER NOT NULL CHECK (entry_index >= 0),
            sort_ms     INTEGER NOT NULL,
            claimed_ms  INTEGER CHECK (claimed_ms > sort_ms),
            counts      INTEGER NOT NULL DEFAULT 0 CHECK (counts IN (0, 1)),
            followed    INTEGER NOT NULL CHECK (followed IN (0, 1)),
            PRIMARY KEY (author, target, feed)
        ) WITHOUT ROWID, STRICT
        """,
        "CREATE INDEX follow_target ON follow (target)",
        "CREATE INDEX follow_feed ON follow (feed)",
        """
        CREATE TABLE receipt (
            feed_id BLOB NOT NULL CHECK (length(feed_id) = 32),
            node_id BLOB NOT NULL CHECK (length(node_id) = 32),
            size    INTEGER NOT NULL CHECK (size >= 0),
            time_s  INTEGER NOT NULL,
            PRIMARY KEY (feed_id, node_id)
        ) WITHOUT ROWID, STRICT
        """,
        """
        CREATE TABLE holder (
            feed_id    BLOB NOT NULL CHECK (length(feed_id) = 32),
            node_id    BLOB NOT NULL CHECK (length(node_id) = 32),
            link_host  TEXT NOT NULL,
            link_port  INTEGER NOT NULL,
            swarm_host TEXT NOT NULL,
            swarm_port INTEGER NOT NULL,
            size       INTEGER NOT NULL CHECK (size >= 0),
            complete   INTEGER NOT NULL CHECK (complete IN (0, 1)),
            seen_at_ms INTEGER NOT NULL,
            PRIMARY KEY (feed_id, node_id)
        ) WITHOUT ROWID, STRICT
        """,
        """
        CREATE TABLE peer (
            host       TEXT NOT NULL,
            port       INTEGER NOT NULL,
            seen_at_ms INTEGER NOT NULL,
            PRIMARY KEY (host, port)
        ) WITHOUT ROWID, STRICT
        """,
    ),
)
"""One tuple of statements for each version of the file."""
