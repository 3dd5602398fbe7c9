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

_M_ARENA_MAX: Final = -8

_LIBC = ctypes.CDLL(None)


def share_arenas() -> None:
    """Let all threads have ARENAS_MAX arenas; before the first of them begins.

    Other C libraries than glibc have no such arenas, or no such function.
    """
    if tune := getattr(_LIBC, "mallopt", None):
        tune(_M_ARENA_MAX, ARENAS_MAX)


def give_back_free_memory() -> None:
    """Give whole free pages back.  Other C libraries than glibc do it themselves, or never."""
    if trim := getattr(_LIBC, "malloc_trim", None):
        trim(0)
