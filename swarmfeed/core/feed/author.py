"""Which feeds are an author's: a pure function of a grow-only set of certificates.

Order and repetition of certificates do not matter, so nodes that know the same set agree.

    generation 0      its key and next hash: any certificate of it, or a rotate to generation 1
    generation g + 1  a rotate whose ``was`` is the key of g, and whose key has the hash in g
    in force          the newest generation in which a feed counts; only its certificates do
    feed counts       a join or keep names it
    its range         [0, lowest size of its leaves and end of its keeps), else without an end
    too many feeds    the FEEDS_PER_AUTHOR_MAX that joined first count, by (joined_ms, feed_id)

So a thief of an author key can say what they like until the author moves to the second sheet;
after that nothing they ever signed counts.

Two rotates of one generation prove misconduct: whoever has the key let it sign for two
different successors.  Here alone the order of certificates matters: the one that was seen
first counts.  Both are kept and passed on, the one that counts first.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from swarmfeed.core.base.limits import (
    CERTIFICATES_MAX,
    FEED_ENTRIES_MAX,
    FEEDS_PER_AUTHOR_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.authorkey import Sheet, author_id_of, hash_key
from swarmfeed.core.feed.certificate import Certificate, Join, Keep, Leave, Rotate


class CertifiedFeed(Struct, frozen=True):
    """A feed of an author, and how much of it is theirs."""

    feed_id: FeedId
    from_ms: int
    """When it joined, by the author's clock."""
    end: int | None
    """Entries [0, end) are the author's; None: all of them, and those to come."""


class AuthorFeeds(Struct, frozen=True, kw_only=True):
    """The state of an author."""

    author_id: AuthorId
    generation: int = 0
    """The generation in force."""
    key: bytes | None = None
    """The public author key in force, 32 bytes; None while nothing proves one."""
    next_key_hash: Hash | None = None
    """Commits to the author key that may take over."""
    feeds: tuple[CertifiedFeed, ...] = ()
    """First joined first; at most FEEDS_PER_AUTHOR_MAX."""
    knows_first: bool = False
    """Whether the feed that the author began with is among them."""
    is_disputed: bool = False
    """Whether an author key signed for two successors: whoever has it is not to be trusted."""

    def feed(self, feed_id: FeedId) -> CertifiedFeed | None:
        """Return one feed; None when it is not the author's."""
        return next((feed for feed in self.feeds if feed.feed_id == feed_id), None)


class _Generation(Struct, frozen=True):
    number: int
    key: bytes
    next_key_hash: Hash
    rotate: Rotate | None = None
    """What it began with; None: the author id itself."""
    rival: Rotate | None = None
    """Another rotate that the same key signed, of those the one to keep."""

    def signed(self, each: Certificate) -> bool:
        return (each.generation, each.key, each.next_key_hash) == (
            self.number,
            self.key,
            self.next_key_hash,
        )


def feeds_of(author_id: AuthorId, certificates: Iterable[Certificate]) -> AuthorFeeds:
    """Return the state of an author.

    Args:
        author_id: Whose; certificates of others are ignored.
        certificates: Opened ones, in any order, repeated or not.  Of rotates that contradict
            each other, the first counts.
    """
    own = [each for each in certificates if each.author_id == author_id]
    chain = _chain(own)
    if not chain:
        return AuthorFeeds(author_id=author_id)
    force = _in_force(chain, own)
    joins = _first_joins(force, own)
    ends = {each.feed_id: _end_of(each) for each in _cuts(force, own)}
    return AuthorFeeds(
        author_id=author_id,
        generation=force.number,
        key=force.key,
        next_key_hash=force.next_key_hash,
        feeds=tuple(
            CertifiedFeed(join.feed_id, join.joined_ms, ends.get(join.feed_id))
            for join in joins
        ),
        knows_first=any(join.is_first for join in joins),
        is_disputed=any(each.rival is not None for each in chain),
    )


def choose_certificates(
    author_id: AuthorId, opened: Mapping[bytes, Certificate]
) -> tuple[bytes, ...]:
    """Return the signed certificates worth keeping and passing on.

    The rotates that count come first, oldest first, then the others in ascending order.  They
    give the same ``feeds_of`` as all of them together, and are at most CERTIFICATES_MAX,
    whatever was offered.  A leave is kept even before its join was seen.  What no rotate among
    them proves is left out.

    Args:
        author_id: Whose; certificates of others are left out.
        opened: What each signed certificate says: the union of the known and the offered, in
            this order.
    """
    signed = _lowest_forms(author_id, opened)
    chain = _chain(signed)
    if not chain:
        return ()
    force = _in_force(chain, signed)
    joins = _first_joins(force, signed)
    rest: set[Certificate] = {*joins, *_lowest_cuts(force, chain, signed, joins)}
    rest.update(each.rival for each in chain if each.rival is not None)
    rotates = [each.rotate for each in chain if each.rotate is not None]
    assert len(rest) + len(rotates) <= CERTIFICATES_MAX
    return (*(signed[each] for each in rotates), *sorted(signed[each] for each in rest))


def proving_rotates(
    author_id: AuthorId, opened: Mapping[bytes, Certificate]
) -> tuple[bytes, ...]:
    """Return the signed rotates that count, oldest first, up to the generation in force: they
    prove its key.

    Args:
        author_id: Whose; certificates of others are ignored.
        opened: What each signed certificate says.  Of rotates that contradict each other, the
            first counts.
    """
    signed = _lowest_forms(author_id, opened)
    chain = _chain(signed)
    if not chain:
        return ()
    last = _in_force(chain, signed).number
    return tuple(signed[each.rotate] for each in chain[: last + 1] if each.rotate is not None)


def which_sheet(state: AuthorFeeds, key: bytes) -> Sheet:
    """Return which sheet of an author the words of a public author key, 32 bytes, are of."""
    if key == state.key:
        return Sheet.FIRST
    return Sheet.SECOND if hash_key(key) == state.next_key_hash else Sheet.NONE


def _lowest_forms(
    author_id: AuthorId, opened: Mapping[bytes, Certificate]
) -> dict[Certificate, bytes]:
    """Return one of several signed forms that say the same: the lowest, so all nodes agree."""
    lowest: dict[Certificate, bytes] = {}
    for signed, each in opened.items():
        if each.author_id == author_id:
            lowest[each] = min(signed, lowest.get(each, signed))
    return lowest


def _chain(own: Iterable[Certificate]) -> list[_Generation]:
    """Return the proven generations, oldest first; none while no certificate proves a key."""
    own = list(own)
    first = next(filter(None, map(_first_generation, own)), None)
    if first is None:
        return []
    chain = [first]
    rotates = list(dict.fromkeys(each for each in own if isinstance(each, Rotate)))
    while rotates:
        found = [each for each in rotates if _follows(chain[-1], each)]
        if not found:
            break
        counts, *rivals = found
        rival = min(rivals, key=lambda each: each.next_key_hash, default=None)
        chain.append(
            _Generation(counts.generation, counts.key, counts.next_key_hash, counts, rival)
        )
    return chain


def _first_generation(each: Certificate) -> _Generation | None:
    """Return generation 0, if this certificate proves it by the author id."""
    if isinstance(each, Rotate) and each.generation == 1:
        key, next_key_hash = each.was, hash_key(each.key)
    elif each.generation == 0:
        key, next_key_hash = each.key, each.next_key_hash
    else:
        return None
    is_true = author_id_of(key, next_key_hash) == each.author_id
    return _Generation(0, key, next_key_hash) if is_true else None


def _follows(before: _Generation, rotate: Rotate) -> bool:
    return (
        rotate.generation == before.number + 1
        and rotate.was == before.key
        and hash_key(rotate.key) == before.next_key_hash
    )


def _in_force(chain: Sequence[_Generation], own: Iterable[Certificate]) -> _Generation:
    """Return the newest generation in which a feed counts: a rotate alone changes nothing, so
    who passes on that and holds back the rest hides no feed."""
    named = [each for each in own if isinstance(each, Join | Keep)]
    for generation in reversed(chain):
        if any(generation.signed(each) for each in named):
            return generation
    return chain[0]


def _join_order(each: Join | Keep) -> tuple[int, bytes, bool, int, int, bytes]:
    if isinstance(each, Join):
        return (each.joined_ms, each.feed_id, False, int(not each.is_first), 0, b"")
    end = FEED_ENTRIES_MAX + 1 if each.end is None else each.end
    signed = each.old_join + each.feed_signature
    return (each.joined_ms, each.feed_id, True, each.from_ms, end, signed)


def _first_joins(force: _Generation, own: Iterable[Certificate]) -> list[Join | Keep]:
    """Return the join or keep that counts for each feed that counts, first joined first."""
    named = [each for each in own if isinstance(each, Join | Keep) and force.signed(each)]
    joins: dict[FeedId, Join | Keep] = {}
    for each in sorted(named, key=_join_order):
        joins.setdefault(each.feed_id, each)
    return list(joins.values())[:FEEDS_PER_AUTHOR_MAX]


def _end_of(each: Certificate) -> int | None:
    """Return where a certificate cuts its feed; None: nowhere."""
    match each:
        case Leave(size=end) | Keep(end=int(end)):
            return end
    return None


def _cuts(generation: _Generation, own: Iterable[Certificate]) -> list[Leave | Keep]:
    """Return what cuts a feed in a generation: the lowest of each, by feed."""
    found: dict[FeedId, Leave | Keep] = {}
    for each in own:
        if isinstance(each, Leave | Keep) and generation.signed(each):
            before = found.get(each.feed_id)
            if _end_of(each) is not None and (
                before is None or _cut_order(each) < _cut_order(before)
            ):
                found[each.feed_id] = each
    return [found[feed_id] for feed_id in sorted(found)]


def _cut_order(each: Leave | Keep) -> tuple[int | None, bool, int, bytes]:
    is_keep = isinstance(each, Keep)
    signed = each.old_join + each.feed_signature if isinstance(each, Keep) else b""
    return (_end_of(each), is_keep, each.from_ms, signed)


def _lowest_cuts(
    force: _Generation,
    chain: Sequence[_Generation],
    own: Iterable[Certificate],
    joins: Iterable[Join | Keep],
) -> list[Leave | Keep]:
    """Return what cuts each feed, those of feeds that count first.

    Of generations that are not yet in force too: the joins that bring them into force may
    come later.
    """
    joined = {each.feed_id for each in joins}
    cuts = [each for later in chain[force.number :] for each in _cuts(later, own)]
    # Sorting is stable: the older generation first, and feeds in ascending order.
    cuts.sort(key=lambda each: not (force.signed(each) and each.feed_id in joined))
    return cuts[:FEEDS_PER_AUTHOR_MAX]
