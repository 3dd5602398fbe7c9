"""A feed of repeating posts: nothing on the wire, half a gigabyte once it is unpacked."""

import time
from pathlib import Path
from typing import Any, Final

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import Besieged, Refused, besieged
from ordeals.strangers.siege import Siege, Terms

POSTS: Final = 65_536
POST_CHARS: Final = 8_000
BATCH_POSTS: Final = 1_024
MORE_BYTES_MAX: Final = 60_000_000
SHOWN_BYTES: Final = 64_000_000
"""Bound of the reader; in a sample as much less as there are fewer posts."""

INDEX_TIMES_MAX: Final = 2.5
WAL_BYTES: Final = 40_000_000
"""Its write-ahead log, which has its own bound."""

PATIENCE_S: Final = 600
LOOKS_MAX: Final = 10
"""Each waits for two seconds at most; the first one is enough where nobody else computes."""


def lay(terms: Terms) -> Outcome:
    """Follow somebody whose feed is a bomb; look at memory, disk, and what is said."""
    outcome = Outcome(cases=1)
    posts = terms.of(POSTS, least=1_536)
    budget = SHOWN_BYTES * posts // POSTS // 1_000_000 * 1_000_000
    with besieged(terms.folder) as author:
        who = _write(author, posts)
        options = ("--shown-per-author", f"{budget // 1_000_000}M")
        with besieged(terms.folder, "reader", options) as reader:
            before = most = reader.rss_bytes
            cost = _look(reader, who)
            outcome.figures["said before"] = " ".join(cost["sentences"])
            if cost["unpacked_bytes"] < posts * POST_CHARS or len(cost["sentences"]) < 2:
                outcome.gave_way.append(f"no warning before one follows: {cost}")
            name = reader.post("follow", who=who)["author"]
            deadline_s = time.monotonic() + PATIENCE_S
            while not _is_over(reader, name):
                most = max(most, reader.rss_bytes)
                if time.monotonic() > deadline_s:
                    raise Refused(f"not indexed in {PATIENCE_S} s: {reader.log_end()}")
                time.sleep(0.02)
            most = max(most, reader.rss_bytes)
            _judge(reader, name, budget, most - before, outcome)
        outcome.figures |= {"posts": f"{posts} of {POST_CHARS} characters"}
    return outcome


def _write(author: Besieged, posts: int) -> str:
    for start in range(0, posts, BATCH_POSTS):
        batch = [
            [1_600_000_000_000 + n, f"{n:06d}" + "x" * (POST_CHARS - 6)]
            for n in range(start, min(start + BATCH_POSTS, posts))
        ]
        author.post("import", posts=batch)
    return str(author.get("whoami")["link"])


def _look(reader: Besieged, who: str) -> Any:
    """Look as somebody does who is told that nothing has come yet: again, for a while."""
    for _ in range(LOOKS_MAX):
        cost = reader.post("look-at", who=who)
        if cost["unpacked_bytes"]:
            break
    return cost


def _is_over(reader: Besieged, author: str) -> bool:
    progress = reader.get(f"fetch-progress?author={author}")
    return bool(progress["done"] and progress["searchable"])


def _judge(
    reader: Besieged, author: str, budget: int, more_bytes: int, outcome: Outcome
) -> None:
    view = reader.get(f"author?author={author}")
    index_bytes = _bytes_of(reader.home, "index.db*")
    outcome.figures |= {
        "on the wire": f"{view['bytes_held'] / 1e6:.2f} MB",
        "unpacked": f"{view['unpacked_bytes'] / 1e6:.0f} MB, of which {budget / 1e6:.0f} shown",
        "index": f"{index_bytes / 1e6:.0f} MB",
        "memory": f"+{more_bytes / 1e6:.0f} MB at most",
        "said": view["limit"],
    }
    newest = reader.get(f"timeline?author={author}&limit=1")["posts"]
    if more_bytes > MORE_BYTES_MAX:
        outcome.gave_way.append(f"{more_bytes / 1e6:.0f} MB more memory")
    if index_bytes > budget * INDEX_TIMES_MAX + WAL_BYTES:
        outcome.gave_way.append(f"an index of {index_bytes / 1e6:.0f} MB")
    if not view["limit"] or view["post_count"] >= view["entry_count"] - 3:
        outcome.gave_way.append(f"no bound, or no word of it: {view}")
    if not newest or view["unpacked_bytes"] < view["bytes_held"]:
        outcome.gave_way.append("the newest posts are not shown")


def _bytes_of(home: Path, pattern: str) -> int:
    return sum(each.stat().st_size for each in home.glob(pattern))


BOMB: Final = Siege(
    name="bomb",
    about="a followed feed of 0.4 MB unpacks to half a gigabyte",
    lay=lay,
)
