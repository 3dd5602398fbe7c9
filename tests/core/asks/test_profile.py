"""What a person may call themselves, and tell about themselves."""

import pytest
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.profile import clean_bio, clean_fields, clean_name
from swarmfeed.core.asks.profile_sentences import what_changed
from swarmfeed.core.base.limits import BIO_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import ProfileBody, decode_body, encode_body
from swarmfeed.core.feed.limits import (
    FIELD_LABEL_CHARS_MAX,
    FIELD_TEXT_CHARS_MAX,
    PROFILE_FIELDS_MAX,
)
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.profile_field import ProfileField
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


# --- details -------------------------------------------------------------------------------

LONGEST = ProfileField("l" * FIELD_LABEL_CHARS_MAX, "t" * FIELD_TEXT_CHARS_MAX)


def test_details_are_published_without_what_is_empty_around_and_between_them() -> None:
    typed = [ProfileField("", " "), ProfileField(" Website ", " e\u0301.example "), LONGEST]
    assert clean_fields(typed) == (ProfileField("Website", "\u00e9.example"), LONGEST)
    assert clean_fields([]) == ()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ([LONGEST] * (PROFILE_FIELDS_MAX + 1), "4 details"),
        ([ProfileField("Website", "")], "“Website” needs both"),
        ([ProfileField("", "example.org")], "“example.org” needs both"),
        ([ProfileField("Website", "\u3164")], "needs both"),
        ([ProfileField(f"{LONGEST.label}l", "x")], "at most 40 characters"),
        ([ProfileField("x", f"{LONGEST.text}t")], "at most 150 characters"),
        ([ProfileField("Website", "two\nlines")], "single line"),
        ([ProfileField("half \udc80", "x")], "not UTF-8"),
    ],
)
def test_what_is_no_detail_is_refused_with_the_reason(
    typed: list[ProfileField], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        clean_fields(typed)


def test_the_longest_profile_fits_a_body_whatever_its_characters_are() -> None:
    bee = "\U0001f41d"
    medium = Medium(
        size_bytes=2**21,
        v2=b"p" * 64,
        v1=b"s" * 40,
        type="image/jpeg",
        width=4_000,
        height=4_000,
    )
    body = ProfileBody(
        bee * NAME_CHARS_MAX,
        bee * BIO_CHARS_MAX,
        medium,
        medium,
        (ProfileField(bee * FIELD_LABEL_CHARS_MAX, bee * FIELD_TEXT_CHARS_MAX),)
        * PROFILE_FIELDS_MAX,
    )
    assert decode_body("profile", encode_body(body, bytes(16))) == body
