"""Keeps what this process knows, and writes, from the other users and programs of the machine.

Keys, passphrases and letters are in memory while a node runs.  A core dump would put all of it
into a file; a debugger of the same user would read it without one.

Source: getrlimit(2), prctl(2) (PR_SET_DUMPABLE), ptrace(2), proc(5), umask(2).
"""

import ctypes
import os
import resource
import sys
from contextlib import suppress
from typing import Final

OWNER_ONLY: Final = 0o077
"""The umask: whoever writes a file, a library included, writes it for this user alone."""

_PR_SET_DUMPABLE: Final = 4


def keep_private() -> None:
    """No core dump, no debugger, no file for others, from now on and for all children.

    What a system does not offer is left out: only Linux refuses debuggers and dumps that are
    piped to a program.  A child that runs another program may be debugged again, by the
    kernel's rule.
    """
    os.umask(OWNER_ONLY)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
