"""One folding: what readers take for the same has the same fold."""

from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from swarmfeed.core.words.characters import FOLDED, PARTS, part_of
from swarmfeed.core.words.folding import fold, name_key

texts = st.text() | st.text(
    st.sampled_from("aéßİıﬁŁйёиΣςᾳ\u0301\u0306\u0308\u0345\u200c\u200d\ufe0f가각각ｶﾞﾡￂ々ガ"
                    "كًأٱہ\u0654नम्पबक़िँ\u093cொൻน้ำខ្មែ🏽👍👩🏴\U000e0067\U000e007f🇫🇷#+.' ’")
)  # fmt: skip


@given(texts)
@example("и\u0301\u0306")
@example("\u09c7\u200d\u09be")
def test_the_fold_of_a_fold_is_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_equivalent_texts_have_equal_folds(text: str) -> None:
    assert fold(normalize("NFD", text)) == fold(normalize("NFC", text)) == fold(text)


@given(texts)
@example("Ⓜ")
def test_case_makes_no_difference(text: str) -> None:
    # The small iota below a letter, which readers leave out, is a letter in other cases.
    text = normalize("NFD", text).replace("\u0345", "")
    assert fold(text.casefold()) == fold(text)


@given(texts)
def test_a_fold_has_no_capitals_nor_what_nobody_sees(text: str) -> None:
    folded = fold(text)
    assert not any(c.isupper() for c in folded if ord(c) < 0x500)
    assert not {"\xad", "\u200b", "\ufeff", "\ufe0f", "\u2060", "\u202e"} & set(folded)


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_the_short_way_of_latin_text_is_the_long_one(text: str) -> None:
    # A letter of another script makes it go the long way.
    assert fold(text + "中") == fold(text) + "中"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("Ænima Œuvre Þór", "aenima oeuvre thor"),
        ("ﬁ ﬃ ㎏ ½ x²", "fi ffi kg 1 2 x2"),
        ("Ǆ ĳ ŉ", "dz ij n"),
        ("ＡＢＣ１２３！", "abc123!"),
        ("١٢٣ ۱۲۳ १२३ ๑๒๓", "123 123 123 123"),
        ("“Hi” – ‘a’… «b»", " hi a'... b "),
        ("brand™ ©", "brand™ ©"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("Ёж йод Їжак Ѐ", "еж йод їжак е"),
        ("ᲡᲐᲥ ԵՒ և", "საქ եւ եւ"),
        ("ﻻ لآ ﷲ", "لا لا الله"),
        ("ｶﾞ ヴ ヽ", "が ゔ ゝ"),
        ("각 \u1100\u1161\u11a8 ﾡￂ", "각 각 가"),
        ("㊗ 🈁", "㊗ 🈁"),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert fold(text).split() == folded.split()


def test_a_name_is_found_by_its_fold() -> None:
    assert name_key("  Zoë\u00a0 O’Brien ") == "zoe o'brien"


def test_every_character_plays_one_part_and_folds_to_what_folds_no_further() -> None:
    for code in [*range(0x3000), *range(0xA000, 0xD800), *range(0xF900, 0x10000), 0x1F600]:
        folded = FOLDED[code]
        assert all(part_of(each) in "acdknmjszrt'#+. " for each in folded)
        assert fold(folded) == fold(chr(code))


def test_tables_do_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarmfeed.core.words.characters.CHARACTERS_KEPT_MAX", 0)
    size = len(PARTS)
    assert PARTS[0x16999] == part_of(chr(0x16999))
    assert len(PARTS) == size
