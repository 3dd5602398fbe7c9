"""What a person does not want to see: whom they muted or blocked, and words they filter.

Private state; looked at from any thread, for each page anew.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol

from msgspec.structs import replace

from swarmfeed.core.asks.filters import Sieve, make_sieve, read_filters
from swarmfeed.core.asks.posts import UNSHOWN, Answered, PostView, Quoted
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import AuthorId, Hash
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import (
    BLOCK,
    BOOKMARK,
    FILTER,
    MUTE,
    THREAD,
    bookmark_key,
    bookmark_ref,
)


class Secrets(Protocol):
    """What is asked of private state, from any thread."""

    def names(self, scope: str) -> frozenset[bytes]: ...

    def held(self, scope: str) -> Mapping[bytes, bytes]: ...


class Screen:
    """Stands between what is there and what is shown."""

    def __init__(self, private: Secrets, now_ms: Callable[[], int]) -> None:
        self._private = private
        self._now_ms = now_ms

    def unheard(self) -> list[AuthorId]:
        """Of whom nothing is shown in the timeline and the notifications."""
        return _authors(self._private.names(MUTE) | self._private.names(BLOCK))

    def blocked(self) -> list[AuthorId]:
        """Of whom nothing is shown anywhere but on their own page."""
        return _authors(self._private.names(BLOCK))

    def muted_threads(self) -> set[Hash]:
        """What stands above all in threads of which nothing is to be told."""
        found = map(bookmark_ref, self._private.names(THREAD))
        return {ref.entry_hash for ref in found if ref is not None}

    def sieve(self) -> Sieve:
        return make_sieve(read_filters(self._private.held(FILTER), self._now_ms()))

    def screened(self, posts: Iterable[PostView], *, lists: bool = True) -> list[PostView]:
        """Return what is shown of posts: without those of the blocked, with own bookmarks.

        Args:
            lists: Whether word filters count: they do where nobody asked for that post.
        """
        blocked = {*self.blocked()}
        heard = (post for post in posts if post.author_id not in blocked)
        if lists:
            sieve = self.sieve()
            heard = (_covered(post, sieve) for post in heard if not sieve.hides(post))
        return [self.marked(post) for post in heard]

    def marked(self, post: PostView) -> PostView:
        """A post, with whether it is among the bookmarks, and without words of the blocked
        beside its own."""
        blocked = self._private.names(BLOCK)
        if blocked and post.author_id not in blocked:
            post = _alone(post, blocked)
        key = bookmark_key(post.ref)
        return replace(post, bookmarked=True) if key in self._private.names(BOOKMARK) else post


class _Nothing:
    """Nobody keeps anything to themselves."""

    def names(self, _scope: str) -> frozenset[bytes]:
        return frozenset()

    def held(self, _scope: str) -> Mapping[bytes, bytes]:
        return {}


NO_SCREEN: Final = Screen(_Nothing(), lambda: 0)


def screen_of(ground: Ground) -> Screen:
    """The screen of this node's person."""
    return Screen(ground.private, ground.shells.clock.now_ms)


def _covered(post: PostView, sieve: Sieve) -> PostView:
    words = sieve.covers(post)
    return replace(post, filtered=words) if words else post


def _alone(post: PostView, blocked: frozenset[bytes]) -> PostView:
    """A post without what it quotes or answers, if that is of somebody blocked."""
    quoted, answers = post.quoted, post.answers
    if quoted is not None and quoted.author_id in blocked:
        quoted = Quoted(state=UNSHOWN, author_id=quoted.author_id)
    if answers is not None and answers.author_id in blocked:
        answers = Answered(state=UNSHOWN, author_id=answers.author_id)
    return replace(post, quoted=quoted, answers=answers)


def _authors(keys: Iterable[bytes]) -> list[AuthorId]:
    # Another device may have written anything there.
    return [AuthorId(each) for each in sorted(keys) if len(each) == HASH_BYTES]
