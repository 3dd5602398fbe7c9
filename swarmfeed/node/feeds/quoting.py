"""Who quotes a post: from the index alone, for only posts for everybody can be quoted."""

from swarmfeed.core.asks.posts import Posts, names_in, page_of, place_in
from swarmfeed.core.asks.quotes import HowOftenQuoted, QuoteCounts, QuotesOf
from swarmfeed.node.feeds.reading import Reading
from swarmfeed.node.feeds.screen import Screen
from swarmfeed.node.ground.desk import Answers, in_reader
from swarmfeed.node.ground.ground import Ground


class Quoting:
    """Answers that; from any thread."""

    def __init__(self, ground: Ground, reading: Reading, screen: Screen) -> None:
        self._index = ground.shells.index
        self._media = ground.media
        self._reading = reading
        self._screen = screen

    def rows(self) -> tuple[Answers, ...]:
        return (in_reader(QuotesOf, self.quotes), in_reader(HowOftenQuoted, self.counts))

    def quotes(self, ask: QuotesOf) -> Posts:
        """Raises UserError: the post is not here."""
        quoted = self._reading.find(ask.ref).ref
        page = page_of(self._index.quoting(quoted, ask.limit, ask.before), ask.limit)
        shown = self._screen.screened(page.posts, lists=False)
        return self._media.page(Posts(posts=tuple(shown), next=page.next))

    def counts(self, ask: HowOftenQuoted) -> QuoteCounts:
        """Raises UserError: one names a feed that is none, or they are too many."""
        places = [place_in(each) for each in names_in(ask.refs)]
        found = self._index.quote_counts({each for each in places if each is not None})
        return QuoteCounts(counts=tuple(found.get(each, 0) if each else 0 for each in places))
