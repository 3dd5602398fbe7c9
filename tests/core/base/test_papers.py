"""What is still to be written down, as a home remembers it."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.papers import (
    PAPERS_BYTES_MAX,
    Papers,
    format_papers,
    open_second,
    parse_papers,
    seal_second,
)

FIRST, SECOND, NONCE = b"1" * 32, b"2" * 32, b"n" * 24


def test_the_second_sheet_opens_for_whoever_has_the_first_and_for_nobody_else() -> None:
    sealed = seal_second(FIRST, SECOND, NONCE)
    assert open_second(FIRST, sealed) == SECOND
    assert open_second(SECOND, sealed) is None
    assert open_second(FIRST, sealed[:-1] + bytes([sealed[-1] ^ 1])) is None
    assert SECOND not in sealed


@given(st.booleans(), st.booleans())
def test_what_is_due_is_read_as_it_was_written(first: bool, second: bool) -> None:
    sealed = seal_second(FIRST, SECOND, NONCE) if second else b""
    papers = Papers(first=first, second=sealed)
    assert parse_papers(format_papers(papers)) == papers
    assert papers.is_done == (not first and not second)
    assert len(format_papers(papers)) <= PAPERS_BYTES_MAX


@given(st.binary() | st.sampled_from([b"{}", b"[" * 9_000, b'{"first": 1, "second": ""}']))
def test_a_damaged_file_reminds_of_the_first_sheet(content: bytes) -> None:
    assert parse_papers(content) == Papers(first=True)


@given(st.binary())
def test_nothing_else_opens(sealed: bytes) -> None:
    assert open_second(FIRST, sealed) is None


def test_papers_are_shown_without_the_seed() -> None:
    assert "second" not in repr(Papers(second=b"sealed"))
