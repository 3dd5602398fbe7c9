"""Own entries with all that proves them, as others take them."""

from collections.abc import Sequence
from typing import Final

import structlog

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.certificate import Join, Keep
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import ProfileBody, decode_body
from swarmfeed.core.feed.proven import Proven, ProvenApart, ProvenPost
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.push.limits import PUSHED_FOR_MS
from swarmfeed.core.push.posting import PUSHED, Verified, open_posting
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.node.ground.events import HeadGrew
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()

_KINDS: Final = frozenset(each.kind for each in PUSHED)

FIRST_ENTRIES: Final = 16
"""Where a profile is looked for beside the tail: most say their name once, at the beginning."""


class Proving:
    """Makes proofs; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._own = ground.identity.author_id
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._prover = ground.prover
        self._clock = ground.shells.clock
        self._profiles: dict[FeedId, ProvenApart | None] = {}
        """How each own feed says its author is called; the same bytes until that changes."""

    def on_head(self, event: HeadGrew) -> None:
        """An own feed may say another name now."""
        before, after = event.before, event.after
        new = after.tail[
            max(before.size if before else 0, after.tail_start) - after.tail_start :
        ]
        if any(decode_entry(each).kind == ProfileBody.kind for each in new):
            self._profiles.pop(after.feed_id, None)

    async def prove(self, replica: Replica, index: int) -> Verified | None:
        """Return an entry as others take it; None: it is old, or nothing to be passed on."""
        try:
            entry = await self._prove(replica, index)
            if not self._is_news(entry.stored):
                return None
            return open_posting(
                ProvenPost(
                    feed_id=replica.feed_id,
                    head=replica.signed_head,
                    certificates=self._certificates(replica.feed_id),
                    post=entry,
                    profile=await self._profile(replica),
                )
            )
        except (DamageError, RemoteError) as error:
            logger.debug("an entry is not published", index=index, reason=str(error))
            return None

    # --- inside ---

    async def _prove(self, replica: Replica, index: int) -> Proven:
        stored, proof = await self._prover.inclusion(replica, index)
        return Proven(index=index, stored=stored, proof=proof)

    def _is_news(self, stored: bytes) -> bool:
        entry = decode_entry(stored)
        is_known = entry.body is not None and entry.kind in _KINDS
        return is_known and entry.time_ms > self._clock.now_ms() - PUSHED_FOR_MS

    def _certificates(self, feed_id: FeedId) -> tuple[bytes, ...]:
        """The rotates that count, and what says that the feed is ours."""
        opened = self._shelf.opened(self._own)
        joins = (
            signed
            for signed, each in opened.items()
            if isinstance(each, Join | Keep) and each.feed_id == feed_id
        )
        return (*self._shelf.rotates(self._own), *joins)

    async def _profile(self, replica: Replica) -> ProvenApart | None:
        """How the author is called, if that is found where it mostly stands."""
        feed_id = replica.feed_id
        if feed_id not in self._profiles:
            index = self._find_profile(replica)
            self._profiles[feed_id] = (
                None
                if index is None
                else ProvenApart(
                    head=replica.signed_head, entry=await self._prove(replica, index)
                )
            )
        return self._profiles[feed_id]

    def _find_profile(self, replica: Replica) -> int | None:
        """The newest profile that says the name by which the author goes."""
        known = self._index.author(self._own)
        name = known.name if known else ""
        places = [(replica.tail_start, replica.tail), (0, self._first_entries(replica))]
        for start, entries in places:
            for at in reversed(range(len(entries))):
                if _says_name(entries[at], name):
                    return start + at
        return None

    def _first_entries(self, replica: Replica) -> Sequence[bytes]:
        end = min(FIRST_ENTRIES, replica.size)
        held = self._shelf.held_ranges(replica.feed_id)
        if not any(first == 0 and end <= last for first, last in held):
            return ()
        return self._shelf.read_entries(replica.feed_id, 0, end)


def _says_name(stored: bytes, name: str) -> bool:
    entry = decode_entry(stored)
    if entry.body is None or entry.kind != ProfileBody.kind:
        return False
    body = decode_body(entry.kind, entry.body)
    return isinstance(body, ProfileBody) and body.name == name
