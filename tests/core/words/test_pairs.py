"""Every pair of the table, against the terms alone."""

import pytest
from swarmfeed.core.words.seeking import Sought, find_spans, seek
from swarmfeed.core.words.terms import index_text

from tests.cases import check_each
from tests.core.words.pairs import PAIRS, SCRIPTS

Pair = tuple[str, str, str, bool]


def test_the_table_is_as_wide_as_it_claims() -> None:
    assert len(PAIRS) >= 150
    assert len(SCRIPTS) >= 30
    assert sum(not found for *_, found in PAIRS) >= 40


def stands_in(sought: Sought, row: list[str]) -> bool:
    """Word for word what ``Sought`` says."""
    count = len(sought.terms)
    for at in range(len(row) - count + 1):
        *same, last = row[at : at + count]
        if tuple(same) == sought.terms[:-1] and (
            last == sought.terms[-1] or (sought.is_prefix and last.startswith(sought.terms[-1]))
        ):
            return True
    return False


def pairs_of(script: str) -> list[tuple[str, Pair]]:
    return [(f"{pair[1]} in {pair[2]}", pair) for pair in PAIRS if pair[0] == script]


@pytest.mark.parametrize("script", sorted({script for script, *_ in PAIRS}))
def test_terms_find_what_a_reader_finds(script: str) -> None:
    def find(pair: Pair) -> None:
        _, typed, text, found = pair
        row = index_text(text).split(" ")
        wanted = seek(typed)
        assert wanted, "there is something to look for"
        assert all(stands_in(each, row) for each in wanted) is found, (row, wanted)

    check_each(pairs_of(script), find)


@pytest.mark.parametrize("script", sorted({script for script, *_ in PAIRS}))
def test_what_is_found_is_marked(script: str) -> None:
    def mark(pair: Pair) -> None:
        _, typed, text, found = pair
        spans = find_spans(text, seek(typed))
        if found:
            assert spans
        elif len(seek(typed)) == 1:
            assert not spans

    check_each(pairs_of(script), mark)
