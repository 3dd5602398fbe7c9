"""The door of ``ground.audience``, filled: for whom something is, and under which key."""

from contextlib import suppress

from swarmfeed.core.base.aead import NONCE_BYTES
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.core.circles import sentences
from swarmfeed.core.circles.keyring import Circle, Keyring
from swarmfeed.core.circles.opened import OpenedPost
from swarmfeed.core.circles.protecting import protect
from swarmfeed.core.circles.rows import OwnCircle
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import Body
from swarmfeed.core.feed.pointing import Place
from swarmfeed.core.feed.sealed_kinds import ProtectedBody
from swarmfeed.errors import DamageError, UserError
from swarmfeed.node.circles.book import Book
from swarmfeed.node.circles.opener import Opener
from swarmfeed.node.circles.rekeying import Rekeying
from swarmfeed.node.circles.requests import Requests
from swarmfeed.node.ground.ground import Ground


class CircleKeeper:
    """Implements ``ground.audience.KeyKeeper``; belongs to the loop, but for ``words`` and
    ``is_protected``."""

    def __init__(
        self, ground: Ground, book: Book, rekeying: Rekeying, opener: Opener, keyring: Keyring
    ) -> None:
        self._own_id = ground.identity.author_id
        self._device = ground.identity.feed_id
        self._shelf = ground.shelf
        self._dice = ground.shells.dice
        self._book = book
        self._rekeying = rekeying
        self._opener = opener
        self._keyring = keyring
        self._names: dict[Circle, str] = {}
        """Of circles of others; replaced as a whole, for other threads."""

    def take_up_names(self, requests: Requests) -> None:
        """Look at what circles of others are called."""
        self._names = {
            Circle(author_id=author_id, circle_id=each.circle_id): each.name
            for author_id, each in requests.admissions()
        }

    def circle_called(self, name: str) -> Circle:
        return self._book.name_of(self._book.called(name))

    def words(self, post: OpenedPost) -> str:
        if post.circle is None:
            return sentences.ONLY_SHARED()
        own = self._own(post.circle)
        if own is not None:
            people = len(own.members())
            if not people:
                return sentences.ONLY_YOU(name=own.name)
            return sentences.ONLY_OWN(people=people, name=own.name)
        return sentences.ONLY_THEIRS(name=self._names.get(post.circle, "…"))

    def is_protected(self, place: Place) -> bool:
        feed_id, index = place
        replica = self._shelf.replica(feed_id)
        if replica is None or index >= replica.size:
            return False
        with suppress(DamageError):  # what is not here was shown to nobody who could name it
            (stored,) = self._shelf.read_entries(feed_id, index, index + 1)
            return decode_entry(stored).kind == ProtectedBody.kind
        return False

    async def make_ready(self, circle: Circle) -> None:
        own = self._own(circle)
        if own is not None:
            await self._rekeying.make_ready(own)
        elif self._keyring.newest(circle) is None:
            raise UserError(sentences.NO_KEY_YET())

    def protect(self, circle: Circle, body: Body, index: int) -> ProtectedBody:
        nonce = self._dice(NONCE_BYTES)
        return protect(body, self._key(circle), nonce, self._device, index)

    def wrote(self, circle: Circle, body: Body, ref: EntryRef, time_ms: int) -> None:
        self._opener.wrote(circle, body, ref, time_ms)

    # --- inside ---

    def _own(self, circle: Circle) -> OwnCircle | None:
        own = self._is_own(circle.author_id)
        return self._book.get(circle.circle_id) if own else None

    def _is_own(self, author_id: AuthorId) -> bool:
        return author_id == self._own_id

    def _key(self, circle: Circle) -> bytes:
        own = self._own(circle)
        if own is not None:
            newest = own.newest()
            # Somebody may have been removed since it was made ready, on another device.
            if newest is None:
                raise UserError(sentences.NO_KEY_YET())
            return newest.key
        key = self._keyring.newest(circle)
        assert key is not None, "it was made ready"
        return key.key
