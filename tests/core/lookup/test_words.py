"""Messages of searches: their bytes, and whom names in them stand for."""

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup.words import (
    NamedAuthors,
    Recall,
    Search,
    SearchFound,
    SearchRefused,
    called_of,
)
from swarmfeed.core.vocabulary import VOCABULARY

from tests.core.proofs import Feed, stored

ANNA, FEED = AuthorId(b"\x01" * 32), FeedId(b"\x02" * 32)
NAMED = NamedAuthors("Anna", (ANNA,), (FEED,))


def test_what_is_said_is_what_is_heard() -> None:
    hit: ProvenPost = Feed(stored("tea")).hit(0)
    for message in (
        Search(bytes(8), "tea from:Anna", (NAMED,), 50),
        Search(bytes(8), "tea", (), 1, Spot(7, 8)),
        Recall(bytes(8), 50),
        Recall(bytes(8), 50, Spot(7, 8)),
        SearchFound(bytes(8), (hit,), True, 9),
        SearchRefused(bytes(8), "not now"),
    ):
        assert VOCABULARY.decode(VOCABULARY.encode(message)) == message


def test_names_stand_for_whom_the_asker_means_and_others_for_nobody() -> None:
    called = called_of((NAMED,))
    assert called("Anna") == Meant(authors=frozenset({ANNA}), feeds=frozenset({FEED}))
    assert called("anna") == called("Ben") == Meant()
