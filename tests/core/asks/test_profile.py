"""What a person may call themselves, and tell about themselves."""

import pytest
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.profile import clean_bio, clean_name
from swarmfeed.core.asks.profile_sentences import what_changed
from swarmfeed.core.base.limits import BIO_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError


def test_a_name_is_published_without_white_space_around_it() -> None:
    assert clean_name("  Zoë  ") == "Zoë"
    assert clean_name("n" * NAME_CHARS_MAX) == "n" * NAME_CHARS_MAX


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "1 to 64"),
        ("   ", "1 to 64"),
        ("n" * (NAME_CHARS_MAX + 1), "1 to 64"),
        ("two\nlines", "1 to 64"),
        ("turned \u202earound", "1 to 64"),
        ("\u3164", "can be seen"),
        ("half \udc80", "not UTF-8"),
        ("\0", "control character"),
    ],
)
def test_what_is_no_name_is_refused_with_the_reason(typed: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        clean_name(typed)


def test_a_bio_may_have_lines_and_may_be_empty() -> None:
    assert clean_bio(" likes trees\r\nand bread \r\n") == "likes trees\nand bread"
    assert clean_bio("") == clean_bio(" \n ") == clean_bio("\u3164") == ""
    assert clean_bio("e\u0301") == "é", "equal texts have equal bytes"
    assert clean_bio("b" * BIO_CHARS_MAX) == "b" * BIO_CHARS_MAX


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("b" * (BIO_CHARS_MAX + 1), "1,001 characters long; at most 1,000"),
        ("bell \x07", r"U\+0007"),
        ("half \udc80", "not UTF-8"),
    ],
)
def test_a_bio_that_cannot_be_published_is_refused_with_the_reason(
    typed: str, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        clean_bio(typed)


def view(name: str, bio: str) -> AuthorView:
    return AuthorView(
        author_id=AuthorId(b"a" * 32),
        name=name,
        bio=bio,
        is_self=True,
        followed=False,
        entry_count=0,
        entries_held=0,
        post_count=0,
        bytes_held=0,
        forked=False,
    )


def test_what_became_of_it_is_said() -> None:
    was = view("Anna", "")
    assert what_changed(was, view("Ann", "x")) == "Others see you as Ann now."
    assert what_changed(was, view("Anna", "x")) == "Your profile is changed."
    assert "nothing was changed" in what_changed(was, was)
