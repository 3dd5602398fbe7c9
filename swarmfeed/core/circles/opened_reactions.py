"""Likes and boosts of protected posts, in memory: who said which, the last word of each.

As in the index: of a feed its last word counts, of an author's feeds the newest.
"""

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.limits import OPENED_REACTIONS_MAX
from swarmfeed.core.feed.kinds import BoostBody, ReactBody


class OpenedReaction(Struct, frozen=True):
    """What one feed said last of one post."""

    index: int
    sort_ms: int
    is_on: bool


Whose = tuple[EntryRef, str, Circle | None, AuthorId]
"""Of which post, of what kind, for whom it was said, and who said it."""

SaidAt = tuple[FeedId, OpenedReaction]
"""In which feed it was said, and what."""


class OpenedReactions:
    """All that were opened; beyond ``most`` no more are taken."""

    def __init__(self, most: int = OPENED_REACTIONS_MAX) -> None:
        self._most = most
        self._words: dict[Whose, dict[FeedId, OpenedReaction]] = {}
        self._of_post: dict[EntryRef, set[Whose]] = {}
        self._count = 0

    def say(
        self,
        whose: tuple[AuthorId, Circle | None],
        said: ReactBody | BoostBody,
        at: EntryRef,
        sort_ms: int,
    ) -> None:
        """Take what the entry ``at`` says, whose author and circle these are."""
        author_id, circle = whose
        key = said.ref, said.kind, circle, author_id
        words = self._words.get(key, {})
        known = words.get(at.feed_id)
        if known is None and self._count >= self._most:
            return
        if known is not None and known.index >= at.index:
            return
        self._count += known is None
        is_on = not said.is_off if isinstance(said, BoostBody) else bool(said.emoji)
        self._words.setdefault(key, words)[at.feed_id] = OpenedReaction(
            at.index, sort_ms, is_on
        )
        self._of_post.setdefault(said.ref, set()).add(key)

    def forget(self, feed_id: FeedId) -> None:
        """Forget what a feed said that was let go."""
        for whose, words in [*self._words.items()]:
            if words.pop(feed_id, None) is not None:
                self._count -= 1
            if not words:
                del self._words[whose]
                self._of_post[whose[0]].discard(whose)

    def who(self, ref: EntryRef, kind: str, circle: Circle | None) -> set[AuthorId]:
        """Who of a circle likes a post of it, or boosted it, by the kind."""
        found = (each for each in self._of_post.get(ref, ()) if each[1:3] == (kind, circle))
        return {each[3] for each in found if self._is_on(each)}

    def said_by(self, author_id: AuthorId, kind: str) -> list[tuple[Whose, SaidAt]]:
        """What somebody likes, or boosted, in whichever circle, and where they said so."""
        theirs = [each for each in self._words if (each[1], each[3]) == (kind, author_id)]
        return [(each, self._newest(each)) for each in theirs if self._is_on(each)]

    def _is_on(self, whose: Whose) -> bool:
        return self._newest(whose)[1].is_on

    def _newest(self, whose: Whose) -> SaidAt:
        return max(self._words[whose].items(), key=lambda row: (row[1].sort_ms, row[0]))
