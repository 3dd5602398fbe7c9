"""What others say they found: each hit is proven, hits are merged, and what is left out shows.

A hit is a post with all that proves it: nobody can make one up, or give it to another author.
What a supernode can still do is to keep one back.  So two are asked, each is held against what
the other showed and against posts that are known anyway (canaries), and heads that are newer
than what was shown are noticed.

Source: ADR 55, docs/ARCHITECTURE.md.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.certificate import open_certificate
from swarmfeed.core.feed.claims import joined_author
from swarmfeed.core.feed.entry import decode_entry, hash_stored
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.kinds import Body, EditBody, PostBody, decode_body
from swarmfeed.core.feed.matching import Called, Written, matches
from swarmfeed.core.feed.merkle import verify_inclusion
from swarmfeed.core.supernode.limits import CERTIFICATES_PER_HIT_MAX, SETTLED_MS
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.core.words.ranking import Candidate, best_first
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import BadEncodingError, BadProofError


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An entry, and the hashes that lead from it to the root of a head."""

    index: int
    stored: bytes
    proof: tuple[Hash, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A post that a supernode found, as it came."""

    feed_id: FeedId
    head: bytes
    """Signed by the feed."""
    certificates: tuple[bytes, ...]
    """The join of the feed, with the rotates that lead to the key that signed it."""
    post: Proven
    edit: Proven | None = None
    """Its newest edit, under the same head, if its author gave it another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A hit that is true."""

    ref: EntryRef
    written: Written
    head_size: int
    """Entries that its feed had at least."""

    @property
    def newest_first(self) -> tuple[int, FeedId, int]:
        """By this lists are sorted, falling; as the timeline is."""
        return self.written.time_ms, self.ref.feed_id, self.ref.index


def check_hit(hit: Hit, query: SearchQuery, called: Called, now_ms: int) -> Checked:
    """Return what a hit proves.

    Raises:
        BadEncodingError: Something in it is no head, certificate, entry or post.
        BadSignatureError: The head or a certificate is not signed by whom it names.
        BadProofError: The entry is not under the head, the feed is not the author's, or the
            query does not ask for this post.
    """
    head = open_head(hit.head, hit.feed_id)
    entry_hash, time_ms, post = _open(hit.post, head.size, head.root)
    if not isinstance(post, PostBody):
        raise BadProofError("what was found is no post")
    if hit.edit is not None:
        post = _edited(post, hit, *_open(hit.edit, head.size, head.root)[2:])
    author_id = _author_of(hit)
    # Who claims a time to come is sorted by when we heard of it.
    time_ms = time_ms if time_ms <= now_ms + POST_AHEAD_MS_MAX else now_ms
    written = Written(author_id=author_id, time_ms=time_ms, post=post)
    if not matches(query, written, called):
        raise BadProofError("the post is not what was asked for")
    ref = EntryRef(hit.feed_id, entry_hash, hit.post.index)
    return Checked(ref=ref, written=written, head_size=head.size)


def _open(proven: Proven, size: int, root: Hash) -> tuple[Hash, int, Body]:
    entry_hash = hash_stored(proven.stored)
    verify_inclusion(entry_hash, proven.index, size, proven.proof, root)
    entry = decode_entry(proven.stored)
    if entry.body is None:
        raise BadProofError("what was found is withdrawn")
    return entry_hash, entry.time_ms, decode_body(entry.kind, entry.body)


def _edited(post: PostBody, hit: Hit, edit: Body) -> PostBody:
    if not isinstance(edit, EditBody) or edit.index != hit.post.index:
        raise BadProofError("the edit is of another post")
    return replace(post, text=edit.text, cw=edit.cw)


def _author_of(hit: Hit) -> AuthorId:
    """Return whose the feed is, up to this post at least."""
    if len(hit.certificates) > CERTIFICATES_PER_HIT_MAX:
        raise BadEncodingError(f"a hit has {len(hit.certificates)} certificates")
    opened = [open_certificate(each) for each in hit.certificates]
    author_id = joined_author(hit.feed_id, opened)
    feed = None if author_id is None else feeds_of(author_id, opened).feed(hit.feed_id)
    if author_id is None or feed is None:
        raise BadProofError("nothing proves whose the feed is")
    if feed.end is not None and hit.post.index >= feed.end:
        raise BadProofError("the feed had ended before this post")
    return author_id


# --- answers of several ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
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
        return max(self.since_ms, min(hit.written.time_ms for hit in self.hits) + 1)


def merge(answers: Iterable[Answer], limit: int) -> list[Checked]:
    """Return the posts of several answers, each once, newest first.

    Of answers in the order of time no post is shown that is older than what one of them has
    not shown yet: else a page would have gaps that the next page fills.
    """
    answers = [each for each in answers if each.hits or not each.more]
    floors = [each.complete_from_ms - 1 for each in answers if each.more]
    floor_ms = max(floors, default=0)
    found = _once(hit for each in answers for hit in each.hits)
    shown = [hit for hit in found if hit.written.time_ms >= floor_ms]
    return sorted(shown, key=lambda hit: hit.newest_first, reverse=True)[:limit]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHead:
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
