"""Backup words: published ones, and as people type them."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.backup_words import (
    seed_of_words,
    seeds_of_words,
    what_is_wrong,
    words_of_seed,
)
from swarmfeed.core.base.typed_words import distance
from swarmfeed.errors import UserError

from tests.examples import at_most

SEED = bytes(range(32))
WORDS = words_of_seed(SEED).split()
"""abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math
era live bid rhythm alien crouch range attend journey unaware"""

NUMBERED = [f"{number}. {word}" for number, word in enumerate(WORDS, start=1)]
SEEDS = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_seed_of_another_length_has_no_words(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} bytes"):
        words_of_seed(bytes(length))


BIP_39 = [
    ("00" * 32, "abandon " * 23 + "art"),
    ("7f" * 32, "legal winner thank year wave sausage worth useful " * 3),
    ("80" * 32, "letter advice cage absurd amount doctor acoustic avoid " * 3),
    ("ff" * 32, "zoo " * 23 + "vote"),
    (
        "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
        "hamster diagram private dutch cause delay private meat slide toddler razor book happy"
        " fancy gospel tennis maple dilemma loan word shrug inflict delay length",
    ),
]
BIP_39[1] = (BIP_39[1][0], BIP_39[1][1].removesuffix("useful ") + "title")
BIP_39[2] = (BIP_39[2][0], BIP_39[2][1].removesuffix("avoid ") + "bless")


@pytest.mark.parametrize(("seed", "words"), BIP_39)
def test_published_words_are_made_and_read(seed: str, words: str) -> None:
    """Source: trezor/python-mnemonic, vectors.json, English, 256 bits."""
    assert words_of_seed(bytes.fromhex(seed)) == words
    assert seed_of_words(words).hex() == seed


def rows(typed: list[str], columns: int, gap: str = "  ") -> str:
    return "\n".join(gap.join(typed[at : at + columns]) for at in range(0, 24, columns))


def down(typed: list[str], columns: int, gap: str = "   ") -> str:
    """Columns that are read downwards, as many sheets have them."""
    lines = 24 // columns
    return "\n".join(gap.join(typed[line::lines]) for line in range(lines))


TYPED = {
    "one line": " ".join(WORDS),
    "commas": ", ".join(WORDS) + ".",
    "dots": ". ".join(WORDS),
    "a word a line": "\r\n".join(WORDS),
    "upper case": " ".join(WORDS).upper(),
    "first letters in capitals": " ".join(WORDS).title(),
    "four letters": " ".join(word[:4] for word in WORDS),
    "five letters": " ".join(word[:5] for word in WORDS),
    "numbered": " ".join(NUMBERED),
    "numbered, glued": " ".join(each.replace(". ", "") for each in NUMBERED),
    "numbered with brackets": "\n".join(each.replace(".", ")") for each in NUMBERED),
    "numbered after the word": " ".join(
        f"{word} {number}" for number, word in enumerate(WORDS, start=1)
    ),
    "six lines of four, as a terminal shows them": rows(NUMBERED, 4),
    "two columns": rows(WORDS, 2),
    "two columns downwards": down(WORDS, 2),
    "three columns downwards": down(WORDS, 3),
    "two numbered columns downwards": down(NUMBERED, 2, " | "),
    "numbered, in any order": "\n".join(sorted(NUMBERED)),
    "a table": "\n".join(f"| {each} |" for each in rows(NUMBERED, 3, " | ").split("\n")),
    "a list": "\n".join(f"- {word}" for word in WORDS),
    "quoted": " ".join(f'"{word}"' for word in WORDS),
    "wide letters": "".join(
        chr(ord(each) + 0xFEE0) if each.isalpha() else each for each in " ".join(WORDS)
    ),
    "soft hyphens and marks": "\ufeff" + " ".join(f"{w[0]}\u00ad{w[1:]}" for w in WORDS),
    "zero width spaces": "\u200b".join(WORDS),
    "no break spaces": "\u00a0".join(WORDS),
    "under a heading": "swarmfeed: backup words of Anna\nabcd2345\n\n" + " ".join(WORDS),
    "between prose": "Write these 24 words on paper. They are the only way to be this author.\n"
    + rows(NUMBERED, 4)
    + "\n\nWrite these 24 words on a second sheet and keep it in another place.",
    "before another sheet": " ".join(WORDS) + "\n" + BIP_39[4][1],
    "before another sheet, a word a line": "\n".join(WORDS + BIP_39[4][1].split()),
}


@pytest.mark.parametrize("how", TYPED)
def test_words_lead_to_the_seed_however_they_are_typed(how: str) -> None:
    assert seed_of_words(TYPED[how]) == SEED


def test_all_sheets_of_a_file_are_found() -> None:
    other = BIP_39[4]
    text = f"First sheet\n{rows(NUMBERED, 4)}\n\nSecond sheet\n{other[1].upper()}\nKeep them"
    assert [seed.hex() for seed in seeds_of_words(text)] == [SEED.hex(), other[0]]


SEPARATORS = st.text(st.sampled_from(" \t\n\r,.;:|/-_*()[]'\"•\u00a0\u200b"), min_size=1)


@settings(deadline=None)
@given(SEEDS, st.data())
def test_any_separators_numbers_and_lengths_do(seed: bytes, data: st.DataObject) -> None:
    """Numbers before some of the words only say nothing: the order is that of the text."""
    text = data.draw(SEPARATORS)
    for number, word in enumerate(words_of_seed(seed).split(), start=1):
        shown = word[: data.draw(st.integers(4, 8))]
        text += data.draw(st.sampled_from(["", str(number), f"{number}. "]))
        text += data.draw(st.sampled_from([shown, shown.upper(), shown.title()]))
        text += data.draw(SEPARATORS)
    assert seed_of_words(text) == seed


@settings(deadline=None)
@given(SEEDS, st.permutations(range(24)), st.integers(1, 24))
def test_numbered_words_may_stand_in_any_order(
    seed: bytes, order: list[int], columns: int
) -> None:
    words = words_of_seed(seed).split()
    numbered = [f"{number + 1} {words[number]}" for number in order]
    assert seed_of_words(rows(numbered, columns)) == seed


def refused(text: str) -> str:
    with pytest.raises(UserError) as raised:
        seed_of_words(text)
    return str(raised.value)


def changed(change: Callable[[list[str]], object]) -> str:
    words = list(WORDS)
    change(words)
    return " ".join(words)


def with_word(number: int, word: str) -> str:
    return " ".join([*WORDS[: number - 1], word, *WORDS[number:]])


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("abandom", '"abandon" or "random"'),
        ("amuont", '"amount", "among" or "aunt"'),
        ("expier", '"expire"'),
        ("cagge", '"cage"'),
        ("journy", '"journey"'),
        ("kandy", '"candy"'),
        ("abandonment", '"abandon"'),
    ],
)
def test_a_mistyped_word_is_named_by_its_place_with_those_near_it(
    typed: str, near: str
) -> None:
    assert refused(with_word(7, typed)) == (
        f'Word 7, "{typed}", is not one of the backup words. Did you mean {near}?'
    )


def test_two_words_that_were_glued_together_are_taken_apart() -> None:
    assert "Are these two: cage candy?" in refused(with_word(3, "cagecandy"))


def test_what_is_like_no_word_is_named_and_shown_in_part() -> None:
    said = refused(with_word(24, "q" * 40))
    assert said == f'Word 24, "{"q" * 16}", is not one of the backup words.'


def test_several_mistyped_words_are_named_at_once() -> None:
    said = refused(changed(lambda words: words.__setitem__(slice(0, 5), ["qqqqqqqq"] * 5)))
    assert [f"Word {number}," in said for number in range(1, 6)] == [True] * 3 + [False] * 2
    assert said.endswith("2 more words are not known either.")


def test_a_missing_word_of_numbered_ones_is_named() -> None:
    lines = [each for number, each in enumerate(NUMBERED, start=1) if number not in (5, 14)]
    assert refused("\n".join(lines)) == (
        "there are 22 words, and the sheet has 24. Nothing stands at 5, 14."
    )


def test_the_line_with_a_word_too_few_is_named() -> None:
    text = rows(WORDS, 4).replace("absurd", "")
    assert refused(text) == (
        "there are 23 words, and the sheet has 24. Look at line 4: it has 3 words, and most"
        " have 4."
    )


def test_the_line_with_a_word_too_many_is_named() -> None:
    text = rows(WORDS, 4).replace("absurd", "absurd absurd")
    assert "Look at line 4: it has 5 words, and most have only 4." in refused(text)


def test_a_word_that_was_typed_twice_is_named() -> None:
    said = refused(changed(lambda words: words.insert(8, words[8])))
    assert said == (
        "there are 25 words, and the sheet has only 24. Was one word typed twice, at 9 and at"
        " 10?"
    )


def test_a_word_that_does_not_belong_is_named_among_too_many() -> None:
    said = refused(changed(lambda words: words.insert(8, "umbrellas")))
    assert said.startswith("there are 25 words, and the sheet has only 24.")
    assert 'Word 9, "umbrellas", is not one of the backup words.' in said


@pytest.mark.parametrize("count", [1, 12, 23])
def test_too_few_words_on_one_line_may_be_cut_off(count: int) -> None:
    said = refused(" ".join(WORDS[:count]))
    assert said.endswith(
        "Perhaps the beginning or the end was cut off, or a word was left out."
    )


@pytest.mark.parametrize("text", ["", " \n", "1. 2. 3.", "\u00ad"])
def test_no_words_at_all_are_told(text: str) -> None:
    assert refused(text) == "there is no word in what you gave; the sheet has 24"


def test_swapped_words_are_found_where_that_would_fit() -> None:
    words = list(WORDS)
    words[4], words[5] = words[5], words[4]
    said = refused(" ".join(words))
    assert said.startswith("Every word exists, but together they do not fit")
    assert "if words 5 and 6 changed places" in said


def test_a_word_taken_for_one_near_it_is_found() -> None:
    """Both "range" and "orange" exist."""
    assert 'with "range" as word 21' in refused(with_word(21, "orange"))


def test_words_that_stand_apart_are_asked_for_alone() -> None:
    prose = "Write these on a second sheet, and keep them where nobody looks. " * 4
    text = "\n".join([" ".join(WORDS[:12]), prose, " ".join(WORDS[12:])])
    assert "give only the words" in refused(text)


@settings(max_examples=at_most(20), deadline=None)
@given(st.lists(st.text(min_size=1, max_size=9), min_size=24, max_size=24))
def test_any_24_words_raise_the_one_error(words: list[str]) -> None:
    with pytest.raises(UserError):
        seed_of_words(" ".join(words))


@settings(max_examples=at_most(50), deadline=None)
@given(st.text(max_size=400))
def test_any_text_raises_the_one_error(text: str) -> None:
    with pytest.raises(UserError):
        seed_of_words(text)


@pytest.mark.parametrize(
    ("one", "other", "steps"),
    [
        ("", "", 0),
        ("cage", "cage", 0),
        ("cage", "page", 1),
        ("cage", "cag", 1),
        ("cage", "caged", 1),
        ("cage", "cgae", 1),
        ("kitten", "sitting", 3),
        ("", "abc", 3),
    ],
)
def test_the_distance_of_words(one: str, other: str, steps: int) -> None:
    assert distance(one, other) == distance(other, one) == steps


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("velvet", ""),
        (" Velv ", ""),
        ("VELVET", ""),
        ("", "Type the word that stands there on the paper."),
        ("window", "Another word stands there. Look at the number, and at the paper."),
        ("velvte", "Not one of the backup words. Did you mean velvet, valve or elite?"),
        ("\u4e2d" * 64, "Not one of the backup words."),
    ],
)
def test_a_word_from_paper_is_right_or_it_is_said_what_is_wrong(typed: str, said: str) -> None:
    assert what_is_wrong(typed, "velvet") == said
