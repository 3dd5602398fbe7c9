"""kill -9 in the middle of ``init``, ``restore`` and the move to the second sheet: the same
command again, and all is well.

Each command runs in a process forked from this one, which has everything loaded.  It kills
itself before the n-th thing it asks of the disk, so every moment that differs is met, and
none by chance.
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
from swarmfeed.core.base.backup_words import seed_of_words
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.authorkey import hash_key
from swarmfeed.core.feed.certificate import open_certificate
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.durable import create_file
from swarmfeed.shell.disk.keyfile import open_keys
from swarmfeed.shell.disk.logs import FileLogs

from ordeals.dying import Ended, run_command
from ordeals.ordeal import Ordeal, Outcome, Plan

_WORDS: Final = 24


class Kind(Struct, frozen=True, kw_only=True):
    """One of the ways to begin."""

    name: str
    prepare: Callable[[Path], None]
    """Gets the folder of the case ready; the home is ``home`` in it."""
    words: tuple[str, ...]
    """The command line after ``--home HOME``; ``{folder}`` stands for the case's folder."""


def play(plan: Plan) -> Outcome:
    """Kill every kind at moments all over its length."""
    outcome, came = Outcome(), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="swarmfeed-birth-") as name:
        folder = Path(name)
        for kind in KINDS:
            share = len(range(KINDS.index(kind), plan.cases, len(KINDS)))
            length = _length(kind, folder / "dry") if share else 0
            for number in range(share):
                moment = number * length // share
                outcome.cases += 1
                if gave_way := _suffer(kind, moment, folder / "case", came):
                    outcome.gave_way.append(f"{kind.name} killed at {moment}: {gave_way}")
            outcome.figures[f"moments of {kind.name}"] = str(length)
    outcome.figures |= {what: str(count) for what, count in sorted(came.items())}
    return outcome


def _length(kind: Kind, folder: Path) -> int:
    """How often a command that is left alone asks something of the disk."""
    low, high = 0, 4_096
    while low < high:
        middle = (low + high) // 2
        _prepare(kind, folder)
        if run_command(folder, kind.words, dies_at=middle).code == -signal.SIGKILL:
            low = middle + 1
        else:
            high = middle
    shutil.rmtree(folder)
    return low


def _suffer(kind: Kind, moment: int, folder: Path, came: Counter[str]) -> str:
    """Kill once, repeat, write a post; returns what gave way, or nothing."""
    _prepare(kind, folder)
    first = run_command(folder, kind.words, dies_at=moment)
    if first.code != -signal.SIGKILL:
        return f"it ended with {first.code} and was to be killed"
    again = run_command(folder, kind.words)
    if again.code == 0:
        came["done when it was repeated"] += 1
    elif _is_done(kind, folder, first, again):
        came["done before the kill"] += 1
    else:
        return f"the same again ended with {again.code}: {again.said[-300:]}"
    shown = _has_words(folder, first) or _has_words(folder, again)
    if kind.name.startswith("init") and not shown:
        return "there are keys, and nobody saw their words"
    post = run_command(folder, ("post", "hello"))
    if post.code != 0 or "hello" not in post.said:
        return f"a post ended with {post.code}: {post.said[-300:]}"
    return _left_behind(kind, folder, first, again)


def _left_behind(kind: Kind, folder: Path, first: Ended, again: Ended) -> str:
    if kind is MOVE and (wrong := _moved_wrongly(folder, first, again)):
        return wrong
    left = [path.name for path in (folder / "home").iterdir() if path.name == "new"]
    feeds = sum(1 for _ in (folder / "home" / "feeds").iterdir())
    shutil.rmtree(folder)
    if left or feeds != (2 if kind is IN_PLACE else 1):
        return f"left behind: {left}, {feeds} feeds"
    return ""


def _is_done(kind: Kind, folder: Path, first: Ended, again: Ended) -> bool:
    """Whether all was done, shown too, when the kill came: then the command says so."""
    said = "never replaces" in again.said
    return said and (kind.name.startswith("restore") or _has_words(folder, first))


def _has_words(folder: Path, ended: Ended) -> bool:
    """Whether both sheets were shown, or written to the file."""
    sheet = folder / "words.txt"
    if sheet.exists():
        lines = sheet.read_text().splitlines()
        return sum(len(line.split()) == _WORDS for line in lines) == 2
    return '"next_words"' in ended.said and ended.said.rstrip().endswith("}")


def _moved_wrongly(folder: Path, first: Ended, again: Ended) -> str:
    """What is wrong with a move that was cut short and repeated; nothing: all is well."""
    home = folder / "home"
    keys = open_keys(key_path(home), "")
    logs = FileLogs(home / "feeds")
    (replica,) = logs.read_all()
    opened = [open_certificate(each) for each in logs.read_certificates(replica.feed_id)]
    state = feeds_of(keys.author_id, opened)
    if (state.generation, state.is_disputed) != (1, False):
        return f"generation {state.generation}, disputed: {state.is_disputed}"
    if keys.author is None or keys.author.next_key_hash != state.next_key_hash:
        return "the key file is of another sheet than the certificates"
    sheets = [ended.said for ended in (first, again) if '"next_words"' in ended.said]
    if not sheets:
        return "nobody saw the new sheet"
    seed = seed_of_words(json.loads(sheets[-1].splitlines()[-1])["next_words"])
    if hash_key(SigningKey(seed).public) != state.next_key_hash:
        return "the sheet that was shown last is not the one that was prepared"
    return ""


def _prepare(kind: Kind, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    kind.prepare(folder)


# --- the kinds -----------------------------------------------------------------------------


def _nothing(folder: Path) -> None:
    """The home is not there."""


def _write_words(folder: Path) -> str:
    created = wiring.create_home(folder / "other", "Ann", "")
    sheet = f"{created.author_words}\n{created.sheet_link}\n"
    create_file(folder / "sheet", sheet.encode("ascii"))
    return created.author_words


def _prepare_words(folder: Path) -> None:
    _write_words(folder)


def _prepare_ended(folder: Path) -> None:
    """A home whose own feed may not be signed any more."""
    _write_words(folder)
    (folder / "other").rename(folder / "home")
    shutil.rmtree(folder / "home" / "high-water")


def _prepare_move(folder: Path) -> None:
    created = wiring.create_home(folder / "home", "Ann", "")
    create_file(folder / "second", created.next_words.encode("ascii"))


_NAME: Final = ("--name", "Ann", "--no-passphrase", "--json")
_RESTORE: Final = ("restore", "{folder}/sheet", "--offline", *_NAME)

IN_PLACE: Final = Kind(
    name="restore in place",
    prepare=_prepare_ended,
    words=_RESTORE,
)

MOVE: Final = Kind(
    name="move",
    prepare=_prepare_move,
    words=("move-to-second-sheet", "{folder}/second", "--yes", "--json"),
)

KINDS: Final = (
    Kind(name="init", prepare=_nothing, words=("init", *_NAME)),
    Kind(
        name="init with a file",
        prepare=_nothing,
        words=("init", *_NAME, "--words-file", "{folder}/words.txt"),
    ),
    Kind(name="restore", prepare=_prepare_words, words=_RESTORE),
    IN_PLACE,
    MOVE,
)

BIRTH = Ordeal(
    name="birth",
    about="kill -9 in the middle of init, restore, move: the same again, and all is well",
    cases=300,
    sample=10,
    play=play,
)
