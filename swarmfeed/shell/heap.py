"""Memory that was freed goes back to the system, and little of it lies about meanwhile.

The allocator of the C library keeps what it once had, in an arena for each thread, up to eight
for each core: what a backlog took for a minute stays in the process for days, in pieces.

Source: mallopt(3), malloc_trim(3).
"""

import ctypes
from typing import Final

ARENAS_MAX: Final = 2
"""Where threads find memory.  Python's own objects are elsewhere, and it runs one thread at a
time: with two, an hour of posts left 4 MB in pieces, with eight a core 11."""

MAPPED_BYTES: Final = 128 * 1024
"""Blocks of so many bytes are pages of their own, which go back when they are freed.  Left
alone, glibc begins with this size and raises it to that of each such block that it frees, up to
32 MB: then they lie among the small ones, and leave holes.  In a quarter of an hour of posts
the heap grew from 24.0 to 27.5 MB by that, 21.8 of them used; with this it stays at 22."""

_M_ARENA_MAX: Final = -8
_M_MMAP_THRESHOLD: Final = -3

_LIBC = ctypes.CDLL(None)


def keep_heap_small() -> None:
    """Let threads share ARENAS_MAX arenas, and large blocks lie apart; before the first one.

    Other C libraries than glibc have no such arenas, or no such function.
    """
    if tune := getattr(_LIBC, "mallopt", None):
        tune(_M_ARENA_MAX, ARENAS_MAX)
        tune(_M_MMAP_THRESHOLD, MAPPED_BYTES)


def give_back_free_memory() -> None:
    """Give whole free pages back.  Other C libraries than glibc do it themselves, or never."""
    if trim := getattr(_LIBC, "malloc_trim", None):
        trim(0)
