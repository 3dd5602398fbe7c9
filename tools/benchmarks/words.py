"""The full-text index that every other system of a comparison gets on top of its posts."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Final

BATCH: Final = 4_096


def insert_words(file: Path, texts: Iterable[str]) -> int:
    """Make texts searchable, as every reader of this comparison does; return how many.

    A bare table of the texts and its FTS5 index, in durable batches.
    """
    rows = list(enumerate(texts, start=1))
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT)")
    db.execute("CREATE VIRTUAL TABLE words USING fts5 (text, content = '', columnsize = 0)")
    for at in range(0, len(rows), BATCH):
        db.execute("BEGIN")
        db.executemany("INSERT INTO post VALUES (?, ?)", rows[at : at + BATCH])
        db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows[at : at + BATCH])
        db.execute("COMMIT")
    db.close()
    return len(rows)
