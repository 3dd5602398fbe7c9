"""Whether the index agrees with itself: its rows, its own indexes, and the words it knows.

Pages are checked whenever they are read; this finds whole pages that are right and stand in
the place of others.  Takes seconds for a million posts.
"""

from swarmfeed.errors import DamageError
from swarmfeed.shell.store.sqlite import Connection


def check(db: Connection) -> None:
    """Raise DamageError unless all agrees."""
    (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise DamageError(f"index is damaged: {found}")
    # Of the words it keeps no text: it is to compare them with those of the posts.
    db.execute("INSERT INTO post_words (post_words, rank) VALUES ('integrity-check', 1)")
