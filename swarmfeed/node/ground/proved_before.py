"""Signatures of what lies on our disk, which an earlier start of this node found true.

2,700 feeds have 8,100 of them, half a second of a start.  Their marks (``core/base/proved``)
are in the ledger; without them, or with others, all is verified as the first time.
"""

import asyncio
from contextlib import suppress
from typing import Final

from swarmfeed.core.base.proved import Proved
from swarmfeed.errors import DamageError, FatalError, PassingError
from swarmfeed.node.ground.identity import Identity
from swarmfeed.ports import Ledger

PAGE: Final = "proved"
"""Of the ledger: all marks, in one row."""

_KEY: Final = b"marks"


class ProvedBefore:
    """What the start of one node verifies with."""

    def __init__(self, ledger: Ledger, identity: Identity) -> None:
        self._ledger = ledger
        self._kept = b""
        with suppress(DamageError, PassingError):  # it is verified once more
            self._kept = ledger.read(PAGE).get(_KEY, b"")
        self._proved = Proved(identity.node_key.seed, self._kept)
        self.verify = self._proved.verify

    async def save(self) -> None:
        """Keep for the next start what this one found true, if it is not what was kept."""
        with suppress(PassingError, FatalError):  # the same
            await asyncio.to_thread(self._write)

    def _write(self) -> None:
        marks = self._proved.marks()
        if marks != self._kept:
            self._ledger.write({PAGE: {_KEY: marks}})
