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
        ("a\vb\fc\x85d", "a\nb\nc\nd"),
        ("  indented \n\n \t", "  indented"),
        ("e\u0301", "\u00e9"),
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


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a\x00b", r"control character \(U\+0000\).* character 2;"),
        ("a\x1b[31mc", r"\(U\+001B\).* character 2;"),
        ("\x7f", r"\(U\+007F\)"),
        ("ab\x96", r"\(U\+0096\).* character 3;"),
        ("a\ud800b", "is not UTF-8: character 2"),
        ("caf\udce9", "is not UTF-8: character 4"),
    ],
)
def test_nothing_is_left_out_of_a_text_without_a_word(typed: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        clean_text(typed)


@pytest.mark.parametrize("typed", ["", " \n\t ", "\r\n\v"])
def test_an_empty_post_is_refused(typed: str) -> None:
    with pytest.raises(UserError, match="empty"):
        clean_text(typed)


def test_a_post_that_is_too_long_is_told_with_its_figures() -> None:
    assert len(clean_text("é" * 4_000).encode()) == TEXT_BYTES_MAX
    with pytest.raises(UserError, match=r"8,002 bytes long \(4,001 characters\).*8,000"):
        clean_text("é" * 4_001)
