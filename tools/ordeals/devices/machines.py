"""Machines of their own on one: network namespaces around a router that can cut any two apart.

What a thread starts and opens lies in the thread's network.  So each machine is a thread that
left ours, and all that is asked of its node goes through it.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from ordeals.strangers.besieged import Besieged

T = TypeVar("T")

_CLONE_NEWNET: Final = 0x40000000
"""Of ``unshare(2)``; Python has no name for it before 3.12."""

_CUT_RULES_AT: Final = "50"
_LOCAL_RULE_AT: Final = "100"
"""Places of rules of routing: those that cut come before all others."""


class Router:
    """Leads from each machine to each other one; its own network is the caller's."""

    def __init__(self) -> None:
        """The caller is in a network that nobody else uses."""
        _ip("link", "set", "lo", "up")
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        _ip("rule", "add", "pref", _LOCAL_RULE_AT, "lookup", "local")
        _ip("rule", "del", "pref", "0")

    def lead_to(self, number: int, thread: int) -> None:
        """Lay a line to a machine whose network is that of a thread."""
        ours = f"line{number}"
        far = ("peer", "name", "line", "netns", str(thread))
        _ip("link", "add", ours, "type", "veth", *far)
        _ip("addr", "add", f"{_net(number)}.1/24", "dev", ours)
        _ip("link", "set", ours, "up")

    def cut(self, one: "Machine", other: "Machine") -> None:
        """Let nothing pass between two machines, in silence."""
        self._rule("add", one, other)

    def heal(self, one: "Machine", other: "Machine") -> None:
        """Let it pass again what was cut."""
        self._rule("del", one, other)

    def _rule(self, what: str, one: "Machine", other: "Machine") -> None:
        for source, to in ((one, other), (other, one)):
            between = ("from", source.host, "to", to.host)
            _ip("rule", what, "pref", _CUT_RULES_AT, *between, "blackhole")


class Machine:
    """One machine, and the node on it once it runs."""

    def __init__(self, router: Router, number: int, folder: Path, name: str) -> None:
        """
        Args:
            number: Tells its network from others: 1 to 254.
        """
        self.name = name
        self.host = f"{_net(number)}.2"
        self.home = folder / name
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        router.lead_to(number, self.do(_leave_network).result())
        self.do(lambda: _join_line(number)).result()
        self._node: Besieged | None = None

    def do(self, what: Callable[[], T]) -> "Future[T]":
        """Do something on this machine; one thing after the other."""
        return self._thread.submit(what)

    def start(self, *options: str) -> None:
        """Make a home, if there is none, and run its node."""
        folder, host = self.home.parent, self.host
        made = self.do(lambda: Besieged(folder, self.name, "--no-dht", *options, host=host))
        self._node = made.result()

    @property
    def node(self) -> Besieged:
        assert self._node is not None, f"{self.name} runs"
        return self._node

    def get(self, name: str) -> Any:
        return self.do(lambda: self.node.get(name)).result()

    def post(self, name: str, **body: object) -> Any:
        return self.do(lambda: self.node.post(name, **body)).result()

    def at(self) -> str:
        """Where others reach it: ``HOST:PORT``."""
        host, port = self.do(lambda: self.node.ports()["link"]).result()
        return f"{host}:{port}"

    def reset(self, other: "Machine") -> None:
        """End this side of all connections with another machine; the other side is not told."""
        network = f"--net=/proc/{self.node.process.pid}/ns/net"
        command = ["ss", "--no-header", "--tcp", "--kill", "dst", other.host]
        subprocess.run(["nsenter", network, *command], check=True, capture_output=True)

    def end(self) -> None:
        """Stop the node and leave the machine."""
        node = self._node
        if node is not None:
            self.do(node.end).result()
        self._thread.shutdown()


def end_all(machines: Iterable[Machine]) -> None:
    """End machines, at once."""
    ends = [threading.Thread(target=each.end) for each in machines]
    for each in ends:
        each.start()
    for each in ends:
        each.join()


def _net(number: int) -> str:
    return f"10.77.{number}"


def _leave_network() -> int:
    """Put this thread into a network of its own; returns the number of the thread."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"no network of its own: {os.strerror(error)}")
    return threading.get_native_id()


def _join_line(number: int) -> None:
    """Take the line that was laid to this thread's network."""
    _ip("link", "set", "lo", "up")
    _ip("addr", "add", f"{_net(number)}.2/24", "dev", "line")
    _ip("link", "set", "line", "up")
    _ip("route", "add", "default", "via", f"{_net(number)}.1")


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(words)}: {done.stderr.strip()}")
