"""Says what this node holds, and says it again before it expires."""

from swarmfeed.core.base.limits import POST_AHEAD_MS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history.notice import RENEW_EVERY_MS, Word
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import OWN
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.custodian import Custodian, replica_bytes
from swarmfeed.node.history.office import Office

SIGNED_PER_ROUND = 1_000
"""Notices signed in one round of a quarter of an hour, 60 ms: 24,000 in the time in which each
is due once."""


class Herald:
    """Signs notices when they are due."""

    def __init__(
        self, ground: Ground, board: NoticeBoard, office: Office, custodian: Custodian
    ) -> None:
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._clock = ground.shells.policy_clock
        self._board = board
        self._office = office
        self._custodian = custodian
        self._is_passing = ground.settings.is_passing
        self._saying = ground.leisure.each(self.say_held)

    def say_soon(self, feed_id: FeedId) -> None:
        """Say it at leisure: nobody waits for a notice."""
        self._saying.put(feed_id)

    def say_held(self, feed_id: FeedId) -> bool:
        """Say that we hold a feed, if it is whole and that was not said lately."""
        author_id, replica = self._shelf.author_of(feed_id), self._shelf.replica(feed_id)
        if author_id is None or replica is None or not self._shelf.is_complete(feed_id):
            return False
        if self._is_passing:
            return False
        word = self._word(author_id)
        if not self._interests.is_read(author_id) or not self._is_due(feed_id, word):
            return False
        self._board.say(word, author_id, feed_id, replica.size, replica_bytes(replica))
        return True

    async def say_all(self) -> int:
        """Say everything that is due; returns how many notices were signed."""
        said = 0
        async for author_id in in_turns(self._interests.read()):
            for feed_id in self._shelf.feeds_of(author_id):
                said += self.say_held(feed_id)
        async for feed_id in in_turns(list(self._custodian.all())):
            if said >= SIGNED_PER_ROUND:
                break
            own = self._board.own(feed_id)
            if own is None or self._is_due(feed_id, own.notice.word):
                said += self._custodian.renew(feed_id)
        return said

    def _word(self, author_id: AuthorId) -> Word:
        """A server promises what it holds; a person's node holds what it likes.

        Of the own author it promises nothing: a copy at the author's is the author's.
        """
        serves = self._office.is_held and not self._office.leaving
        is_own = self._interests.of(author_id) is OWN
        return Word.LEASE if serves and not is_own else Word.HAVE

    def _is_due(self, feed_id: FeedId, word: Word) -> bool:
        own = self._board.own(feed_id)
        if own is None or own.notice.word is not word:
            return True
        age_ms = self._clock.now_ms() - own.notice.made_ms
        # Nobody takes one that was signed under a clock that ran ahead.
        return not -POST_AHEAD_MS_MAX <= age_ms < RENEW_EVERY_MS
