"""What is said of a search."""

import pytest
from swarmfeed.core.asks.search_sentences import what_was_found


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 posts found"),
        (1, "1 post found"),
        (1_000, "1,000 posts found"),
        (1_001, "More than 1,000 posts found"),
    ],
)
def test_more_than_was_counted_is_said_only_if_it_is_so(count: int, said: str) -> None:
    assert what_was_found(count) == said
