"""What decodes pictures: those of the person, and those of strangers."""

from pathlib import Path
from typing import Protocol

from msgspec import Struct


class MadePicture(Struct, frozen=True, kw_only=True):
    """A picture made anew from pixels alone: nothing of the file it came from is in it."""

    type: str
    """``image/jpeg`` or ``image/webp``."""
    width: int
    height: int
    whole: bytes
    small: bytes
    """The same, for lists; of the same type."""


class Pictures(Protocol):
    """Decodes pictures, each where it can harm nobody."""

    def make(self, file: Path | bytes, side: int) -> MadePicture:
        """Make a picture anew.  Takes a second; called from any thread.

        Args:
            file: JPEG, PNG, WebP or GIF, of which the first frame is taken.
            side: The longest side that the whole one may have, in pixels.

        Raises:
            UserError: It is no such picture, or a larger one than may be read.
            PassingError: This machine refuses just now.
        """
        ...

    def read_codes(self, file: Path | bytes) -> tuple[str, ...]:
        """Return the texts of QR codes in a picture, none where none can be read.

        Raises:
            UserError, PassingError: As ``make``.
        """
        ...

    def close(self) -> None:
        """End what runs; whoever waits gets a PassingError."""
        ...
