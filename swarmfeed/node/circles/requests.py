"""Who asked to read a circle, whom we asked, and what let us read: by letters.

of others   asked --approve--> in a circle --remove--> out of it
              '----decline---> declined                 (who asks again has asked)
ours        asked --welcome--> can read    --(no key any more)--> asked again, by itself
              '----declined--> declined
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

import structlog

from swarmfeed.core.asks.notifications import ADMISSIONS, ASKS
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.circles import letters, sentences
from swarmfeed.core.circles.letters import (
    Admission,
    SharedPost,
    decode_welcome,
    encode_welcome,
    read_shared,
    read_welcome,
    write_shared,
)
from swarmfeed.core.circles.limits import (
    ADMISSIONS_MAX,
    REOPEN_AFTER_MS,
    REQUESTS_MAX,
    WELCOME_AGAIN_MS,
)
from swarmfeed.errors import MendingError, PassingError, RemoteError, UserError
from swarmfeed.node.ground.approaches import KnownApproach
from swarmfeed.node.ground.events import LetterCame
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BLOCK, ON

logger = structlog.get_logger()

READS: Final = "reads"
REQUEST: Final = "request"
SHARED_WITH_US: Final = "shared"

_IN, _OUT, _LET = b"i", b"o", b"l"
ASKED, DECLINED_US = b"asked", b"declined"
_INDEX_BYTES = 8


class Requests:
    """Asks and is asked; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._own_id = ground.identity.author_id
        self._index = ground.shells.index
        self._clock = ground.shells.clock
        self._private = ground.private
        self._letters = ground.letters
        self._reopened: dict[AuthorId, tuple[int, int]] = {}
        """When we last asked by ourselves, or an hour before we shall; and for which epoch."""

    # --- looking ---

    def waiting(self) -> list[AuthorId]:
        """Who asked us, and has no answer."""
        return sorted(_authors(self._private.names(REQUEST), _IN))

    def asked(self) -> dict[AuthorId, bytes]:
        """Whom we asked, and what they said: ``ASKED`` or ``DECLINED_US``."""
        rows = self._private.all(REQUEST)
        return {who: rows[_OUT + who] for who in _authors(rows, _OUT)}

    def admissions(self) -> Iterator[tuple[AuthorId, Admission]]:
        """What lets us read others."""
        for key, value in self._private.all(READS).items():
            with suppress(RemoteError):
                yield AuthorId(key[:KEY_BYTES]), decode_welcome(value)

    async def approaches(self) -> list[KnownApproach]:
        """Who asks, and who let us in, as the notifications tell it."""
        asks = [self._approach(ASKS, who, _IN + who) for who in self.waiting()]
        called = {(who, each.circle_id): each.name for who, each in self.admissions()}
        return asks + [
            self._approach(ADMISSIONS, who, _LET + who + circle_id, name)
            for (who, circle_id), name in called.items()
            if self._private.get(REQUEST, _LET + who + circle_id)
        ]

    async def first_words(self, of: KnownApproach) -> str:
        """Nothing: a circle is named where it is told."""
        return ""

    def _approach(
        self, kind: str, author_id: AuthorId, key: bytes, words: str = ""
    ) -> KnownApproach:
        at_ms = self._private.said_ms(REQUEST, key)
        return KnownApproach(type=kind, author_id=author_id, time_ms=at_ms, words=words)

    def shared(self) -> dict[tuple[FeedId, int], bytes]:
        """Keys of single posts that were shared with us."""
        return {
            (FeedId(key[:KEY_BYTES]), int.from_bytes(key[KEY_BYTES:], "big")): value
            for key, value in self._private.all(SHARED_WITH_US).items()
            if len(key) == KEY_BYTES + _INDEX_BYTES and len(value) == KEY_BYTES
        }

    # --- doing ---

    async def ask(self, author_id: AuthorId) -> None:
        """Ask somebody whether we may read a circle of theirs.

        Raises:
            UserError, RetryError: No letter can be sent to them.
        """
        if author_id == self._own_id:
            raise UserError(sentences.NOT_YOURSELF())
        await self._letters.send(author_id, letters.ASK, {})
        self._private.set(REQUEST, {_OUT + author_id: ASKED})

    async def ask_again(self, author_id: AuthorId, epoch: int) -> None:
        """Ask for keys by ourselves, because none that we have of theirs opens an epoch.

        A while after that was first seen, once for each epoch and once an hour: whoever was
        removed is not answered, and does not go on asking.

        Raises:
            UserError, RetryError: No letter can be sent to them.
        """
        now_ms = self._clock.monotonic_ms()
        first_ms = now_ms + REOPEN_AFTER_MS - WELCOME_AGAIN_MS
        asked = self._reopened.setdefault(author_id, (first_ms, -1))
        if epoch > asked[1] and now_ms - asked[0] >= WELCOME_AGAIN_MS:
            await self._letters.send(author_id, letters.REOPEN, {})
            self._reopened[author_id] = (now_ms, epoch)

    async def decline(self, author_id: AuthorId) -> None:
        """Raises UserError: they did not ask."""
        if author_id not in self.waiting():
            raise UserError(sentences.NO_REQUEST(who="They"))
        await self._letters.send(author_id, letters.DECLINED, {})
        self.settle(author_id)

    def settle(self, author_id: AuthorId) -> None:
        """Somebody who asked has their answer."""
        if self._private.get(REQUEST, _IN + author_id):
            self._private.set(REQUEST, {_IN + author_id: b""})

    async def share(self, ref: EntryRef, key: bytes, author_id: AuthorId) -> None:
        """Let one more person read one post."""
        shared = SharedPost(feed_id=ref.feed_id, key=key, index=ref.index)
        await self._letters.send(author_id, letters.SHARED, write_shared(shared))

    # --- hearing ---

    def on_letter(self, event: LetterCame) -> bool:
        """Take a letter; returns whether more can be read since."""
        try:
            match event.kind:
                case letters.ASK | letters.REOPEN:
                    self._on_ask(event.author_id)
                case letters.DECLINED:
                    self._on_declined(event.author_id)
                case letters.WELCOME:
                    return self._on_welcome(event.author_id, read_welcome(event.fields))
                case letters.SHARED:
                    return self._on_shared(read_shared(event.fields))
        except RemoteError as error:
            logger.info("a letter on circles is none", kind=event.kind, reason=str(error))
        except UserError as error:
            logger.warning("a letter on circles has no room", reason=str(error))
        return False

    def _on_ask(self, author_id: AuthorId) -> None:
        is_new = _IN + author_id not in self._private.names(REQUEST)
        if author_id in self._private.names(BLOCK):
            return  # nothing of theirs is taken
        if author_id != self._own_id and is_new and len(self.waiting()) < REQUESTS_MAX:
            self._private.set(REQUEST, {_IN + author_id: ASKED})

    def _on_declined(self, author_id: AuthorId) -> None:
        if self.asked().get(author_id) == ASKED:
            self._private.set(REQUEST, {_OUT + author_id: DECLINED_US})

    def _on_welcome(self, author_id: AuthorId, admission: Admission) -> bool:
        """Of those alone whom we asked, or follow: others could fill what we keep."""
        is_wanted = author_id in self.asked() or author_id in self._follows()
        key = author_id + admission.tree_id
        known = self._private.names(READS)
        if not is_wanted or (key not in known and len(known) >= ADMISSIONS_MAX):
            return False
        self._private.set(READS, {key: encode_welcome(admission)})
        let_in = _LET + author_id + admission.circle_id
        changes = {_OUT + author_id: b""} if author_id in self.asked() else {}
        if not self._private.get(REQUEST, let_in):  # told once, however often keys come
            changes[let_in] = ON
        if changes:
            self._private.set(REQUEST, changes)
        return True

    def _on_shared(self, shared: SharedPost) -> bool:
        known = self._private.names(SHARED_WITH_US)
        if len(known) >= ADMISSIONS_MAX:
            return False
        key = shared.feed_id + shared.index.to_bytes(_INDEX_BYTES, "big")
        self._private.set(SHARED_WITH_US, {key: shared.key})
        return True

    def _follows(self) -> frozenset[AuthorId]:
        with suppress(PassingError, MendingError):
            return frozenset(self._index.follows_of(self._own_id))
        return frozenset()


def _authors(names: Iterable[bytes], start: bytes) -> Iterator[AuthorId]:
    return (
        AuthorId(name[1:]) for name in names if name[:1] == start and len(name) == 1 + KEY_BYTES
    )
