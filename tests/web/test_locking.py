"""The lock on the page, without script; what is typed as a passphrase never comes back."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.locking import IsLocked, LockKeys, LockState, UnlockKeys
from swarmfeed.errors import UserError

from tests.web.conftest import Site

OPEN = LockState(locked=False, has_passphrase=True, sentence="They are open.")


@dataclass
class Keys:
    """What the desk answers."""

    state: LockState = OPEN

    def lock(self) -> LockState:
        self.state = replace(self.state, locked=True, sentence="They are locked.")
        return self.state

    def unlock(self, passphrase: str) -> LockState:
        if passphrase != "horse":
            raise UserError("the passphrase is wrong")
        self.state = OPEN
        return self.state


@pytest.fixture
def keys(site: Site) -> Keys:
    kept = Keys()
    site.desk.rows[IsLocked] = lambda _, __: kept.state
    site.desk.rows[LockKeys] = lambda _, __: kept.lock()
    site.desk.rows[UnlockKeys] = lambda _, ask: kept.unlock(ask.passphrase)
    return kept


def test_the_keys_are_locked_and_opened_again(site: Site, keys: Keys) -> None:
    assert 'href="/lock"' in site.get("/me").text
    page = site.get("/lock").text
    assert "They are open." in page and 'action="/lock"' in page
    assert 'type="password"' not in page
    answer = site.post("/lock", {})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lock")
    page = site.get("/lock").text
    assert '<h1 class="page-title">Locked</h1>' in page
    assert 'type="password"' in page and 'action="/lock"' not in page
    answer = site.post("/unlock", {"passphrase": "horse"})
    assert (answer.status_code, keys.state.locked) == (303, False)


def test_a_wrong_passphrase_is_told_and_not_shown(site: Site, keys: Keys) -> None:
    keys.lock()
    answer = site.post("/unlock", {"passphrase": "house-of-cards"})
    assert answer.status_code == 400 and keys.state.locked
    assert "The passphrase is wrong" in answer.text
    assert "house-of-cards" not in answer.text


def test_keys_without_a_passphrase_have_no_button(site: Site, keys: Keys) -> None:
    keys.state = replace(OPEN, has_passphrase=False, sentence="nothing to lock")
    page = site.get("/lock").text
    assert "Nothing to lock" in page and 'action="/lock"' not in page
