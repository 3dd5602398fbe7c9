"""The table: each failure of the system at each place of a home, while a node runs and when it
starts, and what a person sees of it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from ordeals.failures.victim import STOP_S, Refused, Silent, Victim, answers, sentence_of, until

HEAL_S: Final = 40
"""Longest until all goes on by itself: the disk is tried every two seconds, and the machine may
be busy."""

CHOICE: Final = {"scope": "friends", "disk_bytes": 10**9, "free_bytes_min": 0}
"""What is chosen to see whether the ledger takes it."""

FIRST: Final = "written before"


class Failure(Struct, frozen=True, kw_only=True):
    """One way in which the system refuses."""

    name: str
    number: int
    kinds: str
    """Which calls fail: see refuse.c."""
    hides: bool = False
    """Whether what is on the disk cannot be read meanwhile."""


FAILURES: Final = (
    Failure(name="ENOSPC", number=errno.ENOSPC, kinds="wn"),
    Failure(name="EDQUOT", number=errno.EDQUOT, kinds="wn"),
    Failure(name="EROFS", number=errno.EROFS, kinds="cwtnd"),
    Failure(name="EMFILE", number=errno.EMFILE, kinds="o", hides=True),
    Failure(name="ENFILE", number=errno.ENFILE, kinds="o", hides=True),
    Failure(name="ENOMEM", number=errno.ENOMEM, kinds="o", hides=True),
    Failure(name="EACCES", number=errno.EACCES, kinds="ond", hides=True),
    Failure(name="EIO on reading", number=errno.EIO, kinds="r", hides=True),
    Failure(name="EIO on writing", number=errno.EIO, kinds="wt"),
    Failure(name="EIO on syncing", number=errno.EIO, kinds="s"),
)

PLACES: Final = {
    "log": "/victim/feeds/",
    "index": "/victim/index.db",
    "ledger": "/victim/ledger.db",
    "keys": "/victim/keys",
    "run": "/victim/run/",
    "swarm": "/incoming/",
}


class Cell(Struct, frozen=True, kw_only=True):
    """One failure at one place, met by a node that runs, or at its start."""

    failure: Failure
    place: str
    at_start: bool

    @property
    def name(self) -> str:
        when = "at start" if self.at_start else "running"
        return f"{self.failure.name} x {self.place}, {when}"


CELLS: Final = tuple(
    Cell(failure=failure, place=place, at_start=at_start)
    for place in PLACES
    for failure in FAILURES
    for at_start in (False, True)
    # Keys are read at start alone, and the swarm brings nothing before.
    if at_start or place != "keys"
    if not at_start or place != "swarm"
)


class Seen(Struct):
    """What came of a cell."""

    shown: list[str] = field(default_factory=list)
    """What a person saw, in order."""
    wrong: list[str] = field(default_factory=list)

    def must(self, so: bool, otherwise: str) -> None:
        if not so:
            self.wrong.append(otherwise)


class Stage:
    """A victim, and a friend it follows; both live through as many cells as they can."""

    def __init__(self, folder: Path, refuser: Path) -> None:
        self._friend = Victim(folder, "friend")
        self._friend.start()
        status = self._friend.get("status")
        self._author, port = status["author"], status["link"].rpartition(":")[2]
        at = f"{self._friend.host}:{port}"
        self.victim = Victim(folder, "victim", "--peer", at, refuser=refuser)
        self._posts = 0
        self._kept: set[str] = set()
        self._newest = ""
        self._batches = 0
        self._start()
        self._write(FIRST)
        self.victim.post("follow", who=f"swarmfeed:{self._author}?at={at}")

    def close(self) -> None:
        self.victim.end()
        self._friend.end()

    def play(self, cell: Cell) -> Seen:
        """Let one failure happen, look, and let it be over."""
        seen = Seen()
        if not self.victim.is_alive:
            self._start()
        if cell.at_start:
            self.victim.stop()
        with self._refusing(cell):
            if cell.at_start:
                seen.must(self._starts(seen), "neither ready nor ended")
            if self.victim.is_alive:
                self._look(cell, seen)
        self._judge(seen)
        self._heal(seen)
        return seen

    # --- inside ---

    def _start(self) -> None:
        if not self.victim.start():
            raise AssertionError(f"a healthy node does not start: {self.victim.said()[-400:]}")

    @contextmanager
    def _refusing(self, cell: Cell) -> Iterator[None]:
        failure = cell.failure
        self.victim.refuse(failure.number, failure.kinds, PLACES[cell.place])
        try:
            yield
        finally:
            self.victim.relent()

    def _starts(self, seen: Seen) -> bool:
        """Start under the failure: it is ready, or ends and says why."""
        if self.victim.start():
            return True
        seen.shown.append(sentence_of(self.victim.said().splitlines()))
        return self.victim.code is not None

    def _look(self, cell: Cell, seen: Seen) -> None:
        """What a person meets: reading, writing, what a friend writes, how the node is."""
        victim = self.victim
        if not until(victim.is_found, 0 if cell.place == "run" else 5):
            seen.must(cell.place == "run", "commands do not find it")
            return
        self._try_to_read(cell, seen)
        self._try_to_write(seen)
        if cell.place == "ledger":
            self._try_to_choose(seen)
        if cell.place == "swarm":
            self._let_friend_write(600)
            met = until(lambda: not victim.is_alive or bool(_refusals(victim)), 10)
            seen.must(met, "nothing is said")
        seen.shown += _refusals(victim)

    def _try_to_read(self, cell: Cell, seen: Seen) -> None:
        may_hide = cell.failure.hides and cell.place in ("index", "log")
        try:
            seen.must(self._newest in self.victim.texts(), "what was written is not shown")
        except Refused as refused:
            seen.shown.append(f"reading: {refused}")
            seen.must(may_hide, f"reading is refused: {refused}")
            seen.must(str(refused).startswith("503"), f"refused as {refused}")
        except Silent as silent:
            seen.must(not self.victim.is_alive, f"reading: no answer: {silent}")

    def _try_to_write(self, seen: Seen) -> None:
        text = f"post {self._posts}"
        self._posts += 1
        try:
            self._write(text)
        except Refused as refused:
            seen.shown.append(f"writing: {refused}")
            ended = "500" in str(refused) and until(lambda: not self.victim.is_alive, STOP_S)
            seen.must("503" in str(refused) or ended, f"refused as {refused}")
        except Silent as silent:
            ended = until(lambda: not self.victim.is_alive, 5)
            seen.must(ended, f"writing: no answer: {silent}")

    def _try_to_choose(self, seen: Seen) -> None:
        """What is written into the ledger at once."""
        try:
            self.victim.post("choose-history", **CHOICE)
        except Refused as refused:
            seen.shown.append(f"choosing: {refused}")
            seen.must(str(refused).startswith("503"), f"refused as {refused}")

    def _write(self, text: str) -> None:
        self.victim.post("post", text=text)
        self._kept.add(text)
        self._newest = text

    def _let_friend_write(self, count: int) -> None:
        start = self._batches * count
        posts = [[1_600_000_000_000 + n, f"friend {n}"] for n in range(start, start + count)]
        self._batches += 1
        self._friend.post("import", posts=posts)

    def _judge(self, seen: Seen) -> None:
        """What must be so whatever was refused."""
        victim = self.victim
        if victim.code is not None:
            last = sentence_of(victim.said().splitlines())
            seen.shown.append(f"ends with {victim.code}: {last}")
            seen.must(victim.code > 0, f"ended with {victim.code}")
            seen.must(bool(last), f"ended without a sentence: {victim.said()[-300:]}")
        seen.wrong += [f"log: {line}" for line in victim.bugs()[:2]]
        seen.must(not victim.set_aside(), f"set aside: {victim.set_aside()}")

    def _heal(self, seen: Seen) -> None:
        """The failure is over: all goes on by itself, or after the start it asked for."""
        victim = self.victim
        if not victim.is_alive and not victim.start():
            seen.must(False, f"does not start afterwards: {victim.said()[-300:]}")
            return
        healed = until(self._is_well, HEAL_S)
        seen.must(healed, f"not well {HEAL_S} s after: {self._complaint()}")
        seen.must(not victim.set_aside(), f"set aside afterwards: {victim.set_aside()}")
        seen.wrong += [f"log afterwards: {line}" for line in victim.bugs()[:2]]

    def _is_well(self) -> bool:
        return answers(self._require_well)

    def _require_well(self) -> None:
        if refusals := self.victim.get("refused")["sentences"]:
            raise Refused(f"still said: {refusals}")
        text = f"after {self._posts}"
        self._posts += 1
        self._write(text)
        if missing := self._kept - self._all_texts():
            raise Refused(f"not shown: {sorted(missing)[:3]}")
        theirs = self._friend.get("status")["feeds"][0]["size"]
        ours = self._held_of_friend()
        if ours < theirs:
            raise Refused(f"{ours} of {theirs} entries of the friend")

    def _all_texts(self) -> set[str]:
        own = self.victim.get("whoami")["author"]
        found: set[str] = set()
        query = f"timeline?author={own}&limit=200"
        page = self.victim.get(query)
        found |= {each["text"] for each in page["posts"]}
        while page["next"]:
            page = self.victim.get(f"{query}&before={page['next']}")
            found |= {each["text"] for each in page["posts"]}
        return found

    def _held_of_friend(self) -> int:
        feeds = self.victim.get("status")["feeds"]
        return max(
            (int(f["entries_held"]) for f in feeds if f["author"] == self._author), default=0
        )

    def _complaint(self) -> str:
        try:
            self._require_well()
        except (Refused, Silent) as error:
            return str(error)
        return "just now it is"


def _refusals(victim: Victim) -> list[str]:
    with suppress(Refused, Silent):
        return [str(each) for each in victim.get("refused")["sentences"]]
    return []
