"""Looks through every file of a home for a text.

All bytes of each file are looked at as they lie: rows and their free space, pages that are
free, words of the full-text index, frames of a log that was begun anew, what a shorter writing
left behind in a slot.  What is packed in them is unpacked and looked at too.

Out of reach: what stands behind the end of a file, and what the file system has of files that
were deleted.  Of those that a process still has open, ``seek_open`` looks at the bytes.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from seeker.needle import Needle
from seeker.packed import unpacked
from seeker.sqlitefile import namer

DEPTH_MAX: Final = 4
"""Frames in frames: a journal's base in a chunk in a letter would be three."""


class Place(Struct, frozen=True, order=True):
    """Where something of a text was found."""

    file: str
    """Of the home, with slashes."""
    where: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}"


def seek(home: Path, needle: Needle) -> list[Place]:
    """Return every place in a folder that holds something of a text."""
    found = set[Place]()
    for path in home.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # deleted since: a running node does that
        file = path.relative_to(home).as_posix()
        found |= {Place(file, where) for where in places(content, needle)}
    return sorted(found)


def seek_open(pid: int, needle: Needle) -> list[Place]:
    """Return where a text is in files that are deleted, and that a process still has open."""
    found = set[Place]()
    for each in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(each)
            if not target.endswith(" (deleted)") or not each.is_file():
                continue
            content = each.read_bytes()
        except FileNotFoundError:
            continue  # closed since
        found |= {Place(target, where) for where in places(content, needle)}
    return sorted(found)


def places(content: bytes, needle: Needle, depth: int = 0) -> Iterator[str]:
    """Yield what to call each place in some bytes at which something of a text stands."""
    name = namer(content)
    yield from sorted({name(at) for at in needle.places(content)})
    if depth < DEPTH_MAX:
        for at, inside in unpacked(content):
            for where in places(inside, needle, depth + 1):
                yield f"packed at byte {at}, {where}"
