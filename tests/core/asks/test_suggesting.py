"""Whom to suggest, and what is said of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.asks.limits import (
    INTRODUCED_ALONE_MAX,
    INTRODUCED_BY_ONE_MAX,
    INTRODUCERS_NAMED,
    SUGGESTED_MAX,
)
from swarmfeed.core.asks.suggesting import introduced, why_suggested
from swarmfeed.core.base.types import AuthorId


def author(number: int) -> AuthorId:
    return AuthorId(number.to_bytes(32, "big"))


ANN, BEN, CLEO, DAN, EVE = map(author, range(1, 6))


def test_whom_more_follow_comes_first_with_who_follows_them() -> None:
    found = introduced({ANN: [DAN, EVE], BEN: [EVE], CLEO: [EVE]}, ())
    assert [(each.author_id, each.by, each.count) for each in found] == [
        (EVE, (ANN, BEN), 3),
        (DAN, (ANN,), 1),
    ]


def test_who_is_not_to_be_suggested_is_not() -> None:
    found = introduced({ANN: [BEN, DAN, EVE], BEN: [ANN, DAN]}, {ANN, BEN, EVE})
    assert [each.author_id for each in found] == [DAN]


@pytest.mark.attack("A310")
def test_who_follows_a_million_fills_no_list() -> None:
    crowd = [author(number) for number in range(100, 100 + 5_000)]
    found = introduced({ANN: crowd, BEN: [DAN, EVE], CLEO: [EVE]}, ())
    by_ann = [each for each in found if each.by == (ANN,)]
    assert found[0].author_id == EVE and DAN in [each.author_id for each in found]
    assert len(by_ann) == INTRODUCED_ALONE_MAX
    late = author(100 + 4_999)
    found = introduced({ANN: crowd, BEN: [late]}, ())
    assert {each.author_id: each.count for each in found}[late] == 1, (
        f"of ANN's only {INTRODUCED_BY_ONE_MAX} are looked at"
    )


PEOPLE = st.integers(1, 30).map(author)


@given(
    st.dictionaries(PEOPLE, st.lists(PEOPLE, unique=True), max_size=10),
    st.sets(PEOPLE, max_size=5),
)
def test_every_suggestion_is_true(
    follows: dict[AuthorId, list[AuthorId]], without: set[AuthorId]
) -> None:
    found = introduced(follows, without)
    assert len({each.author_id for each in found}) == len(found) <= SUGGESTED_MAX
    counts = [each.count for each in found]
    assert counts == sorted(counts, reverse=True)
    for each in found:
        assert each.author_id not in without
        assert each.count == sum(each.author_id in known for known in follows.values())
        assert 0 < len(each.by) <= INTRODUCERS_NAMED
        assert all(each.author_id in follows[person] for person in each.by)


def test_the_reason_names_two_and_counts_the_others() -> None:
    assert why_suggested(["Rui"], 1) == "Followed by Rui"
    assert why_suggested(["Rui", ""], 2) == "Followed by Rui and somebody without a name"
    assert why_suggested(["Rui", "Ada"], 3) == "Followed by Rui, Ada and 1 more whom you follow"
    assert why_suggested(["Rui", "Ada"], 9) == "Followed by Rui, Ada and 7 more whom you follow"
