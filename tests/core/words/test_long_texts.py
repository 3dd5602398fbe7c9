"""What strangers write costs as much as it is long: never the square of that."""

from time import thread_time

import pytest
from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.terms import index_text, terms

LETTERS = 32_000
CPU_S_MAX = 2.0
"""Ten times as much as it takes on a slow machine; the square of the length takes minutes."""

CASES = {
    "a long word, and one that is odd": "c++ " + "a" * LETTERS,
    "the same in Cyrillic": "ц c++ " + "ж" * (LETTERS // 2),
    "tags that stand in no link": "(#a" * (LETTERS // 3),
    "the same beside another script": "ж" + "(#a" * (LETTERS // 3),
    "a long word behind a sign of tags": "ж #" + "a" * LETTERS,
    "links, and tags that stand in none": "http:a " * (LETTERS // 14) + "(#a" * (LETTERS // 6),
    "signs without end": "ж" + "a+" * (LETTERS // 2),
    "marks in the wrong order": "a" + "\u0301" * (LETTERS // 2) + "\u0323" * (LETTERS // 2),
    "vowels of Thai in the wrong order": "\u0e01" + "\u0e48\u0e38" * (LETTERS // 2),
}


@pytest.mark.attack("A30")
@pytest.mark.parametrize("name", CASES)
def test_no_text_takes_the_square_of_its_length(name: str) -> None:
    begun = thread_time()
    assert index_text(CASES[name])
    assert terms(CASES[name]).plain
    assert thread_time() - begun < CPU_S_MAX


def test_of_very_many_marks_the_first_count() -> None:
    thai = "\u0e01" + "\u0e48\u0e38" * 15
    assert fold(thai + "\u0e48\u0e38" * 100 + "x") == fold(thai + "x")


def test_links_before_a_tag_are_gone_through_once() -> None:
    text = "http://a/#no (#yes http://b/#no)#no (https://c/x#no #also"
    assert [term for term in index_text(text).split() if term[0] == "#"] == ["#yes", "#also"]
