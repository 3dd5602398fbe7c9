"""The index of a home, opened: a damaged one gives way to an empty one."""

from pathlib import Path

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.aside import delete, scratch_of, set_aside
from swarmfeed.shell.store.entries import Tables
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.preparing import Apart

logger = structlog.get_logger()


def open_index(path: Path, tables: Tables = TABLES) -> SqliteIndex:
    """Open the index; a damaged one is set aside, and an empty one takes its place.

    Raises:
        PassingError: It cannot even be read now.
    """
    delete(scratch_of(path))  # of a process that died meanwhile
    try:
        return SqliteIndex(path, tables, Apart())
    except DamageError as error:
        said = sentences.INDEX_SET_ASIDE(kept=set_aside(path).name)
        logger.warning(said, reason=str(error))
        return SqliteIndex(path, tables, Apart())
