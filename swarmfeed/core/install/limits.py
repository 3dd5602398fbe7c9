"""Bounds of a node that the system starts, and of what is kept for its starts."""

from typing import Final

MEMORY_MAX: Final = "2G"
"""Of one node, for systemd: a supernode of a large network stays below half of it."""

RESTART_S: Final = 10
"""How long after a crash it is started again."""

RESTARTS_MAX: Final = 5
RESTARTS_WITHIN_S: Final = 300
"""After so many starts in so many seconds it stays down: a disk that is full does not mend by
trying."""

KEPT_SETTINGS_BYTES_MAX: Final = 65_536
"""Longest file of settings: a hundred of them have 4 kB."""
