"""What a person is told of the size of a feed, before and after it is fetched."""

import pytest
from swarmfeed.core.asks import size_sentences

HELD = (
    "1 machine that this one is linked with says that it has all of it, and may be the author’s"
    " own."
)


def told(
    entries: int, size_bytes: int, unpacked_bytes: int, *, exact: bool = True, held_by: int = 1
) -> str:
    return " ".join(
        size_sentences.what_it_would_take(
            entries=entries,
            size_bytes=size_bytes,
            unpacked_bytes=unpacked_bytes,
            exact=exact,
            held_by=held_by,
            budget_bytes=256_000_000,
        )
    )


def test_an_ordinary_feed_is_told_in_one_sentence() -> None:
    assert told(1_000, 44_000, 150_000) == (
        "They wrote 1,000 entries: 44 kB to fetch, 150 kB once it is unpacked for reading."
        f" {HELD}"
    )
    assert "about 150 kB" in told(1_000, 44_000, 150_000, exact=False)


@pytest.mark.attack("A20")
def test_a_bomb_is_warned_of() -> None:
    assert told(65_536, 400_000, 524_000_000) == (
        "They wrote 65,536 entries: 400 kB to fetch, 524 MB once it is unpacked for reading."
        f" {HELD}"
        " That is 1,310 times what is fetched: people hardly repeat themselves so much."
        " An index for reading and searching takes up to twice that of this disk; of one author"
        " 256 MB are shown."
    )


@pytest.mark.attack("A336")
def test_who_has_all_of_it_is_told_as_their_word() -> None:
    said = told(1_000, 44_000, 150_000, held_by=2)
    assert "2 machines that this one is linked with say that they have all of it" in said
    assert told(1_000, 44_000, 150_000, held_by=0).endswith(
        "No machine that this one is linked with says that it has all of it."
    )


def test_what_nobody_answered_for_is_not_known() -> None:
    assert told(0, 0, 0) == (
        "How much they wrote is not known yet: nobody who holds it has answered."
    )


def test_what_is_held_is_said_to_be_large_only_when_it_is() -> None:
    assert size_sentences.what_it_takes(44_000, 150_000, "") == ()
    (said,) = size_sentences.what_it_takes(400_000, 524_000_000, "")
    assert "524 MB" in said
    assert size_sentences.what_it_takes(400_000, 524_000_000, "Only some.")[1] == "Only some."
