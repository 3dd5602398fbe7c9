"""Text from outside: what is none is refused, with its place."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.utf8 import read_utf8, require_visible, require_whole
from swarmfeed.errors import UserError


@pytest.mark.parametrize(
    ("raw", "byte"),
    [
        (b"caf\xe9", 4),
        (b"\xff\xfea\0", 1),
        (b"ab\xc3", 3),
        (b"\xed\xa0\x80", 1),
        (b"\xc0\x80", 1),
    ],
)
def test_bytes_that_are_no_text_are_refused(raw: bytes, byte: int) -> None:
    with pytest.raises(UserError, match=f"the post is not UTF-8: from byte {byte} on"):
        read_utf8(raw, "the post")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\udcff", "the name is not UTF-8: character 2"),
        ("\ud83d\0", "not UTF-8: character 1"),
        ("ab\0\udcff", r"control character \(U\+0000\)"),
    ],
)
def test_half_characters_and_nul_are_refused(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        require_whole(text, "the name")


@pytest.mark.slow
@given(st.text())
def test_every_whole_text_passes_as_it_is(text: str) -> None:
    if "\0" not in text:
        assert read_utf8(text.encode(), "it") == text == require_whole(text, "it")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t")))
def test_what_can_be_seen_passes(text: str) -> None:
    assert require_visible(text, "it") == text


@pytest.mark.slow
def test_control_characters_are_those_that_unicode_calls_so() -> None:
    kinds = {chr(code): category(chr(code)) for code in range(0x11_0000)}
    for character in (each for each, kind in kinds.items() if kind == "Cc"):
        if character not in "\t\n":
            with pytest.raises(UserError, match=rf"U\+{ord(character):04X}.* character 2"):
                require_visible("a" + character, "it")
    seen = "".join(each for each, kind in kinds.items() if kind not in ("Cc", "Cs"))
    assert require_visible(seen, "it") == seen
