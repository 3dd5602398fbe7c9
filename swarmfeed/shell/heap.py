"""Memory that was freed goes back to the system.

The allocator of the C library keeps what it once had, in an arena for each thread: what a
backlog took for a minute stays in the process for days.

Source: malloc_trim(3).
"""

import ctypes

_LIBC = ctypes.CDLL(None)


def give_back_free_memory() -> None:
    """Give whole free pages back.  Other C libraries than glibc do it themselves, or never."""
    if trim := getattr(_LIBC, "malloc_trim", None):
        trim(0)
