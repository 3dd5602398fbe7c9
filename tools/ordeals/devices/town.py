"""Two devices of Anna, two who follow her, and later a newcomer; each on a machine of its own.

Run as a program (``main.py`` starts it), because the network it lies in is its process's.
"""

import json
import queue
import sys
import time
from concurrent.futures import Future
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct, field, to_builtins
from swarmfeed import joining
from swarmfeed.node.ground.home import Invited, Joining

from ordeals.devices.machines import Machine, Router, end_all

PATIENCE_S: Final = 300
"""Until all is everywhere, once all links are whole."""

LOOK_EVERY_S: Final = 0.5
PAGE_POSTS: Final = 100
ANSWER_S: Final = 60

CUT_EVERY_S: Final = 0.4
HEALED: Final = 0.35
CUT: Final = 0.35
RESET: Final = 0.2
"""Shares of pairs of machines that this happens to, each time."""

Shown = tuple[tuple[str, int, str], ...]
"""Feed, index and text of each post, newest first."""


class Told(Struct, kw_only=True):
    """What came of it."""

    gave_way: list[str] = field(default_factory=list)
    figures: dict[str, str] = field(default_factory=dict)


class Town:
    """The machines, and whatever lies between them."""

    def __init__(self, folder: Path, luck: Random) -> None:
        self._folder = folder
        self._luck = luck
        self._router = Router()
        self.machines: list[Machine] = []
        self._cut: set[tuple[int, int]] = set()
        self.cuts = self.resets = 0

    def move_in(self, name: str) -> Machine:
        """Set up a machine; nothing runs on it yet."""
        machine = Machine(self._router, len(self.machines) + 1, self._folder, name)
        self.machines.append(machine)
        return machine

    def harm(self) -> None:
        """Cut some pairs of machines apart, heal others, end connections of yet others."""
        for pair in combinations(range(len(self.machines)), 2):
            one, other = (self.machines[each] for each in pair)
            if self._luck.random() < RESET:
                self.resets += 1
                # Not through the machine's thread: that one writes.
                one.reset(other)
            if pair in self._cut and self._luck.random() < HEALED:
                self._cut.discard(pair)
                self._router.heal(one, other)
            elif pair not in self._cut and self._luck.random() < CUT:
                self.cuts += 1
                self._cut.add(pair)
                self._router.cut(one, other)

    def heal_all(self) -> None:
        for one, other in self._cut:
            self._router.heal(self.machines[one], self.machines[other])
        self._cut.clear()


def play(folder: Path, posts: int, luck: Random) -> Told:
    """Have both devices write at once while links fail; see what everybody shows then."""
    told = Told()
    town = Town(folder, luck)
    try:
        _play(town, posts, told)
    except Exception as error:
        told.gave_way.append(f"{type(error).__name__}: {error}")
    finally:
        end_all(town.machines)
    return told


def _play(town: Town, posts: int, told: Told) -> None:
    phone, desk, ben, carl = (town.move_in(name) for name in ("phone", "desk", "ben", "carl"))
    phone.start()
    _pair(phone, desk)
    desk.start("--peer", phone.at())
    who = phone.get("whoami")["link"]
    for reader, device in ((ben, phone), (carl, desk)):
        reader.start("--peer", device.at())
        reader.post("follow", who=who)
    writing = {each: _write(each, posts) for each in (phone, desk)}
    started_s = time.monotonic()
    while not all(each.done() for each in writing.values()):
        town.harm()
        time.sleep(CUT_EVERY_S)
    told.figures["written"] = f"{2 * posts} posts in {time.monotonic() - started_s:.0f} s"
    said = {text for each in writing.values() for text in each.result()}
    author = who.partition("?")[0].partition(":")[2]
    known = [len(_shown(each, author)) for each in (phone, desk, ben, carl)]
    told.figures["cuts, resets"] = f"{town.cuts}, {town.resets}"
    told.figures["posts shown before the links were healed"] = ", ".join(map(str, known))
    town.heal_all()
    healed_s = time.monotonic()
    shown = [_wait(each, author, len(said)) for each in (phone, desk, ben, carl)]
    told.figures["all on four machines"] = f"{time.monotonic() - healed_s:.1f} s after that"
    newcomer = town.move_in("newcomer")
    newcomer.start("--peer", carl.at())
    newcomer.post("follow", who=author)
    came_s = time.monotonic()
    shown.append(_wait(newcomer, author, len(said)))
    told.figures["all at a newcomer"] = f"{time.monotonic() - came_s:.1f} s"
    _judge(town, shown, said, told)


def _pair(phone: Machine, desk: Machine) -> None:
    """Make the second machine a device of the first one's author, as ``devices join`` does."""
    seen: queue.Queue[Invited | str] = queue.Queue()
    wanted = Joining(device="desk", listen=desk.host, port=0, at=())
    joined = desk.do(lambda: joining.join_home(desk.home, "", wanted, seen.put))
    invited = seen.get(timeout=ANSWER_S)
    assert isinstance(invited, Invited)
    code = phone.post("propose-device", link=invited.link)["code"]
    assert code in str(seen.get(timeout=ANSWER_S)), "both show the same code"
    phone.post("confirm-device", code=code, same=True)
    joined.result(ANSWER_S)


def _write(device: Machine, posts: int) -> "Future[list[str]]":
    """Begin to write, one post after the other."""
    texts = [f"{device.name} {number}" for number in range(posts)]

    def write() -> list[str]:
        for text in texts:
            device.node.post("post", text=text)
        return texts

    return device.do(write)


def _shown(machine: Machine, author: str) -> Shown:
    """Every post of an author as a machine shows them, page after page."""
    found: list[tuple[str, int, str]] = []
    before = ""
    while True:
        page = machine.get(f"timeline?author={author}&limit={PAGE_POSTS}{before}")
        found += [(each["feed"], each["index"], each["text"]) for each in page["posts"]]
        if page["next"] is None:
            return tuple(found)
        before = f"&before={page['next']}"


def _wait(machine: Machine, author: str, posts: int) -> Shown:
    """Return what a machine shows when it shows so many, or when time is up."""
    deadline_s = time.monotonic() + PATIENCE_S
    while len(shown := _shown(machine, author)) < posts and time.monotonic() < deadline_s:
        time.sleep(LOOK_EVERY_S)
    return shown


def _judge(town: Town, shown: list[Shown], said: set[str], told: Told) -> None:
    for machine, posts in zip(town.machines, shown, strict=True):
        texts = [text for _, _, text in posts]
        if lacks := len(said - set(texts)):
            told.gave_way.append(f"{machine.name} lacks {lacks} posts of {len(said)}")
        if len(texts) != len(set(texts)):
            told.gave_way.append(f"{machine.name} shows posts twice")
        if posts != shown[0]:
            told.gave_way.append(f"{machine.name} shows them in another order than the phone")
        if alarms := machine.get("alarms")["alarms"]:
            told.gave_way.append(f"{machine.name} is alarmed: {alarms}")


def main(folder: Path, posts: int, seed: str) -> None:
    """Play, and print what came of it, as JSON."""
    print(json.dumps(to_builtins(play(folder, posts, Random(seed)))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
