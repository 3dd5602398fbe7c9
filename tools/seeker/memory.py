"""What a running process has in its memory, readable as it is or packed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from seeker.needle import Needle
from seeker.seeking import Place, places

_AT_ONCE: Final = 64 * 1024**2
_OVERLAP: Final = 4_096


def seek_memory(pid: int, needle: Needle) -> list[Place]:
    """Return every place in a process's memory that holds something of a text.

    All that it may write to is looked at, 64 MiB at a time; what it gives back meanwhile is
    not.  Raises PermissionError: this user may not look.
    """
    found = set[Place]()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for first, last in _written(pid):
            for at in range(first, last, _AT_ONCE):
                try:
                    memory.seek(at)
                    # A little of what comes next, for what stands across the cut.
                    content = memory.read(min(_AT_ONCE + _OVERLAP, last - at))
                except OSError:
                    break  # it was given back meanwhile
                file = f"memory of {pid} at {at:x}"
                found |= {Place(file, where) for where in places(content, needle)}
    return sorted(found)


def _written(pid: int) -> Iterator[tuple[int, int]]:
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        extent, modes, *_ = line.split()
        if modes.startswith("rw") and "[v" not in line:
            first, last = (int(each, 16) for each in extent.split("-"))
            yield first, last
