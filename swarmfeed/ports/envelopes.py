"""What letters are sealed with: envelopes around them, and ratchets that move with each one.

Both roll dice, so they are shells.  Nothing of them is kept there: a ratchet's state goes in
and comes out.
"""

from typing import Protocol

from swarmfeed.core.base.ratchets import RatchetHeader


class Envelopes(Protocol):
    """ML-KEM-768, and HPKE with X25519.  From any thread; half a millisecond each."""

    def mlkem_public(self, seed: bytes) -> bytes:
        """The public key of a seed of MLKEM_SEED_BYTES."""
        ...

    def encapsulate(self, public: bytes) -> tuple[bytes, bytes]:
        """A new secret of 32 bytes, and the text from which the owner of ``public`` gets it.

        Raises:
            BadSealError: ``public`` is no key.
        """
        ...

    def decapsulate(self, seed: bytes, text: bytes) -> bytes:
        """The secret in a text; of a text that was changed another one comes out.

        Raises:
            BadSealError: It is no such text.
        """
        ...

    def close_up(self, public: bytes, plain: bytes, info: bytes) -> bytes:
        """Seal to an X25519 key; 48 bytes longer than ``plain``.

        Raises:
            BadSealError: Nothing can be sealed to it.
        """
        ...

    def open_up(self, private: bytes, box: bytes, info: bytes) -> bytes:
        """What was sealed.

        Raises:
            BadSealError: It is for another key, belongs to something else, or was changed.
        """
        ...


class Ratchets(Protocol):
    """The Double Ratchet.  From any thread; a fifth of a millisecond each.

    ``context`` belongs to what is sealed: it has to be the same when it is opened.
    """

    def begin(
        self, secret: bytes, theirs: bytes, plain: bytes, context: bytes
    ) -> tuple[bytes, RatchetHeader, bytes]:
        """Begin a session, and seal its first letter.

        Args:
            secret: What both sides have agreed on, 32 bytes.
            theirs: Public prekey of the other one.

        Returns:
            State, header, sealed letter.

        Raises:
            BadSealError: ``theirs`` keeps nothing secret.
        """
        ...

    def answer(
        self, secret: bytes, own: bytes, header: RatchetHeader, sealed: bytes, context: bytes
    ) -> tuple[bytes, bytes]:
        """Take up a session that somebody began; ``own`` is the private prekey.

        Returns:
            State, plain letter.

        Raises:
            BadSealError: It does not open.
        """
        ...

    def seal(
        self, state: bytes, plain: bytes, context: bytes
    ) -> tuple[bytes, RatchetHeader, bytes]:
        """Seal the next letter.  Returns state, header, sealed letter.

        What it returns is not to be sent before the state is synced.
        """
        ...

    def open(
        self, state: bytes, header: RatchetHeader, sealed: bytes, context: bytes
    ) -> tuple[bytes, bytes]:
        """Open a letter, whichever of the session it is.

        Returns:
            State, plain letter.

        Raises:
            BadSealError: It does not open, was opened before, or is too far ahead; the state is
                as it was.
        """
        ...
