"""What is done to the files of a home: one change, of one of eight kinds."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct

BLOCK_BYTES: Final = 4_096
"""What a disk loses at once; also a page of the index."""


class Change(Struct, frozen=True, kw_only=True):
    """One kind."""

    name: str
    make: Callable[[Path, Path, Random], None]
    """Changes the first file; the second is another one of the home."""


def _rewrite(path: Path, content: bytes) -> None:
    # In place, as a disk does it: the name and the inode stay.
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()


def _bit(path: Path, _: Path, luck: Random) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    _rewrite(path, bytes(content))


def _byte(path: Path, _: Path, luck: Random) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[luck.randrange(len(content))] = luck.randrange(256)
    _rewrite(path, bytes(content))


def _cut(path: Path, _: Path, luck: Random) -> None:
    content = path.read_bytes()
    _rewrite(path, content[: luck.randrange(len(content) + 1)])


def _delete(path: Path, _: Path, __: Random) -> None:
    path.unlink()


def _swap_ranges(path: Path, _: Path, luck: Random) -> None:
    """Two blocks change places; in a short file, two halves."""
    content = path.read_bytes()
    blocks = len(content) // BLOCK_BYTES
    if blocks < 2:
        middle = len(content) // 2
        _rewrite(path, content[middle:] + content[:middle])
        return
    one, two = (at * BLOCK_BYTES for at in sorted(luck.sample(range(blocks), 2)))
    first, second = content[one : one + BLOCK_BYTES], content[two : two + BLOCK_BYTES]
    _rewrite(
        path,
        content[:one]
        + second
        + content[one + BLOCK_BYTES : two]
        + first
        + content[two + BLOCK_BYTES :],
    )


def _swap_files(path: Path, other: Path, _: Random) -> None:
    content, others = path.read_bytes(), other.read_bytes()
    _rewrite(path, others)
    _rewrite(other, content)


def _zero(path: Path, _: Path, luck: Random) -> None:
    content = bytearray(path.read_bytes())
    at = luck.randrange(len(content) // BLOCK_BYTES + 1) * BLOCK_BYTES
    content[at : at + BLOCK_BYTES] = bytes(len(content[at : at + BLOCK_BYTES]))
    _rewrite(path, bytes(content))


def _lose_folder(path: Path, _: Path, __: Random) -> None:
    """All files beside it, and below; in the home itself only the one: else nothing is left."""
    is_home = (path.parent / "feeds").is_dir()
    for each in (path,) if is_home else sorted(path.parent.rglob("*")):
        if each.is_file():
            each.unlink()


CHANGES: Final = (
    Change(name="bit", make=_bit),
    Change(name="byte", make=_byte),
    Change(name="cut", make=_cut),
    Change(name="delete", make=_delete),
    Change(name="swap ranges", make=_swap_ranges),
    Change(name="swap files", make=_swap_files),
    Change(name="zero", make=_zero),
    Change(name="lose folder", make=_lose_folder),
)
