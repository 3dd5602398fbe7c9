"""What the process that decodes pictures, and who asks it, say to each other."""

from typing import Final

READY: Final = b"!"
MADE: Final = b"+"
READ: Final = b"="
BETWEEN: Final = b"\0"
"""Stands between the texts of codes."""
REFUSED: Final = b"-"

NO_PICTURE: Final = b"no picture"
TOO_LARGE: Final = b"too large"
TOO_HARD: Final = b"too hard"
