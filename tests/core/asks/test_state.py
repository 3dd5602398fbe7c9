"""Drafts: what is no text, or no place, is refused with a sentence."""

import pytest
from swarmfeed.core.asks.state import draft_key, draft_value
from swarmfeed.errors import UserError


@pytest.mark.parametrize("text", ["\ud800", "half \udc80", "a\0b", "x" * 8_001])
def test_what_is_no_text_is_no_draft(text: str) -> None:
    for read in (draft_key, draft_value):
        with pytest.raises(UserError):
            read(text)


def test_a_draft_is_kept_as_it_is() -> None:
    assert draft_value("  half a th\n") == b"  half a th\n"
    assert (draft_key(""), draft_value("")) == (b"", b"")
