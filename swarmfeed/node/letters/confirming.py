"""What other devices say of letters we sent them: that they have some, or can open none."""

from msgspec.structs import replace

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.letters.content import decode_content
from swarmfeed.core.letters.limits import AGAIN_EVERY_MS, AGAINS_AT_ONCE
from swarmfeed.core.letters.rows import KeptLetter
from swarmfeed.core.letters.schedule import is_done
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.letters.book import Edits, LetterBook


class Confirming:
    """Notes it; whoever calls holds the lock of the book."""

    def __init__(self, ground: Ground, book: LetterBook) -> None:
        self._own = ground.identity.author_id
        self._device = ground.identity.feed_id
        self._clock = ground.shells.clock
        self._book = book
        self._agains: dict[FeedId, TokenBucket] = {}
        """How often devices that letters go to may have them all sent again."""

    def awaits(self, feed_id: FeedId) -> bool:
        """Whether a letter is on its way to a device."""
        sent = self._book.sent.values()
        return any(each.feed_id == feed_id for letter in sent for each in letter.targets)

    def confirm(self, edits: Edits, feed_id: FeedId, ids: tuple[bytes, ...]) -> None:
        """Note that a device has some letters of ours."""
        for name in ids:
            letter = edits.sent.get(name) or self._book.sent.get(name)
            if letter is None:
                continue
            targets = tuple(
                replace(each, got=True) if each.feed_id == feed_id else each
                for each in letter.targets
            )
            letter = replace(letter, targets=targets)
            is_over = is_done(letter, self._own)
            edits.sent[name] = None if is_over else letter
            if is_over and letter.talk:
                self._note_arrival(edits, name, letter.talk, letter.content)

    def begin_anew(self, edits: Edits, feed_id: FeedId) -> bool:
        """They opened none of ours: what they did not confirm goes out again at once.

        Returns whether it does: a device that asks more often than one can lose what it opens
        letters with has them again when they are due.
        """
        now_ms = self._clock.now_ms()
        if not self.awaits(feed_id):
            return True  # nothing to send, and nothing to note
        bucket = self._agains.get(feed_id)
        if bucket is None:
            rate = 1_000 / AGAIN_EVERY_MS
            bucket = self._agains[feed_id] = TokenBucket(AGAINS_AT_ONCE, rate, now_ms / 1_000)
        if not bucket.take(1, now_ms / 1_000):
            return False
        edits.sent |= self._book.retargeted(
            lambda each: (
                replace(each, next_ms=now_ms, given=False)
                if each.feed_id == feed_id and not each.got
                else each
            )
        ).sent
        return True

    def _note_arrival(self, edits: Edits, name: bytes, talk: bytes, content: bytes) -> None:
        kept = KeptLetter(
            author_id=self._own,
            content=content,
            came_ms=decode_content(content).time_ms,
            feed_id=self._device,
            outcome="arrived",
        )
        edits.keep(talk, name, kept)
