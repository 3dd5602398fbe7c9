"""The passphrase in a keyring: a real backend of the library, in memory."""

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked, PasswordDeleteError
from swarmfeed.errors import UserError
from swarmfeed.shell.passphrases import forget_passphrase, keep_passphrase, kept_passphrase


class Drawer(KeyringBackend):
    """Keeps in memory what others keep in the system."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked("nobody unlocked it")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise PasswordDeleteError
        del self.kept[service, username]


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    usual, opened = keyring.get_keyring(), Drawer()
    keyring.set_keyring(opened)
    yield opened
    keyring.set_keyring(usual)


def test_each_home_has_a_passphrase_of_its_own(drawer: Drawer, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    keep_passphrase(one, "correct horse")
    assert (kept_passphrase(one), kept_passphrase(two)) == ("correct horse", None)
    keep_passphrase(one, "battery staple")
    assert drawer.kept == {("swarmfeed", str(one)): "battery staple"}
    assert (forget_passphrase(one), forget_passphrase(one)) == (True, False)
    assert drawer.kept == {}


def test_a_keyring_that_does_not_answer_is_told(drawer: Drawer, tmp_path: Path) -> None:
    drawer.is_locked = True
    with pytest.raises(UserError, match="did not answer: nobody unlocked it"):
        kept_passphrase(tmp_path)


def test_a_system_without_a_keyring_is_told(drawer: Drawer, tmp_path: Path) -> None:
    keyring.set_keyring(NoKeyring())
    with pytest.raises(UserError, match="offers no keyring"):
        kept_passphrase(tmp_path)


def test_without_the_library_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring.errors", None)
    with pytest.raises(UserError, match=r"pip install 'swarmfeed\[keyring\]'"):
        kept_passphrase(tmp_path)
