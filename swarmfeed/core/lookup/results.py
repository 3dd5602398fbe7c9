"""What others say they found: each hit is proven, hits are merged, and what is left out shows.

A hit is a post with all that proves it: nobody can make one up, or give it to another author.
What a supernode can still do is to keep one back.  So two are asked, each is held against what
the other showed and against posts that are known anyway (canaries), and heads that are newer
than what was shown are noticed.

Source: ADR 55, ADR 60.
"""

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.matching import Called, matches
from swarmfeed.core.feed.proven import Checked, ProvenPost, check_post
from swarmfeed.core.feed.spot import Spot, spot_of
from swarmfeed.core.lookup.limits import SETTLED_MS
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.core.words.ranking import Candidate, best_first
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import BadProofError


def check_hit(hit: ProvenPost, query: SearchQuery, called: Called, now_ms: int) -> Checked:
    """Return what a hit proves.

    Raises:
        RemoteError: As ``check_post``.
        BadProofError: The query does not ask for this post.
    """
    checked = check_post(hit, now_ms)
    if not matches(query, checked.written, called):
        raise BadProofError("the post is not what was asked for")
    return checked


# --- answers of several ---------------------------------------------------------------------


class Answer(Struct, frozen=True, kw_only=True):
    """What one supernode answered, as far as it was true."""

    hits: tuple[Checked, ...]
    more: bool
    """It says that it has older ones, which the question left no room for."""
    since_ms: int
    """From when on it says it looked: what is older, it has not."""

    @property
    def complete_from_ms(self) -> int:
        """From when on it claims to have shown everything."""
        if not self.more:
            return self.since_ms
        return max(self.since_ms, min(map(_time_ms, self.hits)) + 1)


def merge(answers: Iterable[Answer], limit: int) -> list[Checked]:
    """Return the posts of several answers, each once, newest first.

    Of answers in the order of time no post is shown that is older than what one of them has
    not shown yet: else a page would have gaps that the next page fills.
    """
    answers = [each for each in answers if each.hits or not each.more]
    # What they say they have all of is another matter: older posts are shown as well.
    floors = [min(map(_time_ms, each.hits)) for each in answers if each.more]
    floor_ms = max(floors, default=0)
    found = _once(hit for each in answers for hit in each.hits)
    shown = [hit for hit in found if hit.written.time_ms >= floor_ms]
    return sorted(shown, key=spot_of_hit, reverse=True)[:limit]


def merge_best(
    answers: Iterable[Answer],
    query: SearchQuery,
    limit: int,
    backers: Mapping[Hash, Collection[AuthorId]],
) -> list[Checked]:
    """Return the posts of several answers, each once, the best ones first.

    Args:
        backers: Of posts by their hashes, authors whose answers to it were proven as hits are.
    """
    found = _once(hit for each in answers for hit in each.hits)
    candidates = [
        Candidate(
            row=index_text(hit.written.post.text).split(),
            time_ms=hit.written.time_ms,
            backers=len({*backers.get(hit.ref.entry_hash, ())} - {hit.written.author_id}),
        )
        for hit in found
    ]
    return [found[at] for at in best_first(candidates, query.wanted.words)][:limit]


def spot_of_hit(hit: Checked) -> Spot:
    """Return where a post stands in such a list."""
    return spot_of(hit.written.time_ms, hit.ref.feed_id, hit.ref.index)


def _time_ms(hit: Checked) -> int:
    return hit.written.time_ms


def _once(hits: Iterable[Checked]) -> list[Checked]:
    """Each post once: as the newest head tells it."""
    newest: dict[EntryRef, Checked] = {}
    for hit in hits:
        if hit.ref not in newest or newest[hit.ref].head_size < hit.head_size:
            newest[hit.ref] = hit
    return list(newest.values())


# --- what is left out -----------------------------------------------------------------------


def omitted(answer: Answer, known: Iterable[Checked], now_ms: int) -> list[EntryRef]:
    """Return which posts an answer should have had and had not.

    Args:
        known: Posts that the query asks for: what another supernode showed, and canaries, own
            posts and those of friends.
    """
    shown = {hit.ref for hit in answer.hits}
    settled_ms = now_ms - SETTLED_MS
    return [
        hit.ref
        for hit in known
        if hit.ref not in shown and answer.complete_from_ms <= hit.written.time_ms <= settled_ms
    ]


class KnownHead(Struct, frozen=True, kw_only=True):
    """The newest head of a feed that this node has seen, from whomever."""

    size: int
    seen_at_ms: int


def behind(answer: Answer, heads: Mapping[FeedId, KnownHead], now_ms: int) -> list[FeedId]:
    """Return feeds of which an answer showed an older head than was known a while ago."""
    settled_ms = now_ms - SETTLED_MS
    newest: dict[FeedId, int] = {}
    for hit in answer.hits:
        feed_id = hit.ref.feed_id
        newest[feed_id] = max(hit.head_size, newest.get(feed_id, 0))
    settled = {each: head for each, head in heads.items() if head.seen_at_ms <= settled_ms}
    return [
        each for each, size in newest.items() if each in settled and size < settled[each].size
    ]
