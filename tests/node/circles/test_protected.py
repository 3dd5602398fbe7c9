"""Which feeds have protected entries is asked no more often than it may have changed."""

from collections.abc import Callable, Collection

from street.fakes.index import FakeIndex
from street.loop import play
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import PassingError
from swarmfeed.node.circles.protected import ProtectedFeeds

ANN, BEN = FeedId(b"a" * 32), FeedId(b"b" * 32)


class Asked(FakeIndex):
    """Remembers what it was asked, and has protected entries of some feeds."""

    def __init__(self) -> None:
        super().__init__()
        self.having: set[FeedId] = set()
        self.asked: list[set[FeedId]] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def feeds_with(self, kind: str, feed_ids: Collection[FeedId]) -> set[FeedId]:
        self.asked.append(set(feed_ids))
        found = self.having & set(feed_ids)
        self.meanwhile()
        return found


def test_a_feed_without_any_is_asked_of_once_until_something_else_comes() -> None:
    async def scenario() -> None:
        index = Asked()
        index.having = {BEN}
        protected = ProtectedFeeds(index)
        for _ in range(3):
            assert await protected.among([ANN, BEN]) == {BEN}
        assert index.asked == [{ANN, BEN}, {BEN}, {BEN}]
        index.having.add(ANN)
        protected.forget([ANN])
        assert await protected.among([ANN]) == {ANN}

    play(scenario)


def test_what_comes_while_the_index_is_asked_is_asked_of_again() -> None:
    async def scenario() -> None:
        index = Asked()
        protected = ProtectedFeeds(index)

        def come() -> None:
            index.having.add(ANN)
            protected.forget([ANN])

        index.meanwhile = come
        assert await protected.among([ANN]) == set()
        assert await protected.among([ANN]) == {ANN}

    play(scenario)


def test_where_the_index_cannot_say_it_is_asked_again() -> None:
    async def scenario() -> None:
        index = Asked()
        index.having = {ANN}
        protected = ProtectedFeeds(index)

        def refuse() -> None:
            raise PassingError("busy", "later")

        index.meanwhile = refuse
        assert await protected.among([ANN]) == set()
        index.meanwhile = lambda: None
        assert await protected.among([ANN]) == {ANN}

    play(scenario)
