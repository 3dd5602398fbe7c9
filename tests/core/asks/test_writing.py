"""What people type: cleaning and tags."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.writing import clean_text
from swarmfeed.core.base.limits import TEXT_BYTES_MAX
from swarmfeed.errors import UserError


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("hello", "hello"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\tb", "a\tb"),
        ("a\x00b\x1b[31mc\x7f\x85d", "ab[31mcd"),
        ("  indented \n\n \t", "  indented"),
        ("e\u0301", "\u00e9"),
        ("a\ud800b", "ab"),
        ("👩\u200d🚀 مرحبا", "👩\u200d🚀 مرحبا"),
    ],
)
def test_text_is_cleaned(typed: str, cleaned: str) -> None:
    assert clean_text(typed) == cleaned


@given(st.text(st.characters(), min_size=1))
def test_clean_text_stays_as_it_is(typed: str) -> None:
    try:
        cleaned = clean_text(typed)
    except UserError:
        return
    assert clean_text(cleaned) == cleaned == normalize("NFC", cleaned)
    assert 0 < len(cleaned.encode()) <= TEXT_BYTES_MAX


@pytest.mark.parametrize("typed", ["", " \n\t ", "\x00\x01", "\ud800"])
def test_an_empty_post_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="empty"):
        clean_text(typed)


def test_a_post_that_is_too_long_is_told_with_its_figures() -> None:
    assert len(clean_text("é" * 4_000).encode()) == TEXT_BYTES_MAX
    with pytest.raises(UserError, match=r"8,002 bytes long \(4,001 characters\).*8,000"):
        clean_text("é" * 4_001)
