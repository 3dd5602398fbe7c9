"""Drafts: what is no text, or no place, is refused with a sentence."""

import pytest
from swarmfeed.core.asks.state import Draft, draft_key, draft_value, read_draft
from swarmfeed.core.state.limits import VALUE_BYTES_MAX
from swarmfeed.errors import UserError


@pytest.mark.parametrize("text", ["\ud800", "half \udc80", "a\0b", "x" * 8_001])
def test_what_is_no_text_is_no_draft(text: str) -> None:
    for read in (draft_key, draft_value):
        with pytest.raises(UserError):
            read(text)


def test_a_draft_is_kept_as_it_is() -> None:
    assert draft_value("  half a th\n") == b"  half a th\n"
    assert (draft_key(""), draft_value("")) == (b"", b"")


def test_a_draft_stays_for_whom_it_is() -> None:
    for text, to in (("half\na th", ""), ("half\na th", "Family of mine"), ("\n", "é")):
        kept = draft_value(text, to)
        assert read_draft(b"a/1", kept) == Draft(place="a/1", text=text, to=to)
    assert draft_value("", "Family") == b"", "there is none"
    assert len(draft_value("x" * 7_800, "é" * 64)) <= VALUE_BYTES_MAX
    for text, to in (("x" * 8_000, "x" * 200), ("half", "a\0b")):
        with pytest.raises(UserError):
            draft_value(text, to)
