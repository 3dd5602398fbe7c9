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


@pytest.mark.slow
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


PUBLISHED = """
0049 0069, 00B5 03BC, 00C6 00E6, 00D0 00F0, 00D8 00F8, 00DE 00FE, 00DF 0073_0073, 0110
0111, 0130 0069_0307, 0141 0142, 0149 02BC_006E, 014A 014B, 0152 0153, 0178 00FF, 017F
0073, 0181 0253, 0189 0256, 018E 01DD, 018F 0259, 0191 0192, 01A0 01A1, 01AF 01B0, 01C4
01C6, 01C5 01C6, 01C8 01C9, 01DE 01DF, 01E2 01E3, 01F0 006A_030C, 01F2 01F3, 01FE 01FF,
0220 019E, 023A 2C65, 0244 0289, 0370 0371, 037F 03F3, 0386 03AC, 0390 03B9_0308_0301,
03A3 03C3, 03AA 03CA, 03B0 03C5_0308_0301, 03C2 03C3, 03CF 03D7, 03D0 03B2, 03D1 03B8,
03D5 03C6, 03D6 03C0, 03E2 03E3, 03F0 03BA, 03F1 03C1, 03F4 03B8, 03F5 03B5, 03F9 03F2,
0400 0450, 0401 0451, 0402 0452, 0403 0453, 0404 0454, 0407 0457, 0587 0565_0582, 1E96
0068_0331, 1E9A 0061_02BE, 1E9E 0073_0073, 1F50 03C5_0313, 1FB6 03B1_0342, FB00
0066_0066, FB03 0066_0066_0069, FB05 0073_0074, FB13 0574_0576, FB17 0574_056D
"""


@pytest.mark.parametrize("row", PUBLISHED.replace("\n", " ").split(","))
def test_published_case_foldings_are_one_fold(row: str) -> None:
    """Source: Unicode's CaseFolding.txt, of status C and F, one of each kind.

    Left out: 0345 and what holds it, a small iota that becomes a letter; readers drop it.
    """
    large, small = ("".join(chr(int(n, 16)) for n in side.split("_")) for side in row.split())
    assert fold(large) == fold(small) == fold(f"{small}\u00ad")
