"""kill -9 in the middle of ``withdraw`` and ``edit``: the same again, and the text is gone.

Each command runs in a process forked from this one, which kills itself before the n-th thing it
asks of the disk.  Then the log is verified from nothing, the command is repeated, and the text
is looked for in log, chunks and mark.
"""

import shutil
import signal
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from msgspec import Struct
from seeker.needle import Needle
from seeker.seeking import seek
from street.fakes.check_log import CheckLog
from swarmfeed import wiring
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.address import format_address
from swarmfeed.node.node import Node

from ordeals.dying import run_command
from ordeals.ordeal import Ordeal, Outcome, Plan
from ordeals.own.life import play as play_node

CANARY: Final = "qzkvjxwpyrmhtbgdfcln"
"""A word that is in the posts that are taken back, and nowhere else."""

POSTS: Final = 300
"""One sealed chunk, and a tail."""

SEALED: Final = 100
"""An entry with the word, in the chunk."""

TAIL: Final = 290
"""Another one, in the tail."""


class _Kind(Struct, frozen=True, kw_only=True):
    """One of the ways to take a text back."""

    name: str
    words: tuple[str, ...]
    """``{feed}`` stands for the address of the own feed."""


_KINDS: Final = (
    _Kind(name="withdraw from a chunk", words=("withdraw", f"{{feed}}/{SEALED}", "--yes")),
    _Kind(name="withdraw from the tail", words=("withdraw", f"{{feed}}/{TAIL}", "--yes")),
    _Kind(
        name="edit in a chunk",
        words=("edit", f"{{feed}}/{SEALED}", "better said", "--remove-old"),
    ),
)


def play(plan: Plan) -> Outcome:
    """Kill every kind at moments all over its length."""
    outcome, came = Outcome(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-withdraw-") as name:
        folder = Path(name)
        feed = _prepare(folder / "whole")
        for kind in _KINDS:
            share = len(range(_KINDS.index(kind), plan.cases, len(_KINDS)))
            words = tuple(word.format(feed=feed) for word in kind.words)
            length = _length(folder, words) if share else 0
            outcome.figures[f"moments of {kind.name}"] = str(length)
            for number in range(share):
                moment = number * length // share
                outcome.cases += 1
                if gave_way := _suffer(folder, words, moment, came):
                    outcome.gave_way.append(f"{kind.name} killed at {moment}: {gave_way}")
    outcome.figures |= {what: str(count) for what, count in sorted(came.items())}
    return outcome


def _prepare(folder: Path) -> str:
    """Make a home with the posts; returns the address of its feed."""
    home = folder / "home"
    wiring.create_home(home, "Ann", "")
    identity = wiring.open_identity(home, "")

    async def write(node: Node) -> None:
        texts = [f"post {number}" for number in range(POSTS)]
        for at in (SEALED, TAIL):
            texts[at - 2] = f"{CANARY} {at}"  # behind certificate and profile
        posts = [OldPost(1_600_000_000_000 + n, text) for n, text in enumerate(texts)]
        await node.feeds.importer.import_posts(posts)

    play_node(home, identity, write)
    return format_address(identity.feed_id)


def _length(folder: Path, words: tuple[str, ...]) -> int:
    """How often a command that is left alone asks something of the disk."""
    case = _copy(folder)
    return run_command(case, words).asked


def _suffer(folder: Path, words: tuple[str, ...], moment: int, came: Counter[str]) -> str:
    """Kill once, verify, repeat, look for the text; returns what gave way, or nothing."""
    case = _copy(folder)
    before = _count(case)
    first = run_command(case, words, dies_at=moment)
    if first.code != -signal.SIGKILL:
        came["ended before the kill"] += 1
    CheckLog(case / "home" / "feeds")
    again = run_command(case, words)
    is_done = "already" in again.said
    if again.code != 0 and not is_done:
        return f"the same again ended with {again.code}: {again.said[-300:]}"
    came["done before the kill" if is_done else "done when it was repeated"] += 1
    post = run_command(case, ("post", "hello"))
    if post.code != 0:
        return f"a post ended with {post.code}: {post.said[-300:]}"
    CheckLog(case / "home" / "feeds")
    # One of the two is still there, as often as before in the other's place.
    after = _count(case)
    return "" if after < before else f"the text is still there: {after} places of {before}"


def _copy(folder: Path) -> Path:
    case = folder / "case"
    shutil.rmtree(case, ignore_errors=True)
    shutil.copytree(folder / "whole", case)
    return case


def _count(case: Path) -> int:
    """Places in log, chunks and mark that hold the word."""
    home = case / "home"
    return sum(len(seek(home / name, Needle(CANARY))) for name in ("feeds", "high-water"))


WITHDRAWING = Ordeal(
    name="withdraw",
    about="kill -9 in the middle of withdraw and edit: the same again, and the text is gone",
    cases=210,
    sample=4,
    play=play,
)
