"""Thousands connect to link and swarm and say nothing, while their victim posts."""

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

LASTS_S: Final = 40
"""Longer than any handshake may take, so that those who waited are gone and others came."""

MORE_BYTES_MAX: Final = 100_000_000
OWN_FILES: Final = 512
"""Open files of this process beside the sockets of the siege."""

CONNECT_S: Final = 2.0


def lay(terms: Terms) -> Outcome:
    """Connect from one address and from many, again and again; post meanwhile."""
    with besieged(terms.folder, files_max=FILES_MAX) as node:
        outcome = Outcome(cases=1)
        before = node.rss_bytes
        crowd = _Crowd(list(node.ports().values()), terms.of(CONNECTS, least=250))
        most, took_ms = before, []
        with ExitStack() as stack:
            stack.callback(crowd.leave)
            deadline_s = time.monotonic() + max(3, LASTS_S * terms.cases // 100)
            posts = terms.of(POSTS, least=10)
            pause_s = (deadline_s - time.monotonic()) / posts
            for number in range(posts):
                if not node.is_alive:
                    break
                crowd.press(terms)
                took_ms.append(_post(node, number, outcome))
                most = max(most, node.rss_bytes if node.is_alive else most)
                time.sleep(max(0, deadline_s - time.monotonic() - pause_s * (posts - number)))
            _judge(node, outcome, most - before)
        outcome.figures |= {
            "connects": f"{crowd.made}, {crowd.size} at once, at {FILES_MAX} files",
            "memory": f"+{(most - before) / 1e6:.0f} MB at most",
            "posts": f"{len(took_ms)}, the slowest in {max(took_ms, default=0):.0f} ms",
        }
        return outcome


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

    def __init__(self, doors: list[tuple[str, int]], size: int) -> None:
        self.size = size
        self.made = 0
        """Connections that came to be, all in all."""
        self._doors = doors
        self._open: list[socket.socket] = []
        resource.setrlimit(
            resource.RLIMIT_NOFILE,
            (size + OWN_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
        )

    def press(self, terms: Terms) -> None:
        """Fill up: in place of those who were thrown out, others come."""
        self._open = [each for each in self._open if _is_open(each)]
        deadline_s = time.monotonic() + CONNECT_S
        while len(self._open) < self.size and time.monotonic() < deadline_s:
            door = self._doors[self.made % len(self._doors)]
            # Half of them from one address, half each from an own.
            host = f"127.{terms.luck.randrange(1, 60)}.{terms.luck.randrange(256)}.9"
            found = _connect(door, host if terms.luck.randrange(2) else "127.61.0.9")
            if found is None:
                break
            self._open.append(found)
            self.made += 1

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
