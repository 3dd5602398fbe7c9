"""Names places in files of SQLite as other tools do: pages, frames of the log."""

from collections.abc import Callable
from typing import Final

Name = Callable[[int], str]
"""Names the place at some byte of a file."""

_DATABASE: Final = b"SQLite format 3\0"
_LOGS: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_LOG_HEADER_BYTES: Final = 32
_FRAME_HEADER_BYTES: Final = 24


def namer(content: bytes) -> Name:
    """Return what names the places of a file by what kind of file it is."""
    if content.startswith(_DATABASE):
        size, free = _page_size(content, 16, 2), _free_pages(content)
        return lambda at: f"page {at // size + 1}{' (free)' * (at // size + 1 in free)}"
    if content[:4] in _LOGS:
        size = _FRAME_HEADER_BYTES + _page_size(content, 8, 4)
        return lambda at: f"frame {max(at - _LOG_HEADER_BYTES, 0) // size + 1}"
    return lambda at: f"byte {at}"


def _free_pages(content: bytes) -> set[int]:
    """Numbers of pages in which nothing is kept any more."""
    size, free = _page_size(content, 16, 2), set[int]()
    trunk = _number(content, 32)
    while trunk and trunk not in free:
        at = (trunk - 1) * size
        count = min(_number(content, at + 4), size // 4 - 2)
        free |= {trunk, *(_number(content, at + 8 + 4 * each) for each in range(count))}
        trunk = _number(content, at)
    return free


def _page_size(content: bytes, at: int, length: int) -> int:
    size = int.from_bytes(content[at : at + length], "big")
    return 65_536 if size == 1 else max(size, 512)


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "big")
