"""What rises: by people and not by posts, and shown by posts of several."""

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.authorkey import first_author_key, hash_key
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Written
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.lookup.limits import (
    DAY_MS,
    RISING_LEAST,
    RISING_PAIRS_MAX,
    RISING_TAGS_MAX,
)
from swarmfeed.core.lookup.rising import Rise, TagCounts, agreed, check_examples
from swarmfeed.errors import RemoteError

from tests.core.proofs import Feed, stored

NOW_MS = 20_000 * DAY_MS + 5


def wrote(counts: TagCounts, author: int, text: str, days_ago: int = 0) -> None:
    author_id = AuthorId(author.to_bytes(32, "big"))
    time_ms = NOW_MS - days_ago * DAY_MS
    counts.add(Written(author_id=author_id, time_ms=time_ms, post=PostBody(text)), NOW_MS)


def test_what_many_write_of_since_yesterday_rises() -> None:
    counts = TagCounts()
    for author in range(9):
        wrote(counts, author, "#new #often")
        for day in range(1, 8):
            wrote(counts, author, "#often #old", day)
    for author in range(3):
        wrote(counts, author, "#small #old")
    assert [(each.tag, each.authors, each.before) for each in counts.rising(NOW_MS)] == [
        ("#new", 9, 0),
        ("#small", 3, 0),
    ]


@pytest.mark.attack("A164")
def test_one_authors_flood_makes_nothing_rise() -> None:
    counts = TagCounts()
    for _ in range(500):
        wrote(counts, 1, "#mine")
    for author in (2, 3):
        wrote(counts, author, "#pair")
    wrote(counts, 4, "#later", -1)
    wrote(counts, 4, "#long ago", 30)
    assert counts.rising(NOW_MS) == []


def test_tags_of_one_author_each_give_way_to_others() -> None:
    counts = TagCounts()
    for number in range(RISING_TAGS_MAX + 10):
        wrote(counts, number, f"#made{number}")
    for author in range(5):
        wrote(counts, author, "#true")
    assert [each.tag for each in counts.rising(NOW_MS)] == ["#true"]
    for author in range(RISING_PAIRS_MAX + 100):
        wrote(counts, author, "#true")
    assert counts.rising(NOW_MS)[0].authors <= RISING_PAIRS_MAX


def example(number: int, text: str) -> ProvenPost:
    author = first_author_key(SigningKey(bytes([6, number]) * 16), hash_key(b"next"))
    return Feed(stored(text), key=SigningKey(bytes([5, number]) * 16), author=author).hit(0)


@pytest.mark.attack("A130")
def test_examples_are_of_several_authors_and_have_the_tag() -> None:
    posts = [example(number, "of #tea") for number in range(RISING_LEAST)]
    assert len(check_examples("#tea", posts, 2**50)) == RISING_LEAST
    false = replace(posts[0], certificates=())
    for lie in (posts[1:], [*posts[1:], posts[1]], [*posts[1:], false]):
        with pytest.raises(RemoteError):
            check_examples("#tea", lie, 2**50)
    with pytest.raises(RemoteError):
        check_examples("#other", posts, 2**50)
    with pytest.raises(RemoteError):
        check_examples("of", posts, 2**50)


def test_most_have_to_agree_and_the_median_counts() -> None:
    tea, milk = (
        Rise(tag="#tea", authors=9, before=1.0),
        Rise(tag="#milk", authors=5, before=0.0),
    )
    boast = replace(tea, authors=9_000)
    assert agreed([[tea], [tea, milk], [boast]]) == [tea]
    assert agreed([]) == [] == agreed([[tea], [milk]])
    assert agreed([[milk, tea]]) == [tea, milk]
