"""The table of what is done to a home: to its journal, mark, index and chunks."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import product
from pathlib import Path
from random import Random

from msgspec import Struct
from swarmfeed.core.base.bencoding import Fields, decode
from swarmfeed.core.base.types import ChunkSpan
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.limits import MARK_SLOT_BYTES
from swarmfeed.errors import DamageError
from swarmfeed.shell.disk.highwater import MarkFiles
from swarmfeed.shell.disk.journal import salvage_journal
from swarmfeed.shell.store.index import SqliteIndex

from ordeals.own.life import Life

Spoil = Callable[[Life, Path, Random], None]


class Spoiling(Struct, frozen=True):
    """One case: what is done to each of the four."""

    what: str
    spoil: tuple[Spoil, ...]
    signs: bool = False
    """Nothing is missing, whatever it looks like: a post is taken."""
    refuses: bool = False
    """There is no mark: no post is taken."""


def table(life: Life) -> list[Spoiling]:
    """Every cut of the last two frames, then everything done to everything."""
    return [*_cuts(life), *_crossed(life)]


def _cuts(life: Life) -> list[Spoiling]:
    """The journal cut at each byte of its last frame, the mark left as it is or a step old."""
    last = len(life.sizes) - 1
    whole = _journal(life, life.home(last)).stat().st_size
    before = _journal(life, life.home(last - 1)).stat().st_size
    kept = [(f"journal cut at byte {end}", cut_journal(end)) for end in range(before, whole)]
    cut = [Spoiling(what, (spoil,), signs=True) for what, spoil in kept]
    crashed = [
        Spoiling(
            f"{what}, mark a step old, index too",
            (spoil, older_mark(last - 1), delete_index_files),
            signs=True,
        )
        for what, spoil in kept[:: max(len(kept) // 40, 1)]
    ]
    return [*cut, *crashed]


def _crossed(life: Life) -> list[Spoiling]:
    last = len(life.sizes) - 1
    steps = (0, last // 2, last - 2, last - 1)
    journals: dict[str, Spoil] = {
        "journal left": leave,
        "journal deleted": delete_journal,
        "feed deleted": delete_feed,
        "feeds deleted": delete_feeds,
        "journal empty": cut_journal(0),
        "journal flipped": flip_journal,
        **{f"journal of step {step}": older_journal(step) for step in steps},
    }
    marks: dict[str, Spoil] = {
        "mark left": leave,
        "mark gone": delete_mark,
        "mark flipped": flip_mark,
        "mark zeroed": zero_mark,
        **{f"mark of step {step}": older_mark(step) for step in steps},
    }
    indexes: dict[str, Spoil] = {"index left": leave, "index gone": delete_index_files}
    chunks: dict[str, Spoil] = {"chunks left": leave, "chunks gone": delete_chunks}
    rows = product(journals.items(), marks.items(), indexes.items(), chunks.items())
    return [
        Spoiling(
            ", ".join(name for name, _ in row),
            tuple(spoil for _, spoil in row),
            signs=row[0][0] == "journal left" and row[1][0] == "mark left",
            refuses=row[1][0] in ("mark gone", "mark zeroed"),
        )
        for row in rows
    ]


def remembered(life: Life, home: Path) -> int:
    """Largest size that anything left in a home tells; changes nothing there."""
    feed_id = life.identity.feed_id
    mark = MarkFiles(home / "high-water").read(feed_id)
    told = [mark.size if mark else 0]
    with suppress(FileNotFoundError, DamageError):
        told.append(open_head(salvage_journal(_journal(life, home)).signed_head, feed_id).size)
    for name in _names(_chunks(life, home)):
        _, level, position = name.removesuffix(".zst").rsplit("-", 2)
        told.append(ChunkSpan(int(level), int(position)).end)
    if (home / "index.db").exists():
        index = SqliteIndex(home / "index.db")
        told += [end for _, end in index.indexed_ranges(feed_id)]
        index.close()
    return max(told)


# --- what is done ----------------------------------------------------------------------


def leave(life: Life, home: Path, luck: Random) -> None:
    """Nothing."""


def delete_journal(life: Life, home: Path, luck: Random) -> None:
    _journal(life, home).unlink()


def delete_feed(life: Life, home: Path, luck: Random) -> None:
    shutil.rmtree(_feed(life, home))


def delete_feeds(life: Life, home: Path, luck: Random) -> None:
    shutil.rmtree(home / "feeds")


def delete_mark(life: Life, home: Path, luck: Random) -> None:
    shutil.rmtree(home / "high-water")


def delete_index_files(life: Life, home: Path, luck: Random) -> None:
    for path in home.glob("index.db*"):
        path.unlink()


def delete_chunks(life: Life, home: Path, luck: Random) -> None:
    for name in _names(_chunks(life, home)):
        (_chunks(life, home) / name).unlink()


def flip_journal(life: Life, home: Path, luck: Random) -> None:
    path = _journal(life, home)
    content = bytearray(path.read_bytes())
    content[luck.randrange(len(content))] ^= 1 << luck.randrange(8)
    path.write_bytes(content)


def flip_mark(life: Life, home: Path, luck: Random) -> None:
    """In the part of the newer slot that says something."""
    path = home / "high-water" / life.name
    content = bytearray(path.read_bytes())
    newest = _newest_slot(bytes(content))
    length = 12 + int.from_bytes(content[newest : newest + 4], "big")
    content[newest + luck.randrange(length)] ^= 1 << luck.randrange(8)
    path.write_bytes(content)


def zero_mark(life: Life, home: Path, luck: Random) -> None:
    path = home / "high-water" / life.name
    path.write_bytes(bytes(path.stat().st_size))


def cut_journal(end: int) -> Spoil:
    def cut(life: Life, home: Path, luck: Random) -> None:
        path = _journal(life, home)
        path.write_bytes(path.read_bytes()[:end])

    return cut


def older_journal(step: int) -> Spoil:
    def put(life: Life, home: Path, luck: Random) -> None:
        shutil.copyfile(_journal(life, life.home(step)), _journal(life, home))

    return put


def older_mark(step: int) -> Spoil:
    def put(life: Life, home: Path, luck: Random) -> None:
        place = Path("high-water") / life.name
        shutil.copyfile(life.home(step) / place, home / place)

    return put


# --- where it lies ---------------------------------------------------------------------


def _feed(life: Life, home: Path) -> Path:
    return home / "feeds" / life.name


def _journal(life: Life, home: Path) -> Path:
    return _feed(life, home) / "journal"


def _chunks(life: Life, home: Path) -> Path:
    return _feed(life, home) / "chunks"


def _names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()] if folder.exists() else []


def _newest_slot(content: bytes) -> int:
    """Where the slot with the higher count starts."""

    def count(at: int) -> int:
        length = int.from_bytes(content[at : at + 4], "big")
        if length == 0:
            return -1
        fields = Fields(decode(content[at + 12 : at + 12 + length], limit_bytes=length), "mark")
        return fields.take_int(b"n", 0, 2**62)

    return max((0, MARK_SLOT_BYTES), key=count)
