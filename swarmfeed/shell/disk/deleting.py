"""Deleting a home: keys first, then all that the program made, and nothing else.

Without keys nothing is left that could write: a home of which only a part is gone, after a
power cut, cannot go on in a log that others know further.  A file says that it was begun, until
all is gone: whoever comes to such a home finishes it.
"""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.base.address import ADDRESS_CHARS
from swarmfeed.errors import PassingError
from swarmfeed.shell.disk.durable import (
    TEMPORARY_SUFFIX,
    fsync_folder,
    is_there,
    write_file,
)

KEYS: Final = "keys"
BEGUN: Final = "deleting"
"""Is there from before the keys go until all is gone."""
FILES: Final = (
    *("settings", "sheets", "papers", "high-water", "feeds", "media", "lists", "run"),
    *("new", "looking"),
)
"""Files and folders of a home."""

DATABASES: Final = (
    *("index.db", "ledger.db", "private.db", "letters.db", "mailboxes.db", "recent.db"),
    *("webfeeds.db",),
)

# Nothing but what the program itself calls so: ``keys.backup-on-usb`` is the person's.
_TEMPORARY: Final = rf"\.[^.]+{re.escape(TEMPORARY_SUFFIX)}"
_KEYS: Final = re.compile(rf"{KEYS}(\.[a-z2-7]{{{ADDRESS_CHARS}}})?|\.{KEYS}{_TEMPORARY}")
"""Those of a device that was before are called by its address, too."""
_FILES: Final = re.compile(rf"({'|'.join(FILES)})|\.({'|'.join((*FILES, BEGUN))}){_TEMPORARY}")
_DATABASES: Final = re.compile(
    rf"(scratch-)?({'|'.join(map(re.escape, DATABASES))})"
    r"(\.damaged(\.[0-9]+)?)?(-(wal|shm|journal))?"
)
"""Also what was set aside of one, and tried beside it, each with SQLite's journals."""

LOCK: Final = "lock"
"""Stays: two processes would have locks of one name."""


def delete_home(home: Path) -> list[str]:
    """Delete what is ours in a home, and return names of what else is there.

    The caller holds the home's lock, and nothing in it is open any more.

    Raises:
        OSError: Something cannot be deleted; the keys are gone by then, or that is what failed.
    """
    with suppress(PassingError):  # a full disk is emptied without it
        write_file(home / BEGUN, b"")
    for path in [each for each in home.iterdir() if _KEYS.fullmatch(each.name)]:
        path.unlink()
    fsync_folder(home)
    for path in list(home.iterdir()):
        if _FILES.fullmatch(path.name) or _DATABASES.fullmatch(path.name):
            _delete(path)
    fsync_folder(home)
    (home / BEGUN).unlink(missing_ok=True)
    fsync_folder(home)
    return sorted(each.name for each in home.iterdir() if each.name != LOCK)


def is_half_deleted(home: Path) -> bool:
    """Whether a power cut came between the keys and all the rest.  Raises PassingError."""
    return is_there(home / BEGUN) and not is_there(home / KEYS)


def finish_deleting(home: Path) -> None:
    """Delete what is left of a home that somebody agreed to delete.

    The caller holds the home's lock.  Where the keys are still there the home is whole: then
    nothing goes by itself, now or later.  Raises as ``delete_home``.
    """
    if is_half_deleted(home):
        delete_home(home)
    (home / BEGUN).unlink(missing_ok=True)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
