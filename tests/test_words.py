"""Nothing on the page is left in English: every text is said in every language."""

import pytest
from translation.gathering import CHECKOUT, gathered
from translation.judging import faults
from translation.main import check
from webui.tongues import SOURCE, TONGUES
from webui.translating import unmarked

NAMES = {"friend of a friend", "primary late", "reply in-"}
"""Of the style sheet, and of the protocol."""
OTHERS = [code for code in TONGUES if code != SOURCE]


@pytest.mark.slow
@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_said_in_every_language(code: str) -> None:
    assert check(code, gathered()) == [], "see: tools/words"


def test_words_in_the_code_of_templates_are_marked() -> None:
    found = {
        words
        for path in sorted((CHECKOUT / "webui/templates").rglob("*.html"))
        for words in unmarked(path.read_text(encoding="utf-8"))
    }
    assert found <= NAMES


def test_pages_say_what_an_error_says_in_the_language_of_the_person() -> None:
    for path in sorted((CHECKOUT / "webui/pages").glob("*.py")):
        assert "=str(error)" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize(
    ("english", "words", "fault"),
    [
        ("One", "", "it is missing"),
        ("<a>One</a>", "Eins", "its tags are"),
        ("{n} of it", "davon {m}", "its places are"),
        ("{n} of it", "davon {n", "its places cannot be read"),
        ("{n:1 post|# posts}", "{n:# Beiträge}", "n is written as"),
        ("{n:1 post|# posts}", "{n:a|b|c}", "n has 3 plural forms, not 2"),
        ("{n:,} posts", "{n:a|b}", "n is no number that is counted"),
        ("{n:,} posts", "{n} Beiträge", "n is written as"),
    ],
)
def test_a_fault_of_a_translation_is_named(english: str, words: str, fault: str) -> None:
    (found,) = faults(english, words, 2)
    assert found.startswith(fault)


def test_a_translation_without_fault_is_none() -> None:
    assert not list(faults("{n:1 <b>of|#} {x}", "{x} {n:<b>a|#}", 2))
