"""Thousands connect to link and swarm and say nothing, while their victim posts.

Some say just enough that a node might build all of TLS for them, and then nothing.  In the
whole proof a friend comes by meanwhile, and fetches all there is through both doors.
"""

import resource
import socket
import time
from contextlib import ExitStack, suppress
from typing import Final

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import Besieged, Refused, besieged
from ordeals.strangers.siege import Siege, Terms

CONNECTS: Final = 5_000
FILES_MAX: Final = 1_024
POSTS: Final = 100
"""Posts that are written while the siege lasts."""

PAUSE_S: Final = 0.3
"""Between two posts: with 100 of them it lasts longer than any handshake may take, so that
those who waited are gone and others came."""

MORE_BYTES_MAX: Final = 100_000_000
OWN_FILES: Final = 512
"""Open files of this process beside the sockets of the siege."""

SHORT_PRESS_S: Final = 0.1
PRESS_S: Final = 0.5
"""How long at a time those who were thrown out come again."""

CONNECT_S: Final = 2.0

HALF_A_HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00"
"""A record of TLS of which the rest does not come (RFC 8446, 5.1)."""

HALVES: Final = 4
"""Every fourth says that much."""

BACKLOG: Final = 600
"""Posts that are there before: two chunks in swarms, and a tail."""

FRIEND_S: Final = 60
"""By when the friend must have all of it: while the swarm's port is full, chunks wait."""


def lay(terms: Terms) -> Outcome:
    """Connect from one address and from many, again and again; post meanwhile."""
    with besieged(terms.folder, files_max=FILES_MAX) as node, ExitStack() as stack:
        outcome = Outcome(cases=1)
        node.post("import", posts=[[1_700_000_000_000 + n, f"old {n}"] for n in range(BACKLOG)])
        before = node.rss_bytes
        crowd = _Crowd(list(node.ports().values()), terms)
        stack.callback(crowd.leave)
        crowd.press()
        if terms.is_whole:
            _bring_friend(node, terms, outcome, crowd)
        most, took_ms = before, []
        posts = terms.of(POSTS, least=10)
        for number in range(posts):
            crowd.press()
            if not node.is_alive:
                break
            took_ms.append(_post(node, number, outcome))
            most = max(most, node.rss_bytes)
            time.sleep(PAUSE_S if terms.is_whole else 0)
        _judge(node, outcome, most - before)
        outcome.figures |= {
            "connects": f"{crowd.made}, {crowd.size} at once, at {FILES_MAX} files",
            "memory": f"+{(most - before) / 1e6:.0f} MB at most",
            "posts": f"{len(took_ms)}, the slowest in {max(took_ms, default=0):.0f} ms",
        }
        return outcome


def _bring_friend(node: Besieged, terms: Terms, outcome: Outcome, crowd: "_Crowd") -> None:
    """A friend who starts now gets everything, though the doors are besieged."""
    host, port = node.ports()["link"]
    outcome.cases += 1
    link = node.get("whoami")["link"]
    with besieged(terms.folder, "bob", ("--peer", f"{host}:{port}")) as friend:
        friend.post("follow", who=link)
        started_s = time.monotonic()

        def has_all() -> bool:
            crowd.press()
            feeds = friend.get("status")["feeds"]
            return any(each["entries_held"] >= BACKLOG for each in feeds)

        try:
            friend.wait_for("the whole feed", has_all, FRIEND_S)
        except Refused as refused:
            outcome.gave_way.append(f"a friend did not get in: {refused}")
    outcome.figures["a friend has all"] = f"{time.monotonic() - started_s:.1f} s"


def _post(node: Besieged, number: int, outcome: Outcome) -> float:
    started_s = time.monotonic()
    outcome.cases += 1
    try:
        node.post("post", text=f"post {number} while thousands wait")
    except Refused as refused:
        outcome.gave_way.append(f"post {number} was refused: {refused}")
    return (time.monotonic() - started_s) * 1000


def _judge(node: Besieged, outcome: Outcome, more_bytes: int) -> None:
    if not node.is_alive:
        outcome.gave_way.append(f"the node stopped with {node.process.wait()}")
    if more_bytes > MORE_BYTES_MAX:
        outcome.gave_way.append(f"{more_bytes / 1e6:.0f} MB more memory")


class _Crowd:
    """Sockets that connect, say nothing, and connect again when they are thrown out."""

    def __init__(self, doors: list[tuple[str, int]], terms: Terms) -> None:
        self.size = terms.of(CONNECTS, least=250)
        self.made = 0
        """Connections that came to be, all in all."""
        self._doors = doors
        self._luck = terms.luck
        self._press_s = PRESS_S if terms.is_whole else SHORT_PRESS_S
        self._open: list[socket.socket] = []
        resource.setrlimit(
            resource.RLIMIT_NOFILE,
            (self.size + OWN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
        )

    def press(self) -> None:
        """Fill up: in place of those who were thrown out, others come."""
        self._open = [each for each in self._open if _is_open(each)]
        deadline_s = time.monotonic() + self._press_s
        while len(self._open) < self.size and time.monotonic() < deadline_s:
            door = self._doors[self.made % len(self._doors)]
            # Half of them from one address, half each from an own.
            host = f"127.{self._luck.randrange(1, 60)}.{self._luck.randrange(256)}.9"
            found = _connect(door, host if self._luck.randrange(2) else "127.61.0.9")
            if found is None:
                break
            self._open.append(found)
            self.made += 1
            if self._luck.randrange(HALVES) == 0:
                with suppress(OSError):
                    found.send(HALF_A_HELLO)

    def leave(self) -> None:
        for each in self._open:
            each.close()


def _connect(door: tuple[str, int], host: str) -> socket.socket | None:
    found = socket.socket()
    found.settimeout(CONNECT_S)
    try:
        found.bind((host, 0))
        found.connect(door)
    except OSError:
        found.close()
        return None
    found.setblocking(False)
    return found


def _is_open(found: socket.socket) -> bool:
    with suppress(BlockingIOError):
        try:
            if found.recv(1):
                return True
        except ConnectionError:
            pass
        found.close()
        return False
    return True


BARE_CONNECTS: Final = Siege(
    name="bare-connects",
    about="thousands connect to link and swarm and say nothing, while posts flow",
    lay=lay,
)
