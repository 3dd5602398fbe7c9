"""Two people who are never there together, and three machines that keep their letters.

One of the three leaves for good, one lies; the two are killed at random, get a second device
each, and one of them goes on from a backup that is too old.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field
from swarmfeed.core.base.address import format_author
from swarmfeed.wiring import create_home

from ordeals.strangers.besieged import CHECKOUT, Besieged, Refused, new_host

HONEST, LIAR, GONE = "honest", "liar", "gone"
KEEPERS: Final = (HONEST, LIAR, GONE)
WRITERS: Final = ("anna", "ben")
LIES: Final = "tools.ordeals.letters.liar"
WAIT_S: Final = 420
"""How long anything may take: on a quiet machine seconds; what nobody took twice or three times
waits five minutes for the next try."""
SHOWN: Final = 200


class Machine(Struct):
    """A device of somebody, whether it is on or not."""

    name: str
    author: str
    sheet: str = ""
    """The words that it comes back by, and the link below them."""
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
        self.machines: dict[str, Machine] = {}
        for name in (*KEEPERS, *WRITERS):
            created = create_home(folder / name, name, "")
            author = format_author(created.whoami.author_id)
            sheet = f"{created.author_words}\n{created.sheet_link}\n"
            self.machines[name] = Machine(name, author, sheet)
        self.kills = 0

    def close(self) -> None:
        for each in self.machines.values():
            if each.node is not None:
                each.node.end()

    # --- life ---

    def settle(self) -> None:
        """The three are there; they and the two follow each other."""
        for name in KEEPERS:
            self.start(name)
        for name in KEEPERS:
            self.follow(name, *WRITERS)

    def start(self, name: str) -> Besieged:
        """Switch a machine on."""
        machine = self.machines[name]
        options = ["--no-dht", "--supernode", "off"]
        for each in KEEPERS:
            other = self.machines[each]
            if other.node is not None and each != name:
                host, port = other.on.ports()["link"]
                options += ["--peer", f"{host}:{port}"]
        program = LIES if name == LIAR else "swarmfeed"
        machine.node = Besieged(
            self._folder, name, *options, host=machine.host, program=program
        )
        return machine.node

    def stop(self, name: str) -> None:
        """Switch it off in good order."""
        machine = self.machines[name]
        machine.on.end()
        machine.node = None

    def kill(self, name: str) -> None:
        """Switch it off as a power cut would."""
        machine = self.machines[name]
        machine.on.process.kill()
        machine.on.process.wait()
        machine.node = None
        self.kills += 1

    def follow(self, name: str, *others: str) -> None:
        for each in others:
            self.machines[name].on.post("follow", who=self.machines[each].author)

    # --- devices ---

    def pair(self, name: str, new: str) -> None:
        """A further device of somebody who is there, as ``devices join`` and ``add`` do it."""
        machine = Machine(new, self.machines[name].author)
        self.machines[new] = machine
        join = ("devices", "join", "--no-passphrase", "--listen", machine.host, "--json")
        with subprocess.Popen(
            self._line(new, *join, "--name", new), cwd=CHECKOUT, stdout=subprocess.PIPE
        ) as waiting:
            assert waiting.stdout is not None
            try:
                link = json.loads(waiting.stdout.readline())["link"]
                self._command(name, "devices", "add", link, "--yes")
                waiting.communicate(timeout=WAIT_S)
            finally:
                waiting.kill()
        if waiting.returncode:
            raise Refused(f"{new} did not become a device of {name}")

    def back_up(self, name: str) -> None:
        """Copy the home of a machine that is off."""
        shutil.copytree(self._folder / name, self._folder / f"{name}.backup")

    def come_back(self, name: str) -> None:
        """Put the old copy in place; once others know more, go on as a new device."""
        shutil.rmtree(self._folder / name)
        shutil.move(self._folder / f"{name}.backup", self._folder / name)
        node = self.start(name)
        node.wait_for("what others know", lambda: node.get("own-feed")["sentence"], WAIT_S)
        self.stop(name)
        sheet = self.machines[name].sheet
        self._command(name, "restore", "-", "--offline", stdin=sheet)

    def say_it_was_me(self, name: str) -> None:
        """Of all that this device is alarmed about."""
        node = self.machines[name].on
        for each in node.get("alarms")["alarms"]:
            node.post("that-was-me", alarm=each["id"])

    def devices_of(self, name: str, other: str) -> int:
        """How many feeds of somebody a machine has whole."""
        author = self.machines[other].author
        feeds = self.machines[name].on.get("status")["feeds"]
        whole = [each for each in feeds if each["entries_held"] == each["size"]]
        return sum(each["author"] == author for each in whole)

    def is_held(self, name: str) -> bool:
        """Whether somebody else holds all that a person wrote, as far as this machine knows."""
        feeds = self.machines[name].on.get("status")["feeds"]
        return all(each["held_by"] for each in feeds if each["relation"] == "own")

    def home(self, name: str) -> Path:
        return self._folder / name

    # --- letters ---

    def write(self, name: str, to: str, text: str) -> None:
        self.machines[name].on.post("message", talk=self.machines[to].author, text=text)

    def letters(self, name: str, other: str, *, own: bool) -> list[dict[str, Any]]:
        """What a machine shows that its person wrote, or that came; the oldest first."""
        asked = f"conversation?talk={self.machines[other].author}&limit={SHOWN}"
        try:
            found = self.machines[name].on.get(asked)["letters"]
        except Refused:
            return []  # nothing is known of them yet
        return [each for each in found if each["own"] is own]

    def holders(self, name: str) -> int:
        """How many machines keep letters for a device."""
        return len(self.machines[name].on.get("mailboxes")["holders"])

    def keepers(self) -> int:
        """How many machines there are that may keep some."""
        return sum(self.machines[each].node is not None for each in KEEPERS)

    # --- inside ---

    def _line(self, name: str, *words: str) -> list[str]:
        home = str(self._folder / name)
        return [sys.executable, "-m", "swarmfeed", "--home", home, *words]

    def _command(self, name: str, *words: str, stdin: str = "") -> None:
        done = subprocess.run(
            self._line(name, *words),
            cwd=CHECKOUT,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
        if done.returncode:
            raise Refused(f"{name}: {words[:2]}: {done.stderr[-500:]}")
