"""Damaged databases are set aside under another name: whoever mends files can still have them.

Only damage does that (``troubles.DAMAGED``, or tables that this program did not make), met
twice while the system gives every byte (``look_twice``).  A file that is busy, full, forbidden
or not given by the disk just now stays where it is, and so does what a newer version wrote.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import structlog

from swarmfeed.core.asks.troubles import refusal
from swarmfeed.core.base.texts import Text
from swarmfeed.errors import DamageError, FatalError
from swarmfeed.shell.store.sqlite import look_twice

logger = structlog.get_logger()

T = TypeVar("T")

SUFFIX: Final = ".damaged"
PARTS: Final = ("", "-wal", "-shm")
"""What SQLite keeps of one database, by the ends of the names."""

INDEXES_MAX: Final = 1
"""Damaged indexes that are kept: they are large, and all in them is in the logs."""

LEDGERS_MAX: Final = 3
"""Damaged ledgers that are kept: what was seen of others over weeks stands in them alone."""


def scratch_of(path: Path) -> Path:
    """Where what is tried beside a database stands, for as long as it is tried."""
    return path.with_name(f"scratch-{path.name}")


def open_or_begin_anew(path: Path, open_it: Callable[[], T], lost: Text, *, kept_max: int) -> T:
    """Open a database; a damaged one is set aside, and a new one begun.

    Args:
        lost: Says so, with the name it is ``kept`` by.
        kept_max: As in ``set_aside``.

    Raises:
        PassingError: It cannot even be read now, or the folder takes no change.
        UserError: A newer version wrote what stands nowhere else.
    """
    try:
        return look_twice(path, open_it)
    except DamageError as error:
        kept = set_aside(path, kept_max=kept_max)
        logger.warning(lost(kept=kept.name), reason=str(error))
    return open_it()


def set_aside(path: Path, *, kept_max: int = INDEXES_MAX) -> Path:
    """Rename a database that nobody has open; returns where it is now.

    The newest is ``<name>.damaged``, those before it ``<name>.damaged.1`` and so on; what is
    more than ``kept_max`` is deleted, the oldest first.

    Raises:
        PassingError: The folder takes no change now.
    """
    places = [path, *(_aside(path, number) for number in range(kept_max))]
    with _translated(path):
        for older, newer in reversed(list(zip(places[1:], places, strict=False))):
            for part in PARTS:
                _move(_part(newer, part), _part(older, part))
    return places[1]


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}{SUFFIX}{f'.{number}' if number else ''}")


def _part(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)


def _move(path: Path, to: Path) -> None:
    """Also when there is nothing to move: then nothing old may stay beside what is new."""
    try:
        os.replace(path, to)
    except FileNotFoundError:
        with suppress(FileNotFoundError):
            to.unlink()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        unknown = FatalError(f"{path} cannot be set aside: {error.strerror}")
        raise refusal(error, path) or unknown from error


def is_set_aside(path: Path) -> bool:
    """Whether a damaged database of this name was kept, and still is."""
    return _aside(path, 0).exists()


def delete_aside(path: Path) -> None:
    """Delete what was set aside of an index: it holds texts, some of which are gone by now."""
    with _translated(path):
        for part in PARTS:
            _part(_aside(path, 0), part).unlink(missing_ok=True)


def delete(path: Path) -> None:
    """Remove a database with all its parts; nobody may have it open."""
    for part in PARTS:
        _part(path, part).unlink(missing_ok=True)
