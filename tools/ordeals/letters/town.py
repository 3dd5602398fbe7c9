"""Two people who are never there together, and three machines that keep their letters.

One of the three leaves for good, one lies; the two are killed at random.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from swarmfeed.wiring import create_home

from ordeals.strangers.besieged import Besieged, Refused, new_host

HONEST, LIAR, GONE = "honest", "liar", "gone"
KEEPERS: Final = (HONEST, LIAR, GONE)
LIES: Final = "tools.ordeals.letters.liar"
WAIT_S: Final = 120
"""How long anything may take: on a quiet machine seconds."""
SHOWN: Final = 200


@dataclass(slots=True)
class Person:
    """Somebody, whether their machine is on or not."""

    name: str
    link: str
    host: str = field(default_factory=new_host)
    node: Besieged | None = None

    @property
    def on(self) -> Besieged:
        assert self.node is not None, f"{self.name} is away"
        return self.node


class Town:
    """Machines on loopback; each has a home from the start, so that all know all links."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.people: dict[str, Person] = {}
        for name in (*KEEPERS, "anna", "ben"):
            created = create_home(folder / name, name, "")
            self.people[name] = Person(name, created.whoami.link)
        self.kills = 0

    def close(self) -> None:
        for each in self.people.values():
            if each.node is not None:
                each.node.end()

    # --- life ---

    def settle(self) -> None:
        """The three are there; they and the two follow each other."""
        for name in KEEPERS:
            self.start(name)
        for name in KEEPERS:
            self.follow(name, "anna", "ben")

    def start(self, name: str) -> Besieged:
        """Switch a machine on."""
        person = self.people[name]
        options = ["--no-dht", "--supernode", "off"]
        for each in KEEPERS:
            other = self.people[each]
            if other.node is not None and each != name:
                host, port = other.on.ports()["link"]
                options += ["--peer", f"{host}:{port}"]
        program = LIES if name == LIAR else "swarmfeed"
        person.node = Besieged(self._folder, name, *options, host=person.host, program=program)
        return person.node

    def stop(self, name: str) -> None:
        """Switch it off in good order."""
        person = self.people[name]
        person.on.end()
        person.node = None

    def kill(self, name: str) -> None:
        """Switch it off as a power cut would."""
        person = self.people[name]
        person.on.process.kill()
        person.on.process.wait()
        person.node = None
        self.kills += 1

    def follow(self, name: str, *others: str) -> None:
        for each in others:
            self.people[name].on.post("follow", who=self.people[each].link)

    # --- letters ---

    def write(self, name: str, to: str, text: str) -> None:
        self.people[name].on.post("message", talk=self.people[to].link, text=text)

    def letters(self, name: str, other: str, *, own: bool) -> list[dict[str, Any]]:
        """What a person shows that they wrote, or that came; the oldest first."""
        asked = f"conversation?talk={self.people[other].link}&limit={SHOWN}"
        try:
            found = self.people[name].on.get(asked)["letters"]
        except Refused:
            return []  # nothing is known of them yet
        return [each for each in found if each["own"] is own]

    def holders(self, name: str) -> int:
        """How many machines keep letters for somebody."""
        return len(self.people[name].on.get("mailboxes")["holders"])
