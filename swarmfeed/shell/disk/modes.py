"""Who else may read a home: nobody.  What was left open, by whatever wrote it, is closed.

Source: path_resolution(7), chmod(2); inode(7) for the sticky bit.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

OTHERS_BITS: Final = 0o077
"""Rights of the group and of everybody."""


def close_to_others(folder: Path) -> tuple[Path, ...]:
    """Take the rights of others from a folder and all in it; returns what had any.

    Links are not followed, and what is another user's is passed over.  What cannot be changed
    stays as it is: reading works on a disk that takes nothing.
    """
    found = []
    for path in _all_of(str(folder)):
        try:
            mode = os.stat(path, follow_symlinks=False).st_mode
            if mode & OTHERS_BITS and not stat.S_ISLNK(mode):
                os.chmod(path, stat.S_IMODE(mode) & ~OTHERS_BITS)
                found.append(Path(path))
        except OSError:
            continue
    return tuple(found)


def open_folder(folder: Path) -> Path | None:
    """Return the first folder, from here upwards, in which everybody may replace things.

    Whoever may do that can put another home in place of ours.  A folder like /tmp, where
    everybody may write but only the owner of a thing may take it away, is none.
    """
    for each in (folder, *folder.absolute().parents):
        try:
            mode = each.stat().st_mode
        except OSError:
            continue
        if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
            return each
    return None


def may_be_read_by_others(descriptor: int) -> bool:
    """Whether an open file is one that others may read; a pipe or a terminal is not."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISREG(mode) and bool(mode & OTHERS_BITS)


def _all_of(folder: str) -> Iterator[str]:
    yield folder
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield f"{root}/{name}"
