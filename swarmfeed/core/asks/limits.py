"""Bounds of what people ask for."""

from typing import Final

FOLLOWED_AT_ONCE_MAX: Final = 4_096
"""People followed by one ask: as many bare addresses as fit into one form of the page."""

FOLLOWED_BYTES_MAX: Final = 6 * 1024 * 1024
"""Longest JSON body that names them: each with the longest link there is."""
