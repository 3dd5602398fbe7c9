"""The passphrase of a home in the system's keyring, for whoever wants it there.

Nothing is looked up and nothing kept unless a person said ``--keyring``.  The only module that
imports ``keyring``, which is there only where it was installed: ``swarmfeed[keyring]``.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.errors import UserError

SERVICE: Final = "swarmfeed"
"""What the keyring shows the entries under; each home has one, by its path."""


def kept_passphrase(home: Path) -> str | None:
    """Return what is kept for a home; None: nothing.

    Raises:
        UserError: There is no keyring, or it does not answer.
    """
    with _trouble():
        import keyring

        return keyring.get_password(SERVICE, _name(home))


def keep_passphrase(home: Path, passphrase: str) -> None:
    """Keep the passphrase of a home, in place of another.  Raises as ``kept_passphrase``."""
    with _trouble():
        import keyring

        keyring.set_password(SERVICE, _name(home), passphrase)


def forget_passphrase(home: Path) -> bool:
    """Take the passphrase of a home out; False when there is none.

    Raises:
        UserError: As ``kept_passphrase``.
    """
    if kept_passphrase(home) is None:
        return False
    with _trouble():
        import keyring

        keyring.delete_password(SERVICE, _name(home))
    return True


def drop_passphrase(home: Path) -> None:
    """Take the passphrase of a home that is deleted out, where a keyring has one."""
    with suppress(UserError):
        forget_passphrase(home)


def _name(home: Path) -> str:
    return str(home.absolute())


@contextmanager
def _trouble() -> Iterator[None]:
    try:
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError as error:
        raise UserError(sentences.KEYRING_NOT_INSTALLED()) from error
    try:
        yield
    except NoKeyringError as error:
        raise UserError(sentences.NO_KEYRING()) from error
    except KeyringError as error:
        raise UserError(sentences.KEYRING_FAILED(reason=error)) from error
