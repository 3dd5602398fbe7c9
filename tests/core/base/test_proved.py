"""What was found true once is known again, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base import proved
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.proved import MARK_BYTES, Proved
from swarmfeed.errors import BadSignatureError

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(1, 33))
KEY = SigningKey(bytes(32))


@pytest.fixture(name="curve")
def _curve(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Messages whose signatures were verified with the curve."""
    asked: list[bytes] = []

    def verify(public: bytes, message: bytes, signature: bytes) -> None:
        asked.append(message)
        verify_signature(public, message, signature)

    monkeypatch.setattr(proved, "verify_signature", verify)
    return asked


def prove(kept: bytes, *messages: bytes, secret: bytes = SECRET) -> bytes:
    known = Proved(secret, kept)
    for message in messages:
        known.verify(KEY.public, message, KEY.sign(message))
    return known.marks()


def test_what_was_true_before_takes_no_curve(curve: list[bytes]) -> None:
    marks = prove(b"", b"one", b"two")
    assert curve == [b"one", b"two"]
    assert prove(marks, b"two", b"three") == prove(b"", b"three", b"two")
    assert curve[2:] == [b"three", b"three", b"two"]


def test_only_who_has_the_secret_makes_marks(curve: list[bytes]) -> None:
    marks = prove(b"", b"one", secret=OTHER_SECRET)
    assert prove(marks, b"one") != marks
    assert curve == [b"one", b"one"]


def test_marks_are_those_of_this_time_alone() -> None:
    marks = prove(prove(b"", b"one"), b"two")
    assert marks == prove(b"", b"two")
    assert len(marks) == MARK_BYTES


@given(st.binary(max_size=60), st.data())
def test_a_changed_bit_is_verified_and_found_false(message: bytes, data: st.DataObject) -> None:
    marks = prove(b"", message)
    said = KEY.public + KEY.sign(message) + message
    bit = data.draw(st.integers(0, len(said) * 8 - 1))
    spoilt = bytearray(said)
    spoilt[bit // 8] ^= 1 << bit % 8
    known = Proved(SECRET, marks)
    with pytest.raises(BadSignatureError):
        known.verify(bytes(spoilt[:32]), bytes(spoilt[96:]), bytes(spoilt[32:96]))
    assert known.marks() == b""


@given(st.integers(0, 40))
def test_no_part_of_what_was_signed_moves_into_another(shift: int) -> None:
    """A key, signature and message of other lengths are not those that were true."""
    known = Proved(SECRET, prove(b"", bytes(40)))
    said = KEY.sign(bytes(40)) + bytes(40)
    with pytest.raises(BadSignatureError):
        known.verify(KEY.public + said[: shift + 1], said[64:], said[shift + 1 : 64])


@given(st.binary(max_size=100))
def test_whatever_was_kept_nothing_false_becomes_true(kept: bytes) -> None:
    known = Proved(SECRET, kept)
    known.verify(KEY.public, b"true", KEY.sign(b"true"))
    with pytest.raises(BadSignatureError):
        known.verify(KEY.public, b"false", KEY.sign(b"true"))
