"""kill -9 in the middle of ``post`` and ``import``: the same again, and nothing stands twice.

Whoever was cut off says it again: a post with the key of its wish, an import as it was.
Each is killed at all its moments that differ, repeated, and repeated once more.
"""

import json
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from swarmfeed import wiring
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import PostBody, decode_body
from swarmfeed.shell.disk.logs import FileLogs

from ordeals.dying import run_command
from ordeals.ordeal import Ordeal, Outcome, Plan

_POSTS: Final = 300
"""More than a chunk, so that one is sealed on the way."""

Written = Counter[tuple[int, str]]
"""How often a text stands at a time; of a post that is not imported, at 0."""


class Kind(Struct, frozen=True, kw_only=True):
    """Something that may be said again."""

    name: str
    words: tuple[str, ...]
    """The command line after ``--home HOME``."""
    wanted: Written
    prepare: Callable[[Path], None] = lambda folder: None


def play(plan: Plan) -> Outcome:
    """Kill every kind at moments all over its length."""
    outcome, came = Outcome(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-again-") as name:
        folder = Path(name)
        fresh = folder / "fresh"
        wiring.create_home(fresh, "Ann", "")
        for kind in KINDS:
            share = len(range(KINDS.index(kind), plan.cases, len(KINDS)))
            length = _length(kind, fresh, folder / "dry") if share else 0
            for number in range(share):
                moment = number * length // share
                outcome.cases += 1
                if gave_way := _suffer(kind, moment, fresh, folder / "case", came):
                    outcome.gave_way.append(f"{kind.name} killed at {moment}: {gave_way}")
            outcome.figures[f"moments of {kind.name}"] = str(length)
    outcome.figures |= {what: str(count) for what, count in sorted(came.items())}
    return outcome


def _length(kind: Kind, fresh: Path, folder: Path) -> int:
    """How often the command asks something of the disk when it is left alone."""
    _prepare(kind, fresh, folder)
    return run_command(folder, kind.words).asked


def _suffer(kind: Kind, moment: int, fresh: Path, folder: Path, came: Counter[str]) -> str:
    """Kill once, repeat twice; returns what gave way, or nothing."""
    _prepare(kind, fresh, folder)
    first = run_command(folder, kind.words, dies_at=moment)
    if first.code not in (-signal.SIGKILL, 0):
        return f"it ended with {first.code} and was to be killed: {first.said[-300:]}"
    done = "all" if _written(folder) == kind.wanted else "part" if _written(folder) else "none"
    came[f"{kind.name}: {done} of it done at the kill"] += 1
    for time in ("the same again", "and once more"):
        again = run_command(folder, kind.words)
        if again.code != 0:
            return f"{time} ended with {again.code}: {again.said[-300:]}"
        if (found := _written(folder)) != kind.wanted:
            lacks, doubles = kind.wanted - found, found - kind.wanted
            return f"after {time} {lacks.total()} lack and {doubles.total()} stand twice"
    return ""


def _prepare(kind: Kind, fresh: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copytree(fresh, folder / "home")
    kind.prepare(folder)


def _written(folder: Path) -> Written:
    """What the own feed says, as the next start finds it."""
    logs = FileLogs(folder / "home" / "feeds")
    found: Written = Counter()
    for replica in logs.read_all():
        for stored in logs.read_entries(replica.feed_id, 0, replica.size):
            entry = decode_entry(stored)
            body = decode_body(entry.kind, entry.body or b"de")
            if isinstance(body, PostBody):
                found[entry.time_ms if entry.time_ms < _NOW_MS else 0, body.text] += 1
    return found


# --- the kinds -----------------------------------------------------------------------------

_NOW_MS: Final = 1_700_000_000_000
"""Before any clock of today, and after every imported post."""

_LINES: Final = [(1_500_000_000 + at // 2, f"post {at // 3}") for at in range(_POSTS)]
"""Seconds and texts; some of them are the same."""


def _write_lines(folder: Path) -> None:
    lines = [{"author": "me", "time": time, "text": text} for time, text in _LINES]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "posts.jsonl").write_text(text)


KINDS: Final = (
    Kind(
        name="post",
        words=("post", "hello", "--key", "the-same-wish"),
        wanted=Counter({(0, "hello"): 1}),
    ),
    Kind(
        name="import",
        words=("import", "{folder}/posts.jsonl"),
        wanted=Counter((time * 1000, text) for time, text in _LINES),
        prepare=_write_lines,
    ),
)

AGAIN = Ordeal(
    name="again",
    about="kill -9 in the middle of post and import: the same again, and nothing stands twice",
    cases=240,
    sample=4,
    play=play,
)
