"""What happens in the town of letters, turn by turn, and what each device has to show."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Final

from msgspec import Struct, field

from ordeals.letters.town import GONE, KEEPERS, WAIT_S, WRITERS, Town
from ordeals.strangers.besieged import Refused

KILLED: Final = 0.5
"""Chance that somebody is killed once while they write."""
SETTLED_S: Final = 2.0
"""How long a silent device stays when nothing of its own waits any more."""


class Course(Struct, frozen=True, kw_only=True):
    """When what happens; turns count from 0, and None is never."""

    turns: int
    letters: int
    """Of each in each turn."""
    many: int = 0
    """Of each in turn 2 instead: more than a mailbox takes of strangers in a day."""
    backed_up: int | None = None
    """After this turn the home of the second person is copied."""
    joined: int | None = None
    """In this turn each gets a second device, which is there in every other turn from then."""
    restored: int | None = None
    """In this turn the second person's first device goes on from the copy, as a new one."""

    def letters_in(self, turn: int) -> int:
        return self.many if turn == 2 and self.many else self.letters


class Device(Struct):
    """A machine, and what it has to show of what the other person wrote."""

    machine: str
    had: int = 0
    """The first so many,"""
    since: int = 0
    """and all from this one on."""

    def misses(self, shown: Sequence[str], said: Sequence[str]) -> list[str]:
        """What it should show and does not; in order and once is for ``is_in_order``."""
        due = [*said[: self.had], *said[self.since :]]
        return [each for each in due if each not in shown]


def common(shown: Sequence[str], said: Sequence[str]) -> int:
    """How many of the first letters that were written are shown, without a gap."""
    return next((n for n, each in enumerate(said) if each not in shown), len(said))


def is_in_order(shown: Sequence[str], said: Sequence[str]) -> bool:
    """Whether something shows letters that were written, in order, none twice."""
    rest = iter(said)
    return all(each in rest for each in shown)


class Person(Struct):
    """Somebody, with a device or two."""

    name: str
    devices: list[Device]
    said: list[str] = field(default_factory=list)

    def device(self, turn: int) -> Device:
        """The one that is there in a turn."""
        return self.devices[turn % len(self.devices)]


class Story:
    """Plays it; what gave way is a line each."""

    def __init__(self, town: Town, luck: Random, course: Course) -> None:
        self.town = town
        self.people = [Person(name, [Device(name)]) for name in WRITERS]
        self.gave_way: list[str] = []
        self._luck = luck
        self._course = course

    def play(self) -> None:
        """Let both have their turns, and look at each device in the end."""
        course = self._course
        self.town.settle()
        for turn in range(course.turns):
            if turn == 1:
                self.town.kill(GONE)
            for who, other in (self.people, self.people[::-1]):
                self._take_turn(turn, who, other)
            if turn == course.backed_up:
                self.town.back_up(WRITERS[1])
        if any(len(each.devices) > 1 for each in self.people):
            self._look_at_all(self._wait_for_nothing)
        self._look_at_all(self._read)

    def _look_at_all(self, look: Callable[[Device, Person, Person], None]) -> None:
        """Have each device there once more, alone, and write nothing."""
        for number in range(max(len(each.devices) for each in self.people)):
            for who, other in (self.people, self.people[::-1]):
                device = who.device(number)
                self.town.start(device.machine)
                look(device, who, other)
                self.town.stop(device.machine)

    # --- a turn ---

    def _take_turn(self, turn: int, who: Person, other: Person) -> None:
        device = who.device(turn)
        if turn == self._course.restored and who.name == WRITERS[1]:
            device = who.devices[0]  # whose home was copied
            self._restore(device, who, other)
        self.town.start(device.machine)
        self.town.say_it_was_me(device.machine)
        if turn == 0:
            self.town.follow(device.machine, other.name, *KEEPERS)
        # In the first turn nobody could seal to who had not been there yet.
        if turn > 0:
            self._meet(device, other, who)
            if len(other.devices) == 1:
                self._read(device, who, other)
            self._check_order(device, who, other)
        self._write(device, who, other, self._course.letters_in(turn))
        if turn == self._course.joined:
            self._join(who, other)
        self._leave(device, who, other, turn)
        self.town.stop(device.machine)

    def _meet(self, device: Device, other: Person, who: Person) -> None:
        """Know all devices of the other; from then on they have all that is written here."""
        feeds = len(other.devices) + sum(each.had > 0 for each in other.devices)
        wait(
            f"{device.machine} has {feeds} feeds of {other.name}",
            lambda: self.town.devices_of(device.machine, other.name) >= feeds,
        )
        for each in other.devices:
            if each.since < 0:
                each.since = len(who.said)

    def _join(self, who: Person, other: Person) -> None:
        """A second device comes, and writes once: so it has keys that others know."""
        new = Device(f"{who.name}-phone", since=-1)
        self.town.pair(who.name, new.machine)
        who.devices.append(new)
        self.town.start(new.machine)
        self._write(new, who, other, 1)
        self._leave(new, who, other, 1)
        self.town.stop(new.machine)

    def _restore(self, device: Device, who: Person, other: Person) -> None:
        self.town.come_back(device.machine)
        self.town.start(device.machine)
        # A liar may show it letters of later once more, while it is still who it was.
        device.had, device.since = common(self._texts(device, other), other.said), -1
        self.town.stop(device.machine)

    def _write(self, device: Device, who: Person, other: Person, letters: int) -> None:
        is_killed = letters > 1 and self._luck.random() < KILLED
        killed_at = self._luck.randrange(letters) if is_killed else -1
        for number in range(letters):
            text = f"{len(who.said)} of {who.name}"
            self.town.write(device.machine, other.name, text)
            who.said.append(text)
            if number == killed_at:
                self.town.kill(device.machine)
                self.town.start(device.machine)

    def _leave(self, device: Device, who: Person, other: Person, turn: int) -> None:
        """Go once all that was written waits somewhere, or arrived."""
        if turn == 0 or device.since < 0:
            # Before they have keys of each other, nothing can be sealed: but they can be read.
            keepers = self.town.keepers()
            wait(
                f"{keepers} mailboxes of {device.machine}",
                lambda: self.town.holders(device.machine) >= keepers,
            )
        if turn > 0 or who is not self.people[0]:
            self._wait_for_nothing(device, who, other)
        held = partial(self.town.is_held, device.machine)
        wait(f"somebody holds what {device.machine} wrote", held)

    def _wait_for_nothing(self, device: Device, who: Person, other: Person) -> None:
        own = partial(self.town.letters, device.machine, other.name, own=True)
        wait(
            f"somebody took all letters of {device.machine}",
            lambda: all(each["state"] != "waits" for each in own()),
        )
        if len(who.devices) > 1:
            time.sleep(SETTLED_S)  # nobody tells of copies for own devices

    # --- what is shown ---

    def _read(self, device: Device, who: Person, other: Person) -> None:
        """What the other wrote has come."""
        try:
            wait(
                f"{device.machine} has all",
                lambda: not device.misses(self._texts(device, other), other.said),
            )
        except Refused:
            missed = device.misses(self._texts(device, other), other.said)
            self.gave_way.append(f"{device.machine} misses {missed}")

    def _check_order(self, device: Device, who: Person, other: Person) -> None:
        for own, said in ((False, other.said), (True, who.said)):
            found = self.town.letters(device.machine, other.name, own=own)
            shown = [each["text"] for each in found]
            if not is_in_order(shown, said):
                self.gave_way.append(f"{device.machine} shows {shown}")

    def _texts(self, device: Device, other: Person) -> list[str]:
        found = self.town.letters(device.machine, other.name, own=False)
        return [each["text"] for each in found]


def wait(what: str, look: Callable[[], bool]) -> None:
    """Return when something is true.  Refused, by its name, when nobody would wait longer."""
    deadline_s = time.monotonic() + WAIT_S
    while not look():
        if time.monotonic() > deadline_s:
            raise Refused(f"it did not come about: {what}")
        time.sleep(0.1)
