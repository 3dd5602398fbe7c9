"""The index of a home, opened: a damaged one gives way to an empty one."""

from pathlib import Path

from swarmfeed.core.asks import sentences
from swarmfeed.shell.store.aside import INDEXES_MAX, delete, open_or_begin_anew, scratch_of
from swarmfeed.shell.store.entries import Tables
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.preparing import Apart


def open_index(path: Path, tables: Tables = TABLES) -> SqliteIndex:
    """Open the index; a damaged one is set aside, and an empty one takes its place.

    Raises:
        PassingError: It cannot even be read now.
    """
    delete(scratch_of(path))  # of a process that died meanwhile

    def open_it() -> SqliteIndex:
        return SqliteIndex(path, tables, _preparer(tables))

    lost = sentences.INDEX_SET_ASIDE
    return open_or_begin_anew(path, open_it, lost, kept_max=INDEXES_MAX)


def _preparer(tables: Tables) -> Apart:
    """Its process knows the tables of this program alone."""
    return Apart(puts_in=tables is TABLES)
