"""Three nodes that follow each other write all day, and none of them grows.

What a node keeps of a post is on its disk.  So memory is looked at minute by minute: after a
warm-up, in which caches fill, no ten minutes may lie above the first ones by more than 3 MB.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.strangers.besieged import Besieged, Refused, besieged

NAMES: Final = ("ada", "ben", "cleo")
POSTS_A_SECOND: Final = 11
WARM_UP_MIN: Final = 15
"""Minutes in which caches fill: indexes, connections, what Python and SQLite keep at hand, and
posts that passed by (RECENT_BYTES_MAX, after six).  Of those that came, ids go on to come for
ten minutes more (RECENT_POSTS_MAX): 1.2 MB, which is part of what may be added."""
STRETCH_MIN: Final = 10
"""Minutes that are taken together: a moment's work is no growth."""
GROWTH_BYTES_MAX: Final = 3_000_000
ARRIVE_S: Final = 60

_WORDS: Final = (
    *("water", "bread", "morning", "river", "letter", "window", "garden", "summer", "train"),
    *("coffee", "evening", "story", "stone", "light", "winter", "forest", "harbour", "market"),
)


def play(plan: Plan) -> Outcome:
    """Write for as many minutes as there are cases."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-soak-") as name, ExitStack() as stack:
        nodes = [stack.enter_context(besieged(Path(name), each)) for each in NAMES]
        befriend(nodes)
        minutes: dict[str, list[int]] = {each: [] for each in NAMES}
        posts = texts(plan.luck(0))
        written = 0
        for _ in range(plan.cases):
            seen: dict[str, list[int]] = {each: [] for each in NAMES}
            written += _write_a_minute(nodes, posts, seen)
            for each in NAMES:
                minutes[each].append(round(median(seen[each])))
            outcome.cases += 1
        outcome.gave_way += _lost(nodes, written)
    for each in NAMES:
        judge(each, minutes[each], outcome)
    outcome.figures["posts"] = f"{written:,}"
    return outcome


def befriend(nodes: Sequence[Besieged]) -> None:
    """Have each follow all others, and wait until they are linked."""
    for node in nodes:
        for other in nodes:
            if other is not node:
                node.post("follow", who=other.get("whoami")["link"])
    for node in nodes:
        node.wait_for("both others", partial(_is_linked, node), ARRIVE_S)


def texts(luck: Random) -> Iterator[str]:
    """Posts, each another one."""
    number = 0
    while True:
        number += 1
        words = " ".join(luck.choices(_WORDS, k=luck.randint(4, 24)))
        yield f"{words} {number}"


def _write_a_minute(
    nodes: Sequence[Besieged], posts: Iterator[str], seen: dict[str, list[int]]
) -> int:
    """Write in turns at a steady pace; note each node's memory every second."""
    started_s, count = time.monotonic(), 60 * POSTS_A_SECOND
    for number in range(count):
        time.sleep(max(started_s + number / POSTS_A_SECOND - time.monotonic(), 0))
        nodes[number % len(nodes)].post("post", text=next(posts))
        if number % POSTS_A_SECOND == 0:
            for node, name in zip(nodes, NAMES, strict=True):
                seen[name].append(node.rss_bytes)
    for node in nodes:
        node.read("/")  # as somebody does who looks in
    return count


def _is_linked(node: Besieged) -> bool:
    peers: list[object] = node.get("status")["peers"]
    return len(peers) >= len(NAMES) - 1


def _lost(nodes: Sequence[Besieged], written: int) -> list[str]:
    """What has not come to everybody."""
    lines = []
    for node, name in zip(nodes, NAMES, strict=True):
        try:
            node.wait_for("all posts", partial(_has, node, written), ARRIVE_S)
        except Refused as error:
            lines.append(f"{name} lacks some of {written} posts: {error}")
    return lines


def _has(node: Besieged, count: int) -> bool:
    return sum(int(each["entries_held"]) for each in node.get("status")["feeds"]) >= count


def judge(name: str, minutes: Sequence[int], outcome: Outcome) -> None:
    """Compare each stretch after the warm-up with the first one.

    Args:
        name: Of the node.
        minutes: Bytes in RAM, a median for each minute; with no more of them than the warm-up
            takes, nothing is judged but what is said.
        outcome: Takes the figures, and what gave way.
    """
    after = minutes[WARM_UP_MIN:] or minutes[-1:]
    last = max(len(after) - STRETCH_MIN, 0)
    stretches = [median(after[at : at + STRETCH_MIN]) for at in range(last + 1)]
    growth = max(stretches) - stretches[0]
    outcome.figures[name] = (
        f"{stretches[0] / 1e6:.1f} MB after the warm-up, {stretches[-1] / 1e6:.1f} MB"
        f" at the end, {growth / 1e6:.1f} MB more at most"
    )
    if growth > GROWTH_BYTES_MAX:
        outcome.gave_way.append(f"{name} grew by {growth / 1e6:.1f} MB")


SOAK: Final = Ordeal(
    name="soak",
    about="three nodes write 11 posts a second, and none grows; a case is a minute",
    cases=120,
    sample=0,
    play=play,
)
