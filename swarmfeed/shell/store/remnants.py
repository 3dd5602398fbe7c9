"""What a text that is gone leaves behind in the file of the index, and how that is swept away.

Rows and free pages keep nothing (``secure_delete``).  Two things do:

    words   FTS5 forgets many words by noting that they do not count, and drops them when it
            merges parts of its index: of many posts at once, that is what is done (see
            ``words.py``).  Merged into one part, nothing of them is left.
    log     Pages as they were before stand in the write-ahead log until it is truncated.

Words that are cut out at once may leave one behind, where FTS5 notes with what word a page
begins: about one post in a thousand does, and then its words count as dead too.

What is to be swept is a row, written with the change itself: so it is done after a crash too.
"""

import json
from collections.abc import Iterable
from typing import Final

from swarmfeed.shell.store.sqlite import Connection

DEAD_WORDS: Final = "dead words"
"""Words in the index do not count any more; they need not be of a text that is gone."""

GONE: Final = "gone"
"""A text is gone since the last sweep."""

MERGE_PAGES: Final = 256
"""Pages that are merged in a step: some 10 ms, and as long at most waits a new post."""

_ONE_MORE_PART: Final = (
    "INSERT INTO post_words (rowid, text) VALUES (-1, 'x')",
    "INSERT INTO post_words (post_words) VALUES ('flush')",
    "INSERT INTO post_words (post_words, rowid, text) VALUES ('delete', -1, 'x')",
    "INSERT INTO post_words (post_words) VALUES ('flush')",
)
"""A word of no post, and the note that it does not count."""

_FIRST_ON_A_PAGE: Final = """
    SELECT 1 FROM post_words_idx
    WHERE term IN (SELECT CAST('0' || value AS BLOB) FROM json_each(?)) LIMIT 1
"""
"""0: FTS5 has further indexes of beginnings of words, where one asks for them."""

_MERGE: Final = "INSERT INTO post_words (post_words, rank) VALUES ('merge', ?)"


def note(db: Connection, *kinds: str) -> None:
    """Remember that there is something to sweep.  Inside the transaction that leaves it."""
    db.executemany("INSERT OR IGNORE INTO remnant VALUES (?)", [(kind,) for kind in kinds])


def noted(db: Connection) -> set[str]:
    """Return what was noted and not swept."""
    return {kind for (kind,) in db.execute("SELECT kind FROM remnant")}


def forget(db: Connection, *kinds: str) -> None:
    """What was noted is swept."""
    db.executemany("DELETE FROM remnant WHERE kind = ?", [(kind,) for kind in kinds])


class Merging:
    """Merges dead words away, a step at a time."""

    def __init__(self) -> None:
        self._has_begun = False

    def step(self, db: Connection) -> bool:
        """Go a step on; returns whether words that are dead may still be there."""
        if DEAD_WORDS not in noted(db):
            return False
        if not self._has_begun:
            begin_merging(db)
            self._has_begun = True
        elif not go_on_merging(db):
            self._has_begun = False
            forget(db, DEAD_WORDS)
        return True


def begin_merging(db: Connection) -> None:
    """Let FTS5 take all parts of its index for parts of one that it is to make."""
    # A single part it would leave as it is.
    for statement in _ONE_MORE_PART:
        db.execute(statement)
    db.execute(_MERGE, (-MERGE_PAGES,))


def is_left(db: Connection, rows: Iterable[str]) -> bool:
    """Whether one of these words, which were cut out, is still noted as the first of a page."""
    words = {word for row in rows for word in row.split()}
    return db.execute(_FIRST_ON_A_PAGE, (json.dumps(list(words)),)).fetchone() is not None


def go_on_merging(db: Connection) -> bool:
    """Merge a step further; returns whether there was anything left to merge."""
    before = db.total_changes()
    db.execute(_MERGE, (MERGE_PAGES,))
    # As FTS5 counts: the statement itself is one.
    return db.total_changes() - before > 1
