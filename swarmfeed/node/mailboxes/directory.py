"""Who keeps letters for a device, as its log says."""

from contextlib import suppress
from typing import Final

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.core.feed.sealed_kinds import MailboxBody
from swarmfeed.errors import DamageError, MendingError, PassingError, RemoteError
from swarmfeed.node.ground.ground import Ground

LOOKED_AT: Final = 4
"""Newest entries of the kind that are read: one of them is not withdrawn."""


class BoxDirectory:
    """Reads logs anew at each question: there are few, and the index knows where it stands."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._index = ground.shells.index

    def holders_of(self, feed_id: FeedId) -> tuple[NodeId, ...] | None:
        """Machines that keep letters for a device; None: its log, as far as it is here and can
        be read, names none and never did."""
        for index in self._places(feed_id):
            with suppress(DamageError, PassingError, RemoteError):
                (stored,) = self._shelf.read_entries(feed_id, index, index + 1)
                entry = decode_entry(stored)
                if entry.kind == MailboxBody.kind and entry.body is not None:
                    body = decode_body(entry.kind, entry.body)
                    if isinstance(body, MailboxBody):
                        return tuple(dict.fromkeys(body.holders))
        return None

    def _places(self, feed_id: FeedId) -> list[int]:
        end = self._shelf.end_of(feed_id)
        found = list[int]()
        with suppress(PassingError, MendingError):
            found = self._index.sealed_entries(feed_id, MailboxBody.kind, LOOKED_AT)
        return [each for each in found if end is None or each < end]
