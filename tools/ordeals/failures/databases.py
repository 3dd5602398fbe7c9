"""SQLite's own words: another program holds a database, or its bytes are wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from ordeals.failures.cells import FIRST, HEAL_S, Seen
from ordeals.failures.victim import Refused, Victim, answers, sentence_of, until


class Spoiling(Struct, frozen=True, kw_only=True):
    """What is wrong with which database."""

    code: str
    place: str

    @property
    def name(self) -> str:
        return f"{self.code} x {self.place}"

    @property
    def is_damage(self) -> bool:
        return self.code in ("CORRUPT", "NOTADB")


SPOILINGS: Final = tuple(
    Spoiling(code=code, place=place)
    for code in ("BUSY", "LOCKED", "CORRUPT", "NOTADB", "a folder")
    for place in ("index", "ledger")
)


def play_spoiling(folder: Path, spoiling: Spoiling) -> Seen:
    """Let one database be wrong from the start, look, and let it be over."""
    seen, victim = Seen(), Victim(folder, spoiling.name.replace(" ", "-"))
    try:
        _play(victim, spoiling, seen)
    finally:
        victim.end()
    return seen


def _play(victim: Victim, spoiling: Spoiling, seen: Seen) -> None:
    path = victim.home / f"{spoiling.place}.db"
    victim.start()
    until(victim.is_found, 10)
    victim.post("post", text=FIRST)
    seen.must(victim.stop() == 0, "a healthy node does not end well")
    with _spoilt(path, spoiling):
        started = victim.start()
        if not started:
            last = sentence_of(victim.said().splitlines())
            seen.shown.append(f"ends with {victim.code}: {last}")
            seen.must(bool(victim.code) and bool(last), "ended without code or sentence")
            seen.must(not spoiling.is_damage, "a damaged database keeps the node from starting")
        elif not spoiling.is_damage:
            seen.shown += _refusals(victim)
    if not victim.is_alive and not victim.start():
        seen.must(False, f"does not start afterwards: {victim.said()[-300:]}")
        return
    seen.must(until(lambda: _is_well(victim), HEAL_S), f"not well {HEAL_S} s after")
    kept = [f"{path.name}.damaged"] if spoiling.is_damage else []
    seen.must(victim.set_aside() == kept, f"set aside: {victim.set_aside()}")
    if spoiling.is_damage:
        said = [line for line in victim.said().splitlines() if "was damaged" in line]
        seen.must(bool(said), "nobody is told")
        seen.shown += said
    seen.wrong += [f"log: {line}" for line in victim.bugs()[:2]]


@contextmanager
def _spoilt(path: Path, spoiling: Spoiling) -> Iterator[None]:
    whole = path.read_bytes()
    if spoiling.is_damage:
        at = 0 if spoiling.code == "NOTADB" else 2 * len(whole) // 3
        path.write_bytes(whole[:at] + b"\xa5" * 4_000 + whole[at + 4_000 :])
        yield
        return
    if spoiling.code == "a folder":
        path.unlink()
        path.mkdir()
        yield
        path.rmdir()
        path.write_bytes(whole)
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if spoiling.code == "BUSY":
            other.execute("BEGIN IMMEDIATE")
        else:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
        yield


def _refusals(victim: Victim) -> list[str]:
    until(victim.is_found, 5)
    return [str(each) for each in victim.get("refused")["sentences"]]


def _is_well(victim: Victim) -> bool:
    def require() -> None:
        if victim.get("refused")["sentences"] or FIRST not in victim.texts():
            raise Refused("not yet")
        victim.post("post", text="after")

    return answers(require)
