"""The author's devices, and what may be sealed to them: as their logs and certificates say."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from swarmfeed.core.base.ranges import runs
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import Body, decode_body
from swarmfeed.core.feed.limits import STATE_PARTS_MAX
from swarmfeed.core.feed.sealed_kinds import KeysBody, StateBody
from swarmfeed.core.state.limits import RECOVERIES_MAX
from swarmfeed.core.state.recovery import Recovery, open_recovery
from swarmfeed.errors import DamageError, MendingError, PassingError, RemoteError
from swarmfeed.node.ground.events import Doubted
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import PAPER

KEYS_LOOKED_AT = 4
"""Newest ``keys`` entries of a feed that are read: one of them is not withdrawn."""


class OwnDevices:
    """Reads them anew at each question: there are few, and they change seldom."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._private = ground.private
        self._doubted = frozenset[FeedId]()

    def on_doubted(self, event: Doubted) -> None:
        """A thief of the author key can make a feed count: nobody knows it as the author's."""
        self._doubted = event.feed_ids

    def feeds(self) -> list[FeedId]:
        """All feeds of the author, ended ones too, this device's first."""
        certified = self._shelf.certified(self._identity.author_id).feeds
        others = [each.feed_id for each in certified if each.feed_id != self._identity.feed_id]
        return [self._identity.feed_id, *others]

    def others(self) -> list[FeedId]:
        """Feeds of the author's other devices that have not ended and are known as theirs."""
        certified = self._shelf.certified(self._identity.author_id).feeds
        not_these = {self._identity.feed_id, *self._doubted}
        found = [each for each in certified if each.feed_id not in not_these]
        return [each.feed_id for each in found if each.end is None]

    def keys_of(self, feed_id: FeedId) -> KeysBody | None:
        """The newest ``keys`` entry of a device that is here."""
        for _, body in self._bodies(feed_id, KeysBody.kind, KEYS_LOOKED_AT):
            if isinstance(body, KeysBody):
                return body
        return None

    def parts_of(self, feed_id: FeedId) -> dict[int, StateBody]:
        """Parts of snapshots in a feed that are here and not withdrawn, by their entries."""
        found = self._bodies(feed_id, StateBody.kind, 2 * STATE_PARTS_MAX)
        return {index: body for index, body in found if isinstance(body, StateBody)}

    def places_of(self, feed_id: FeedId) -> tuple[int, ...]:
        """Where parts of snapshots stand in a feed: changes when there is a newer one."""
        return tuple(self._places(feed_id, StateBody.kind, STATE_PARTS_MAX))

    def recoveries(self) -> list[Recovery]:
        """What the sheets open, by statements of the author key in force."""
        signed = [*self._private.all(PAPER).values()]
        keys = (self.keys_of(feed_id) for feed_id in self.feeds())
        signed += [each.recovery for each in keys if each is not None and each.recovery]
        found = []
        for each in dict.fromkeys(signed):
            with suppress(RemoteError):
                found.append(open_recovery(each))
        return [each for each in found if self._counts(each)][:RECOVERIES_MAX]

    def statement(self) -> bytes:
        """The newest statement that this device was told; empty without one.

        Another device may have written anything there, and be removed since.
        """
        told = sorted(self._private.all(PAPER).items(), reverse=True)
        return next((signed for _, signed in told if self._states(signed)), b"")

    def _states(self, signed: bytes) -> bool:
        try:
            return self._counts(open_recovery(signed))
        except RemoteError:
            return False

    def _counts(self, recovery: Recovery) -> bool:
        certified = self._shelf.certified(self._identity.author_id)
        in_force = (certified.author_id, certified.generation, certified.key)
        return (recovery.author_id, recovery.generation, recovery.key) == in_force

    def _bodies(self, feed_id: FeedId, kind: str, limit: int) -> Iterator[tuple[int, Body]]:
        end = self._shelf.end_of(feed_id)
        indices = self._places(feed_id, kind, limit)
        for run in runs([each for each in indices if end is None or each < end]):
            for index, stored in reversed([*zip(run, self._read(feed_id, run), strict=False)]):
                entry = decode_entry(stored)
                if entry.kind == kind and entry.body is not None:
                    with suppress(RemoteError):
                        yield index, decode_body(kind, entry.body)

    def _places(self, feed_id: FeedId, kind: str, limit: int) -> list[int]:
        """Where they stand; while the index cannot be read, nothing is known of any."""
        with suppress(PassingError, MendingError):
            return self._index.sealed_entries(feed_id, kind, limit)
        return []

    def _read(self, feed_id: FeedId, run: range) -> Sequence[bytes]:
        with suppress(DamageError, PassingError):
            return self._shelf.read_entries(feed_id, run.start, run.stop)
        return ()
