"""A key that is locked signs nothing new, and comes back whole."""

import gc

import pytest
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.lockable import KNOWN_MAX, LockableKey, LockedError

SEED = bytes(range(32))


def test_it_signs_as_the_key_does() -> None:
    key = LockableKey(SigningKey(SEED))
    assert key.public == SigningKey(SEED).public and not key.is_locked
    verify_signature(key.public, b"head", key.sign(b"head"))
    assert key.sign(b"head") == SigningKey(SEED).sign(b"head")


def test_locked_it_says_again_what_it_said_and_nothing_new() -> None:
    key = LockableKey(SigningKey(SEED))
    said = key.sign(b"head")
    key.lock()
    assert key.is_locked and key.sign(b"head") == said
    with pytest.raises(LockedError):
        key.sign(b"another head")
    key.unlock(SigningKey(SEED))
    assert key.sign(b"another head") == SigningKey(SEED).sign(b"another head")


def test_only_the_last_signatures_are_remembered() -> None:
    key = LockableKey(SigningKey(SEED))
    for number in range(KNOWN_MAX + 1):
        key.sign(b"%d" % number)
    key.lock()
    assert key.sign(b"1")
    with pytest.raises(LockedError):
        key.sign(b"0")


def test_nobody_unlocks_it_with_another_key() -> None:
    key = LockableKey(SigningKey(SEED))
    key.lock()
    with pytest.raises(ValueError, match="another key"):
        key.unlock(SigningKey(bytes(32)))
    assert key.is_locked


def test_a_lock_keeps_no_hold_of_the_secret_part() -> None:
    """Whoever gave it may forget it too: then nothing in this process refers to it."""
    secret = SigningKey(SEED)
    key = LockableKey(secret)
    key.lock()
    assert not [each for each in gc.get_referrers(secret) if isinstance(each, LockableKey)]
    assert not hasattr(key, "__dict__")
