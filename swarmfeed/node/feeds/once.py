"""Wishes with a key are done once, however often they are asked for: a page of the ledger."""

from collections.abc import Mapping
from typing import Final

from swarmfeed.core.asks.input_sentences import BAD_KEY, KEY_OF_ANOTHER
from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.limits import WISH_KEY_CHARS_MAX
from swarmfeed.core.feed.once import (
    Undertaken,
    Wish,
    decode_undertaken,
    encode_undertaken,
    is_key,
    outlived,
    row_key,
)
from swarmfeed.errors import UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Changes, Rows, readable

PAGE: Final = "wishes"
"""Of the ledger: hash of the asker's key -> the entry that the wish is to become."""


class Once:
    """Remembers what wishes with a key became; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._feed_id = ground.identity.feed_id
        self._shelf = ground.shelf
        self._memory = ground.memory
        self._clock = ground.shells.clock
        self._undertaken: dict[bytes, Undertaken] = {}
        """Oldest first."""

    def rows(self) -> tuple[Rows, ...]:
        return (Rows(page=PAGE, load=self._load, take_changes=dict),)

    def find(self, wish: Wish) -> EntryRef | None:
        """Return the entry that a wish has become; None: it is still to be done.

        Raises:
            UserError: The key is none, or was given to something else.
        """
        if not is_key(wish.key):
            raise UserError(BAD_KEY(most=WISH_KEY_CHARS_MAX))
        known = self._undertaken.get(row_key(wish.key))
        if known is None or not self._was_appended(known):
            return None
        if known.content != wish.content:
            raise UserError(KEY_OF_ANOTHER())
        return EntryRef(self._feed_id, known.entry_hash, known.index)

    def undertake(self, wish: Wish, stored: bytes) -> None:
        """Write down that the next entry of the own feed is to be this wish.

        Nobody else may append in between: it is followed by the append at once.

        Raises:
            PassingError: Not now; nothing was written down, and nothing may be appended.
        """
        replica, now_ms = self._shelf.replica(self._feed_id), self._clock.now_ms()
        new = Undertaken(
            content=wish.content,
            entry_hash=hash_stored(stored),
            index=replica.size if replica else 0,
            at_ms=now_ms,
        )
        key = row_key(wish.key)
        known_ms = {key: each.at_ms for key, each in self._undertaken.items()}
        changes: Changes = {
            **dict.fromkeys(outlived(known_ms, now_ms)),
            key: encode_undertaken(new),
        }
        self._memory.write(PAGE, changes)
        for each in changes:
            self._undertaken.pop(each, None)
        self._undertaken[key] = new

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        found = sorted(readable(page, decode_undertaken), key=lambda row: row[1].at_ms)
        self._undertaken = dict(found)

    def _was_appended(self, known: Undertaken) -> bool:
        replica = self._shelf.replica(self._feed_id)
        if replica is None or replica.size <= known.index:
            return False
        (stored,) = self._shelf.read_entries(self._feed_id, known.index, known.index + 1)
        return hash_stored(stored) == known.entry_hash
