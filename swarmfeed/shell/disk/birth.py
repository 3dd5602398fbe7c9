"""A home comes into being in one step, whenever the power goes.

    new/                what is being made; gone when it is done
        begun           two lines: address of the feed, address of the author
        feeds/, high-water/, sheets, keys

All is made in ``new/`` first.  Then the feed, its mark and the sheets move to their places, and
the keys last: a home with keys is whole.  While ``new/keys`` is there the step was not done,
and the next attempt takes away what has moved already; without it there is nothing to take
away.

Where there were keys (their feed may not be signed any more), they stay beside the new ones.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.base.address import (
    format_address,
    format_author,
    parse_address,
    parse_author,
)
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import DamageError, UserError
from swarmfeed.shell.disk.durable import fsync_folder, make_folder, read_file, write_file
from swarmfeed.shell.disk.sheets import SHEETS

_BEGUN_BYTES_MAX: Final = 256
_MOVED: Final = ("feeds", "high-water")


def begin(home: Path, feed_id: FeedId, author_id: AuthorId) -> Path:
    """Return the folder to make a home in, empty but for what names it.

    The caller holds the home's lock.
    """
    clear_away(home)
    folder = unfinished(home)
    make_folder(folder)
    lines = f"{format_address(feed_id)}\n{format_author(author_id)}\n"
    write_file(folder / "begun", lines.encode("ascii"))
    return folder


def finish(home: Path, feed_id: FeedId, old_feed_id: FeedId | None = None) -> None:
    """Put what ``begin`` named in its places; when this returns, the home is whole.

    Args:
        old_feed_id: The feed of the keys that are there; they become ``keys.<its address>``.
    """
    folder, name = unfinished(home), format_address(feed_id)
    for place in _MOVED:
        make_folder(home / place)
        os.rename(folder / place / name, home / place / name)
        fsync_folder(home / place)
    if (folder / SHEETS).exists():
        os.replace(folder / SHEETS, home / SHEETS)
    if old_feed_id is not None:
        with suppress(FileExistsError):
            os.link(home / "keys", home / f"keys.{format_address(old_feed_id)}")
        fsync_folder(home)
    os.rename(folder / "keys", home / "keys")
    fsync_folder(home)
    clear_away(home)


def clear_away(home: Path) -> None:
    """Take away what an attempt left that was cut short.  The caller holds the home's lock."""
    folder = unfinished(home)
    if (folder / "keys").exists() and (begun := _begun(home)):
        for place in _MOVED:
            _remove(home / place / begun[0])
    # First what says that something has moved: the rest says nothing without it.
    _remove(folder / "keys")
    _remove(folder)


def unfinished_author(home: Path) -> str:
    """Address of the author whose home was being made when it was cut short; empty: none."""
    begun = _begun(home) if (unfinished(home) / "keys").exists() else []
    return begun[1] if len(begun) == 2 else ""


def unfinished(home: Path) -> Path:
    """Return the folder of what is being made, and is in no place of a home yet."""
    return home / "new"


def _begun(home: Path) -> list[str]:
    """Both addresses; none unless they are: what is named there is taken away."""
    with suppress(FileNotFoundError, DamageError, UserError, ValueError):
        content = read_file(unfinished(home) / "begun", _BEGUN_BYTES_MAX)
        lines = content.decode("ascii", "replace").splitlines()
        feed, author = lines
        return [
            format_address(FeedId(parse_address(feed))),
            format_author(parse_author(author)),
        ]
    return []


def _remove(path: Path) -> None:
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
