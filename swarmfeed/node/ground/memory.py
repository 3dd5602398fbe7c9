"""What roles remember from one start to the next: pages of the ledger, written in one go.

Each role brings its pages.  They are read when the node starts, and what changed is written
every minute and at the end, all pages in one transaction: after a power cut either all of a
round is there, or nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

import structlog
from msgspec import Struct

from swarmfeed.core.asks.sentences import ROWS_WRITTEN
from swarmfeed.errors import BadEncodingError, DamageError, PassingError
from swarmfeed.ports import Job, Ledger

logger = structlog.get_logger()

T = TypeVar("T")

SAVE_EVERY_S: Final = 60
"""How often what changed is written down; a role may save sooner what it promises."""

Changes = Mapping[bytes, bytes | None]
"""Values by key; None for those that are gone."""

Records = Mapping[Any, Any]
"""The same before they are values: whatever a page consists of, by key, which is bytes."""


class Rows(Struct, frozen=True, kw_only=True):
    """One page of the ledger, and the part whose page it is."""

    page: str
    load: Callable[[Mapping[bytes, bytes]], None]
    """Takes up everything on the page, by key in ascending order; once, at the start."""
    take_changes: Callable[[], Records]
    """What changed since the last call: by key a record that stays as it is, or None."""
    encode: Callable[[Any], bytes] = bytes
    """Makes the value of a record; runs in a thread, for there may be thousands."""

    def encoded(self, changes: Records) -> dict[bytes, bytes | None]:
        """Return what ``take_changes`` gave, as it is written."""
        return {
            key: None if record is None else self.encode(record)
            for key, record in changes.items()
        }


def readable(
    page: Mapping[bytes, bytes], decode: Callable[[bytes], T]
) -> Iterator[tuple[bytes, T]]:
    """Yield the rows that ``decode`` can read; a damaged one is as if it had never been."""
    for key, value in page.items():
        try:
            yield key, decode(value)
        except (BadEncodingError, DamageError) as error:
            logger.warning("a row of the ledger is passed over", reason=str(error))


class Bookkeeper:
    """Recalls and saves what the parts bring pages for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._rows: dict[str, Rows] = {}
        self._saving = asyncio.Lock()
        self._unwritten: dict[str, Records] = {}
        """What the last attempt to save did not get onto a full disk."""

    def connect(self, rows: Iterable[Rows]) -> None:
        """Add pages.  Two parts that write the same page are a bug: ValueError."""
        for row in rows:
            if row.page in self._rows:
                raise ValueError(f"the page {row.page} has two writers")
            self._rows[row.page] = row

    def recall(self) -> None:
        """Have every part take up its page, in the order in which they were connected."""
        for row in self._rows.values():
            row.load(self._ledger.read(row.page))

    def job(self) -> Job:
        return Job(name="ledger", run=self.save, every_s=SAVE_EVERY_S, at_start=False)

    async def save(self) -> str:
        """Write down what changed since the last time.

        Raises:
            PassingError: Not now; it is written next time.
        """
        async with self._saving:
            changes = self._unwritten = self._changes()
            await asyncio.to_thread(lambda: self._ledger.write(self._encoded(changes)))
            self._unwritten = {}
        return ROWS_WRITTEN(rows=sum(map(len, changes.values())))

    def write(self, page: str, changes: Changes) -> None:
        """Write at once what must not wait: a person's choice.  PassingError: not now."""
        self._ledger.write({page: changes})

    async def stop(self) -> None:
        with suppress(PassingError):  # a full disk: what was seen lately is seen again
            await self.save()

    def _encoded(self, changes: Mapping[str, Records]) -> dict[str, Changes]:
        return {page: self._rows[page].encoded(each) for page, each in changes.items()}

    def _changes(self) -> dict[str, Records]:
        changes = {page: row.take_changes() for page, row in self._rows.items()}
        return {
            page: {**self._unwritten.get(page, {}), **each}
            for page, each in changes.items()
            if each or page in self._unwritten
        }
