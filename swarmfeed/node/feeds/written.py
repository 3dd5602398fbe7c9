"""What the author wrote, by time and text, for as long as an import goes on.

A file comes in many batches, and each is compared with all that was written: it is read once,
and from then on only what came since.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from swarmfeed.core.base.ranges import joined, subtract
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import Body, PostBody, WithdrawBody, decode_body
from swarmfeed.core.feed.limits import WRITTEN_KEPT_S
from swarmfeed.errors import RemoteError
from swarmfeed.ports import Logs

Range = tuple[FeedId, int, int]
"""Entries [start, end) of a feed."""

Ranges = dict[FeedId, list[tuple[int, int]]]
"""Ranges of each feed."""

Known = Counter[tuple[int, str]]
"""How often a text stands at a time."""

Place = tuple[FeedId, int]
"""Feed and index of an entry."""


class OwnPosts:
    """Own posts as the logs have them; one call at a time."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._known: Known = Counter()
        self._places: dict[str, Place] = {}
        self._read: Ranges = {}
        self._forgetting: asyncio.TimerHandle | None = None

    async def find(self, held: Iterable[Range]) -> Known:
        """Time and text of every post in these ranges, from the logs themselves.

        What is found is not to be changed; it is forgotten when nobody asks for WRITTEN_KEPT_S.

        Raises:
            PassingError, DamageError: Something of it cannot be read.
        """
        if self._forgetting is not None:
            self._forgetting.cancel()
        ranges: Ranges = {}
        for feed_id, start, end in held:
            ranges.setdefault(feed_id, []).append((start, end))
        try:
            await asyncio.to_thread(lambda: self._find(ranges))
        except BaseException:
            self._forget()
            raise
        loop = asyncio.get_running_loop()
        self._forgetting = loop.call_later(WRITTEN_KEPT_S, self._forget)
        return self._known

    def place_of(self, src: str) -> Place | None:
        """Where the post stands that was brought in from there, of those that were found."""
        return self._places.get(src)

    def note(
        self,
        feed_id: FeedId,
        start: int,
        posts: Sequence[tuple[int, str]],
        sources: Sequence[str] = (),
    ) -> None:
        """Posts were appended: entries from ``start`` on have these times and texts.

        Args:
            sources: Where each of them comes from; empty texts where nobody knows.
        """
        self._known.update(posts)
        for index, src in enumerate(sources, start):
            if src:
                self._places[src] = (feed_id, index)
        before = self._read.get(feed_id, [])
        self._read[feed_id] = joined([*before, (start, start + len(posts))])

    # --- inside ---

    def _forget(self) -> None:
        self._known = Counter()
        self._places = {}
        self._read = {}

    def _find(self, ranges: Ranges) -> None:
        here = {feed_id: joined(each) for feed_id, each in ranges.items()}
        if self._lacks_any(here) or not self._read_more(here):
            self._forget()
            self._read_more(here)
        self._read = here

    def _lacks_any(self, here: Ranges) -> bool:
        """Whether anything that was read is not there any more."""
        return any(
            subtract(start, end, here.get(feed_id, []))
            for feed_id, ranges in self._read.items()
            for start, end in ranges
        )

    def _read_more(self, here: Ranges) -> bool:
        """Read what was not read yet.  Returns False where that takes back what was."""
        had_read = bool(self._read)
        for feed_id, ranges in here.items():
            read = self._read.get(feed_id, [])
            new = [each for span in ranges for each in subtract(*span, read)]
            for index, time_ms, body in self._bodies(feed_id, new):
                if isinstance(body, WithdrawBody) and had_read:
                    return False
                if isinstance(body, PostBody):
                    self._known[time_ms, body.text] += 1
                    if body.src:
                        self._places[body.src] = (feed_id, index)
        return True

    def _bodies(
        self, feed_id: FeedId, ranges: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[int, int, Body]]:
        """Index, time and body of each entry whose body is here."""
        for start, end in ranges:
            for index, stored in enumerate(self._logs.read_entries(feed_id, start, end), start):
                entry = decode_entry(stored)
                if entry.body is None:
                    continue
                with suppress(RemoteError):
                    yield index, entry.time_ms, decode_body(entry.kind, entry.body)
