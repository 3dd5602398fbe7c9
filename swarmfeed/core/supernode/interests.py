"""Interests: what a leaf wants to be told of, as keys, and whom a post concerns.

    key       SHA-256(kind || value)[:8] as a big-endian integer, whose lowest three bits are
              then the terms of a phrase less one, and 0 of all that is no phrase
    kinds     a author id         posts of that author
              f feed id           answers to posts of that feed
              m author id         posts whose author mentions that one
              t #tag, folded      posts with that tag
              w salt || word      posts with that word, by the folding of searches
              p salt || words     posts with these 2 to 8 words side by side, blanks between

The salt is the parent's, the same for all its children: so a post costs as many look-ups as it
has words, whoever listens, and two parents cannot compare what a leaf listens to.  A parent
learns of words what it guesses and what it matches.

Source: ADR 55, docs/ARCHITECTURE.md.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.supernode.limits import (
    INTEREST_SALT_BYTES,
    INTERESTS_MAX,
    INTERESTS_PER_MESSAGE_MAX,
    PHRASE_TERMS_MAX,
    PHRASED_TERMS_MAX,
)
from swarmfeed.core.supernode.sentences import (
    NO_SUCH_WORDS,
    PHRASE_TOO_LONG,
    TOO_MANY_INTERESTS,
)
from swarmfeed.core.words.seeking import seek
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import BadEncodingError, UserError

KEY_BYTES: Final = 8
_LENGTH_BITS: Final = PHRASE_TERMS_MAX - 1
"""Mask of the bits that say how many terms a phrase has."""

Child = bytes
"""Id of a leaf's node."""


def author_key(author_id: AuthorId) -> int:
    """Key of all that an author posts."""
    return _key(b"a" + author_id)


def answers_key(feed_id: FeedId) -> int:
    """Key of all that answers posts of a feed."""
    return _key(b"f" + feed_id)


def mentions_key(author_id: AuthorId) -> int:
    """Key of all that mentions an author by the list of the post."""
    return _key(b"m" + author_id)


def words_keys(typed: str, salt: bytes) -> tuple[int, ...]:
    """Return keys of a tag, a word or a phrase as a person types it.

    A phrase with a tag in it has one key for each; they are met one by one.

    Raises:
        UserError: There is nothing in it to listen for, or it is a phrase of too many words.
    """
    sought = seek(typed)
    if not sought or any(each.is_prefix for each in sought):
        raise UserError(NO_SUCH_WORDS(typed=typed))
    if any(len(each.terms) > PHRASE_TERMS_MAX for each in sought):
        raise UserError(PHRASE_TOO_LONG(most=PHRASE_TERMS_MAX))
    return tuple(terms_key(each.terms, salt) for each in sought)


def keys_of_post(
    author_id: AuthorId, post: PostBody, salt: bytes, phrases: Collection[int] = ()
) -> set[int]:
    """Return all keys that a post meets; of phrases those among its first words.

    Args:
        salt: Of the parent.
        phrases: How many terms the phrases have that anybody listens for.
    """
    row = index_text(post.text).split()
    keys = {terms_key((term,), salt) for term in set(row)}
    first = row[:PHRASED_TERMS_MAX]
    for count in phrases:
        keys |= {
            terms_key(first[at : at + count], salt) for at in range(len(first) - count + 1)
        }
    keys.add(author_key(author_id))
    keys |= {mentions_key(each) for each in post.mentions}
    if post.reply is not None:
        keys.add(answers_key(post.reply.feed_id))
    return keys


def phrases_among(keys: Iterable[int]) -> set[int]:
    """Return how many terms the phrases among these keys have."""
    return {length + 1 for key in keys if (length := key & _LENGTH_BITS)}


def terms_key(terms: Sequence[str], salt: bytes) -> int:
    """Key of a tag, a word, or 2 to PHRASE_TERMS_MAX words side by side, as terms of texts."""
    if len(terms) > 1:
        return _key(b"p" + salt + " ".join(terms).encode(), len(terms) - 1)
    (term,) = terms
    return _key(b"t" + term.encode() if term[0] == "#" else b"w" + salt + term.encode())


def _key(named: bytes, length: int = 0) -> int:
    first = int.from_bytes(sha256(named).digest()[:KEY_BYTES], "big")
    return first & ~_LENGTH_BITS | length


# --- what a leaf tells its parent ----------------------------------------------------------


class Delta(Struct, frozen=True, kw_only=True):
    """How interests changed: keys that came, and keys that went; none is in both."""

    added: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()


def deltas(before: Collection[int], after: Collection[int]) -> Iterator[Delta]:
    """Yield what leads from one set of keys to another, each small enough for a message.

    What goes is said first, so that the parent's bound is never passed on the way.
    """
    was, will = frozenset(before), frozenset(after)
    for removed in _portions(was - will):
        yield Delta(removed=removed)
    for added in _portions(will - was):
        yield Delta(added=added)


def digest(keys: Iterable[int]) -> bytes:
    """Return what two sides compare after a link came back: equal for equal sets only."""
    said = b"".join(key.to_bytes(KEY_BYTES, "big") for key in sorted(set(keys)))
    return sha256(said).digest()[:KEY_BYTES]


def encode_keys(keys: Iterable[int]) -> bytes:
    """Return keys as a message has them: ascending, 8 bytes each."""
    return b"".join(key.to_bytes(KEY_BYTES, "big") for key in sorted(keys))


def decode_keys(raw: bytes) -> frozenset[int]:
    """Read keys of a message.  Raises BadEncodingError unless they ascend and are few."""
    if len(raw) % KEY_BYTES or len(raw) > KEY_BYTES * INTERESTS_PER_MESSAGE_MAX:
        raise BadEncodingError(f"{len(raw)} bytes are no list of interests")
    keys = [int.from_bytes(raw[at : at + 8], "big") for at in range(0, len(raw), KEY_BYTES)]
    if any(one >= other for one, other in pairwise(keys)):
        raise BadEncodingError("interests do not ascend")
    return frozenset(keys)


def _portions(keys: frozenset[int]) -> Iterator[frozenset[int]]:
    ordered = sorted(keys)
    for at in range(0, len(ordered), INTERESTS_PER_MESSAGE_MAX):
        yield frozenset(ordered[at : at + INTERESTS_PER_MESSAGE_MAX])


# --- what a parent makes of it -------------------------------------------------------------


class Listeners:
    """Who listens to what: the children of one supernode."""

    def __init__(self, salt: bytes) -> None:
        """``salt``: INTEREST_SALT_BYTES random bytes, drawn when the node began to serve."""
        assert len(salt) == INTEREST_SALT_BYTES, "a salt is as long as the format says"
        self.salt: Final = salt
        self._keys: dict[Child, set[int]] = {}
        self._children: defaultdict[int, set[Child]] = defaultdict(set)
        self._phrases: Counter[int] = Counter()
        """How many keys there are of phrases of so many terms."""

    def change(self, child: Child, delta: Delta) -> None:
        """Take in what a child wants to be told of from now on, or no longer.

        Raises:
            UserError: It wants more than INTERESTS_MAX; nothing is changed then.
        """
        keys = self._keys.get(child, set())
        added, removed = delta.added - keys, delta.removed & keys
        if len(keys) + len(added) - len(removed) > INTERESTS_MAX:
            raise UserError(TOO_MANY_INTERESTS(most=INTERESTS_MAX))
        for key in removed:
            self._forget(child, key)
        for key in added:
            self._children[key].add(child)
            self._phrases[(key & _LENGTH_BITS) + 1] += 1
        self._keys[child] = (keys - removed) | added

    def leave(self, child: Child) -> None:
        """A child is gone, and with it what it wanted."""
        for key in self._keys.pop(child, ()):
            self._forget(child, key)

    def digest_of(self, child: Child) -> bytes:
        """What ``digest`` says of the keys of a child; of one that is not known, of none."""
        return digest(self._keys.get(child, ()))

    def is_met(self, child: Child, author_id: AuthorId, post: PostBody) -> bool:
        """Whether one child listens to a post."""
        met = keys_of_post(author_id, post, self.salt, self._lengths())
        return not self._keys.get(child, set()).isdisjoint(met)

    def concerned(self, author_id: AuthorId, post: PostBody) -> Mapping[Child, list[int]]:
        """Return the children that listen to a post, each with the keys it meets.

        Costs a look-up for each word of the post, and one for each child that is told.
        """
        found: dict[Child, list[int]] = {}
        for key in keys_of_post(author_id, post, self.salt, self._lengths()):
            for child in self._children.get(key, ()):
                found.setdefault(child, []).append(key)
        return found

    def keys(self) -> frozenset[int]:
        """All that any child listens to: what this node itself asks the owners of keys for."""
        return frozenset(self._children)

    def _lengths(self) -> list[int]:
        return [count for count, keys in self._phrases.items() if count > 1 and keys]

    def _forget(self, child: Child, key: int) -> None:
        self._phrases[(key & _LENGTH_BITS) + 1] -= 1
        listening = self._children[key]
        listening.discard(child)
        if not listening:
            del self._children[key]
