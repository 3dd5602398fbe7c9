"""Real nodes that elect who serves them, and write to a tag that all of them listen to."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, Final

from msgspec import Struct
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S

from ordeals.strangers.besieged import Besieged, Refused

KNOWN: Final = 3
"""Nodes of earlier ones that each begins with."""
STARTED_AT_ONCE: Final = 4
"""Nodes that start side by side: those know nobody of each other."""
TAG: Final = "#torture"
WRITERS: Final = 15
"""So many write at a time: of strangers nobody takes more than 60 posts at a stroke."""
LOOK_EVERY_S: Final = 0.2
SHOWN_MAX: Final = 1_000
LEFT_MIN: Final = 2
"""Nodes that live on at least: fewer have nobody to find."""


class Size(Struct, frozen=True, kw_only=True):
    """How large a town is, and how fast its rounds go."""

    nodes: int
    speed: float
    whole: bool = True
    """The whole of it: rounds are counted, all write before anybody serves, and one is stopped
    in mid-air.  Otherwise what has to come is waited for, however busy the machine is."""

    @property
    def round_s(self) -> float:
        return ROUND_S / self.speed


class Town:
    """Nodes that know some of each other and no supernode; each follows the one before it."""

    def __init__(self, folder: Path, size: Size, luck: Random) -> None:
        self._folder = folder
        self._size = size
        self._luck = luck
        self._all: list[Besieged] = []
        self.living: list[Besieged] = []
        self.said: list[str] = []
        """What was written, by nodes that lived for at least as long as it took."""
        self._written = Counter[Besieged]()
        self._answers_s: list[float] = []
        """How long nodes took to say how they stand, since that was asked last."""

    def settle(self) -> None:
        """Start all nodes, a few at a time."""
        while len(self._all) < self._size.nodes:
            more = min(STARTED_AT_ONCE if self._all else 1, self._size.nodes - len(self._all))
            with ThreadPoolExecutor(more) as pool:
                begun = [
                    pool.submit(self._move_in, at, self._known()) for at in self._next(more)
                ]
            self._all += [each.result() for each in begun]
        self.living = list(self._all)
        for before, each in zip(self.living, self.living[1:], strict=False):
            each.post("follow", who=before.get("whoami")["link"])

    def close(self) -> None:
        """End all that is left."""
        self.end(list(self.living))

    # --- what is done to them ---

    def end_serving(self) -> int:
        """End all that serve, or all but two where everybody does; how many that were.

        In a small town more than are needed come forward at once, and the floor keeps them.
        """
        chosen = self.serving()[: len(self.living) - LEFT_MIN]
        self.end(chosen)
        return len(chosen)

    def end(self, chosen: list[Besieged]) -> None:
        """End some as a power cut would, all at once."""
        for each in chosen:
            each.process.kill()
        for each in chosen:
            each.process.wait()
            self.living.remove(each)

    def silence(self, chosen: Besieged) -> str:
        """Stop one in mid-air: its sockets stay open, and nothing is answered; its node id."""
        node_id: str = chosen.get("whoami")["node"]
        self.living.remove(chosen)
        chosen.process.send_signal(signal.SIGSTOP)
        return node_id

    def write(self) -> None:
        """Some write something."""
        for each in self._luck.sample(self.living, min(WRITERS, len(self.living))):
            self.say(each)

    def say(self, one: Besieged) -> None:
        self._written[one] += 1
        text = f"{self._written[one]} of {one.home.name} to {TAG}"
        one.post("post", text=text)
        self.said.append(text)

    # --- what is seen of them ---

    def serving(self) -> list[Besieged]:
        return [each for each in self.living if self._standing(each)["serves"]]

    def is_whole(self) -> bool:
        """Whether some serve, and each of the others has two parents.

        Of two that are left, after most have served and died, one cannot have more than one.
        """
        standing = [self._standing(each) for each in self.living]
        leaves = [each for each in standing if not each["serves"]]
        wanted = min(PARENTS, len(standing) - 1)
        has_servers = len(leaves) < len(standing) or not wanted
        return has_servers and all(len(each["parents"]) == wanted for each in leaves)

    def counting_on(self, node_id: str, those: Sequence[Besieged]) -> list[Besieged]:
        """Those who have that one as a parent."""
        return [
            each
            for each in those
            if any(parent["node"] == node_id for parent in self._standing(each)["parents"])
        ]

    def slowest_s(self) -> float:
        """The longest that a node took to say how it stands, since this was asked last."""
        slowest_s, self._answers_s = max(self._answers_s, default=0.0), []
        return slowest_s

    def read(self) -> bool:
        """Whether everybody shows all that others wrote."""
        return all({*self.said} <= {*self.shown(each)} for each in self.living)

    def doubles(self) -> list[str]:
        """What somebody shows twice, or shows and nobody wrote."""
        found = []
        for each in self.living:
            times = Counter(self.shown(each))
            found += [
                f"{each.home.name} shows {text!r} twice" for text in times if times[text] > 1
            ]
            found += [
                f"{each.home.name} shows {text!r}" for text in times.keys() - {*self.said}
            ]
        return found

    def shown(self, one: Besieged) -> list[str]:
        """Texts that a node has under the tag, its own among them."""
        found = one.get(f"search?q=%23{TAG[1:]}&limit={SHOWN_MAX}")
        return [post["text"] for post in found["posts"]]

    def missing(self) -> list[str]:
        """Who lacks what."""
        return [
            f"{each.home.name} lacks {text!r}"
            for each in self.living
            for text in {*self.said} - {*self.shown(each)}
        ]

    def time(self, look: Callable[[], bool], patience_s: float) -> float | None:
        """Seconds until something is true; None when that took more than anybody waits."""
        started_s = time.monotonic()
        while not look():
            if time.monotonic() - started_s > patience_s:
                return None
            dead = [each.home.name for each in self.living if not each.is_alive]
            if dead:
                raise Refused(f"{dead} ended by themselves")
            time.sleep(LOOK_EVERY_S)
        return time.monotonic() - started_s

    # --- inside ---

    def _standing(self, node: Besieged) -> Any:
        started_s = time.monotonic()
        standing = node.get("supernodes")
        self._answers_s.append(time.monotonic() - started_s)
        return standing

    def _next(self, count: int) -> range:
        return range(len(self._all), len(self._all) + count)

    def _known(self) -> list[Besieged]:
        return self._luck.sample(self._all, min(KNOWN, len(self._all)))

    def _move_in(self, number: int, known: list[Besieged]) -> Besieged:
        options = ["--supernode-speed", str(self._size.speed)]
        for each in known:
            host, port = each.ports()["link"]
            options += ["--peer", f"{host}:{port}"]
        node = Besieged(self._folder, f"node{number}", *options)
        node.post("subscribe", what=TAG)
        return node
