"""Sealing to a public key; see ``core.base.boxes``."""

from typing import Protocol


class Boxes(Protocol):
    """X-Wing with HPKE.  May be called from any thread; about half a millisecond each."""

    def trouble(self) -> str:
        """Why nothing can be sealed or opened here; empty when all is well.

        Some builds of the library lack ML-KEM; then every other method raises UserError.
        """
        ...

    def public_of(self, seed: bytes) -> bytes:
        """The public key of a seed of 32 bytes: PUBLIC_BYTES."""
        ...

    def seal(self, public: bytes, plain: bytes, info: bytes) -> bytes:
        """A new box, each time another one: EXTRA_BYTES longer than ``plain``.

        Args:
            info: What the box belongs to; has to be the same when it is opened.

        Raises:
            BadSealError: ``public`` is no key that anything can be sealed to.
        """
        ...

    def open(self, seed: bytes, box: bytes, info: bytes) -> bytes:
        """What is in a box.

        Raises:
            BadSealError: It is for another key, belongs to something else, or was changed.
        """
        ...
