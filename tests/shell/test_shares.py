"""Shares of a sheet: the published vectors of SLIP-0039, and what people do wrong with them."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.errors import UserError
from swarmfeed.shell.shares import (
    SHARES_MAX,
    join_shares,
    make_shares,
    read_shares,
    shares_needed,
    sheet_code,
)

from tests.examples import at_most

VECTORS = json.loads(Path(__file__).with_name("slip39.json").read_text(encoding="utf-8"))
SEED = bytes(range(0x40, 0x60))
SHARES = make_shares(SEED, needed=2, count=3)


def test_all_published_vectors_are_here() -> None:
    assert len(VECTORS["cases"]) == 45


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_published_vector(case: dict[str, str]) -> None:
    """Source: trezor/python-shamir-mnemonic, vectors.json; an empty secret is a refusal."""
    if case["secret"]:
        joined = join_shares(case["shares"], VECTORS["passphrase"])
        assert joined.hex() == case["secret"]
    else:
        with pytest.raises(UserError):
            join_shares(case["shares"], VECTORS["passphrase"])


@pytest.mark.parametrize(("needed", "count"), [(2, 3), (2, 2), (3, 5)])
def test_as_many_as_are_needed_make_the_seed_again(needed: int, count: int) -> None:
    shares = make_shares(SEED, needed=needed, count=count)
    assert len(set(shares)) == count and {len(each.split()) for each in shares} == {33}
    for some in combinations(shares, needed):
        assert shares_needed(some) == needed and join_shares(some[::-1]) == SEED
    for some in combinations(shares, needed - 1):
        with pytest.raises(UserError, match=f"{needed} shares are needed"):
            join_shares(some)


def test_shares_differ_each_time_they_are_made() -> None:
    assert not set(make_shares(SEED, needed=2, count=3)) & set(SHARES)


@pytest.mark.parametrize(
    ("needed", "count"), [(1, 1), (1, 3), (0, 2), (4, 3), (2, SHARES_MAX + 1)]
)
def test_impossible_numbers_are_refused(needed: int, count: int) -> None:
    with pytest.raises(UserError, match="16 people at most"):
        make_shares(SEED, needed=needed, count=count)


@pytest.mark.attack("A59")
def test_a_wrong_passphrase_gives_a_sheet_with_another_code() -> None:
    shares = make_shares(SEED, needed=2, count=3, passphrase="correct horse")
    assert join_shares(shares[:2], "correct horse") == SEED
    wrong = join_shares(shares[:2], "correct house")
    assert wrong != SEED and sheet_code(wrong) != sheet_code(SEED)


@pytest.mark.parametrize("passphrase", ["caf\u00e9", "a\tb", "a\n"])
def test_a_passphrase_that_no_device_can_type_is_refused(passphrase: str) -> None:
    with pytest.raises(UserError, match="English keyboard"):
        make_shares(SEED, needed=2, count=3, passphrase=passphrase)
    with pytest.raises(UserError, match="English keyboard"):
        join_shares(SHARES[:2], passphrase)


@pytest.mark.attack("A59")
def test_shares_of_another_set_are_told() -> None:
    other = make_shares(SEED, needed=2, count=3)
    with pytest.raises(UserError, match="not made together"):
        join_shares([SHARES[0], other[1]])


def test_the_same_share_twice_counts_once() -> None:
    with pytest.raises(UserError, match="2 shares are needed, and only 1 is here"):
        join_shares([SHARES[0], SHARES[0]])


def test_more_shares_than_are_needed_do_no_harm() -> None:
    assert join_shares(SHARES) == SEED


@settings(max_examples=at_most(20), deadline=None)
@given(st.permutations(range(3)), st.sampled_from([", ", "\n", " "]), st.integers(4, 8))
def test_shares_are_read_however_they_were_typed(
    order: list[int], between: str, letters: int
) -> None:
    typed = [between.join(w[:letters].upper() for w in SHARES[at].split()) for at in order]
    text = "\n\n".join(f"Share {at + 1} of 3, keep it\n{each}" for at, each in enumerate(typed))
    assert read_shares(text) == [SHARES[at] for at in order]


def test_a_mistyped_word_of_a_share_is_named() -> None:
    words = SHARES[0].split()
    words[11] = "acadmic"
    with pytest.raises(UserError, match=r'Word 12, "acadmic", .* Did you mean "academic"'):
        read_shares(" ".join(words))
    with pytest.raises(UserError, match="there are 32 words, and a share has 33"):
        read_shares(" ".join(SHARES[0].split()[:-1]))


def test_a_word_that_exists_in_the_wrong_place_is_found_by_the_checksum() -> None:
    """The checksum of a share has 30 bits: what would mend it is hardly ever by chance."""
    words = SHARES[0].split()
    at = next(at for at in range(20, 32) if words[at] != words[at + 1])
    words[at], words[at + 1] = words[at + 1], words[at]
    mended = rf"They would fit if words {at + 1} and {at + 2} changed places\.$"
    with pytest.raises(UserError, match=mended):
        read_shares(" ".join(words))
