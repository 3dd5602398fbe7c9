"""Two devices change the same rows, and one of them is killed in the middle of it.

Run as a program under ``refuse.c`` (``main.py`` starts it), from which devices are forked.
"""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct, field, to_builtins
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.state.rows import Name, PrivateRow

from ordeals.private.device import Change, Device, DiedError

STEPS: Final = 14
"""Things that happen in one case."""

SCOPES: Final = ("draft", "mute", "read")
KEYS: Final = 5
"""Few, so that both write the same ones."""

VALUE_BYTES_MAX: Final = 6_000


class Told(Struct, kw_only=True):
    """What came of it."""

    cases: int = 0
    gave_way: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)


class Pair:
    """Both devices, and what either of them said that it had saved."""

    def __init__(self, folder: Path, luck: Random) -> None:
        self._luck = luck
        self.devices = [Device(folder / str(number), number) for number in (1, 2)]
        self._saved: dict[Name, PrivateRow] = {}
        """Of each thing the row that counts, of those that were said to be saved."""
        self.deaths = 0

    def play(self, victim: int, moment: int) -> str:
        """Play all steps, and die once; returns what gave way, or nothing."""
        self.devices[victim].end()
        self.devices[victim].start(moment)
        for step in (*[self._step] * STEPS, self._meet):
            try:
                step()
            except DiedError:
                self.deaths += 1
                self.devices[victim].end()
                self.devices[victim].start()
                if lost := self._lost(self.devices[victim], victim + 1):
                    return f"what it had saved is lost: {lost}"
        self._meet()
        return self._agree()

    def end(self) -> None:
        for device in self.devices:
            device.end()

    # --- inside ---

    def _step(self) -> None:
        one, other = self._luck.sample(self.devices, 2)
        if self._luck.random() < 0.35:
            other.merge(one.news(other.vector()))
            return
        for row in one.set(list(self._changes())):
            if row.is_newer(self._saved.get(row.name)):
                self._saved[row.name] = row

    def _changes(self) -> Iterator[Change]:
        for _ in range(self._luck.choice((1, 1, 2, 8))):
            gone = self._luck.random() < 0.25
            size = self._luck.choice((1, 40, VALUE_BYTES_MAX))
            value = b"" if gone else self._luck.randbytes(size)
            key = b"%d" % self._luck.randrange(KEYS)
            yield self._luck.choice(SCOPES), key, value

    def _lost(self, device: Device, number: int) -> str:
        """What a device saved, as it said, and of which neither that nor newer is there."""
        there = {row.name: row for row in device.rows()}
        own = bytes(device_id(number))
        for name, row in self._saved.items():
            if row.device == own and row.is_newer(there.get(name)):
                return f"{name} of {row.time_ms}"
        return ""

    def _meet(self) -> None:
        """Let both tell each other all."""
        one, other = self.devices
        for source, to in ((one, other), (other, one)):
            to.merge(source.news(to.vector()))

    def _agree(self) -> str:
        """Compare what both know, and with all that was saved."""
        here, there = (each.rows() for each in self.devices)
        if here != there:
            return f"they differ in {len({*here} ^ {*there})} rows"
        lost = {row.name: row for row in here}
        for name, row in self._saved.items():
            if row.is_newer(lost.get(name)):
                return f"{name} is older than what was saved"
        return ""


def device_id(number: int) -> bytes:
    """The feed that a device of the pair writes."""
    return SigningKey(bytes([number]) * 32).public


def play(folder: Path, cases: int, seed: str) -> Told:
    """Kill either device at moments all over what it asks of the disk."""
    told, came = Told(), Counter[str]()
    length = _length(folder / "dry", Random(seed))
    told.figures["calls of a device in a case"] = str(length)
    for case in range(cases):
        place = folder / "case"
        shutil.rmtree(place, ignore_errors=True)
        # Of two cases in a row both have the same luck, and the other device dies.
        pair = Pair(place, Random(f"{seed}:{case // 2}"))
        moment = case // 2 * length // max(1, (cases + 1) // 2)
        try:
            gave_way = pair.play(case % 2, moment)
        finally:
            pair.end()
        told.cases += 1
        came["killed" if pair.deaths else "ended before the kill"] += 1
        if gave_way:
            told.gave_way.append(f"device {case % 2 + 1} killed at {moment}: {gave_way}")
    told.figures |= {what: str(count) for what, count in sorted(came.items())}
    return told


def _length(folder: Path, luck: Random) -> int:
    """How often a device that is left alone asks something of the disk."""
    pair = Pair(folder, luck)
    try:
        assert pair.play(0, 10**8) == ""
        return pair.devices[0].calls()
    finally:
        pair.end()


def main(folder: Path, cases: int, seed: str) -> None:
    """Play, and print what came of it, as JSON."""
    print(json.dumps(to_builtins(play(folder, cases, seed))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
