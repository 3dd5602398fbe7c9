"""What is done with a database that is not what was written: kept, under another name."""

import os
from pathlib import Path
from typing import Final

PARTS: Final = ("", "-wal", "-shm")
"""Ends of the names of what SQLite keeps of one database."""


def set_aside(path: Path) -> None:
    """Move a database to ``<name>.damaged``; what was there of an earlier one gives way.

    Nobody may have it open to write.
    """
    for part in PARTS:
        aside = path.with_name(f"{path.name}.damaged{part}")
        try:
            os.replace(path.with_name(path.name + part), aside)
        except FileNotFoundError:
            # The write-ahead log of an earlier one would be played into this one.
            aside.unlink(missing_ok=True)


def is_set_aside(path: Path) -> bool:
    """Whether a damaged database of this name was kept, and still is."""
    return path.with_name(f"{path.name}.damaged").exists()


def delete(path: Path) -> None:
    """Remove a database with all its parts; nobody may have it open."""
    for part in PARTS:
        path.with_name(path.name + part).unlink(missing_ok=True)
