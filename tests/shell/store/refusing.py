"""A disk that gives nothing of a file just now."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

EIO: Final = Path("/proc/self/mem")
"""A file whose first bytes no process is given: the system reports an error of the device."""


@contextmanager
def refused(path: Path) -> Iterator[None]:
    """Whoever in this process has a file open gets nothing of it; opened anew, it is whole."""
    whole = path.resolve()
    opened = [int(each) for each in os.listdir("/proc/self/fd") if _leads_to(each, whole)]
    kept, other = [os.dup(each) for each in opened], os.open(EIO, os.O_RDONLY)
    try:
        for each in opened:
            os.dup2(other, each)
        yield
    finally:
        for each, before in zip(opened, kept, strict=True):
            os.dup2(before, each)
            os.close(before)
        os.close(other)


def _leads_to(descriptor: str, path: Path) -> bool:
    return Path(f"/proc/self/fd/{descriptor}").resolve() == path
