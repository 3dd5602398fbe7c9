"""Every pair of the table, against the terms alone."""

import pytest
from swarmfeed.core.words.seeking import Sought, find_spans, seek
from swarmfeed.core.words.terms import index_text

from tests.core.words.pairs import PAIRS, SCRIPTS


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


@pytest.mark.parametrize(("script", "typed", "text", "found"), PAIRS)
def test_terms_find_what_a_reader_finds(
    script: str, typed: str, text: str, found: bool
) -> None:
    row = index_text(text).split(" ")
    wanted = seek(typed)
    assert wanted, "there is something to look for"
    assert all(stands_in(each, row) for each in wanted) is found, (script, row, wanted)


@pytest.mark.parametrize(("script", "typed", "text", "found"), PAIRS)
def test_what_is_found_is_marked(script: str, typed: str, text: str, found: bool) -> None:
    spans = find_spans(text, seek(typed))
    if found:
        assert spans, script
    elif len(seek(typed)) == 1:
        assert not spans, script
