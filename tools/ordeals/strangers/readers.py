"""Somebody writes, somebody else reads: how long the first bytes take, and the rest."""

import time
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct
from swarmfeed.core.base.limits import CHUNK_ENTRIES

from ordeals.strangers.besieged import Besieged, Refused, besieged

PATIENCE_S: Final = 60
POST_CHARS: Final = 600
BATCH_POSTS: Final = 8_192

WORDS: Final = "0123456789abcdef"

BUSY_TIMES: Final = 10
"""How many times what a first fetch takes, without anybody in its way, is added to each bar of
a sample: 2 s on an idle machine, more where others keep it busy just then."""


class Fetched(Struct, frozen=True, kw_only=True):
    """What one fetch took, in seconds from asking."""

    first_s: float
    """Until the first chunk was held and verified."""
    whole_s: float

    @property
    def busy_s(self) -> float:
        """Of a calm fetch: what a sample allows beside, on this machine as busy as it is."""
        return BUSY_TIMES * self.first_s

    def __str__(self) -> str:
        return f"first bytes after {self.first_s:.1f} s, all after {self.whole_s:.1f} s"


def write(node: Besieged, posts: int, luck: Random) -> str:
    """Have a node write so many posts that hardly compress; returns its link."""
    for start in range(0, posts, BATCH_POSTS):
        batch = [
            [1_600_000_000_000 + n, luck.randbytes(POST_CHARS // 2).hex()]
            for n in range(start, min(start + BATCH_POSTS, posts))
        ]
        node.post("import", posts=batch)
    return str(node.get("whoami")["link"])


def fetch(node: Besieged, who: str, *, whole: bool = True) -> Fetched:
    """Ask for an author; Refused when the bytes do not come."""
    started_s = time.monotonic()
    author = node.post("fetch", who=who)["author"]
    first_s = 0.0
    while (spent_s := time.monotonic() - started_s) < PATIENCE_S:
        progress = node.get(f"fetch-progress?author={author}")
        tail = progress["entries_total"] % CHUNK_ENTRIES
        if not first_s and progress["entries_held"] > tail:
            first_s = spent_s
        if progress["done"] or (first_s and not whole):
            return Fetched(first_s=first_s, whole_s=spent_s)
        time.sleep(0.02)
    raise Refused(f"not fetched in {PATIENCE_S} s: {node.log_end()}")


def fetch_anew(folder: Path, name: str, who: str, *options: str) -> Fetched:
    """Let a new reader fetch an author."""
    with besieged(folder, name, options) as reader:
        return fetch(reader, who)
