"""Settings that a home keeps for the next starts."""

from collections.abc import Mapping
from typing import Protocol


class KeptSettings(Protocol):
    """Flags, and values as people write them."""

    def read(self) -> Mapping[str, str]:
        """Return them; nothing where none were kept.

        Raises:
            UserError: What is there cannot be understood; it stays as it is.
            PassingError: Not now.
        """
        ...

    def write(self, kept: Mapping[str, str]) -> None:
        """Keep these, and no others.  PassingError: not now; all is as it was."""
        ...
