"""Networks of our own on one machine: namespaces, and routers that let nobody in.

What a thread starts and opens lies in the thread's network.  So each machine is a thread that
left ours, and all that is asked of it goes through it.
"""

import ctypes
import fcntl
import heapq
import itertools
import os
import select
import shutil
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from math import inf
from typing import Final, TypeVar

import pytest

T = TypeVar("T")

_CLONE_NEWNET: Final = 0x40000000
"""Of ``unshare(2)``; Python has no name for it before 3.12."""

_TUNSETIFF, _TUN_NO_INFO = 0x400454CA, 0x1001
"""Of ``linux/if_tun.h``: IFF_TUN | IFF_NO_PI."""

LINE_QUEUE_S: Final = 0.25
"""How long packets wait at most at the near end of a narrow line."""

_ROUTER_RULES: Final = """
table ip home {{
  chain out {{ type nat hook postrouting priority 100; oifname "world" masquerade {how}; }}
  chain through {{
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "house" accept
  }}
  chain to_us {{
    type filter hook input priority 0; policy {policy};
    iifname "lo" accept
    ct state established,related accept
    {refusal}
  }}
}}
"""
"""What a home router does: all inside have its address outside, and nothing new comes in."""


class Machine:
    """One machine in a network of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self.thread_id = self.do(_leave_network)
        self.run("ip", "link", "set", "lo", "up")

    def do(self, what: Callable[[], T]) -> T:
        """Do something on this machine."""
        done: Future[T] = self._thread.submit(what)
        return done.result()

    def run(self, *command: str, stdin: str | None = None) -> str:
        """Run a command there.  AssertionError when it fails."""

        def run() -> subprocess.CompletedProcess[str]:
            return subprocess.run(command, input=stdin, capture_output=True, text=True)

        done = self.do(run)
        assert done.returncode == 0, f"{self.name}: {' '.join(command)}: {done.stderr}"
        return done.stdout

    def plug(self, line: str, at: str, other: "Machine", far_line: str, far_at: str) -> None:
        """Lay a line to another machine; ``at`` and ``far_at`` are ``ADDRESS/BITS``."""
        far = ("peer", "name", far_line, "netns", str(other.thread_id))
        self.run("ip", "link", "add", line, "type", "veth", *far)
        for machine, name, address in ((self, line, at), (other, far_line, far_at)):
            machine.run("ip", "addr", "add", address, "dev", name)
            machine.run("ip", "link", "set", name, "up")

    @contextmanager
    def slow_line(
        self,
        line: str,
        at: str,
        other: "Machine",
        far_line: str,
        far_at: str,
        delay_s: float,
        bytes_per_s: float = inf,
    ) -> Iterator[None]:
        """As ``plug``, until the end; what goes over it comes so much later, and at most so
        much each way.  What waits for longer than a quarter of a second is lost.
        """
        near, far = (
            machine.do(partial(_open_tun, name))
            for machine, name in ((self, line), (other, far_line))
        )
        for machine, name, address in ((self, line, at), (other, far_line, far_at)):
            machine.run("ip", "addr", "add", address, "dev", name)
            machine.run("ip", "link", "set", name, "up")
        is_over = threading.Event()
        carrying = threading.Thread(
            target=_carry, args=(near, far, delay_s, bytes_per_s, is_over)
        )
        carrying.start()
        try:
            yield
        finally:
            is_over.set()
            carrying.join()
            os.close(near)
            os.close(far)

    def be_router(self, *, how: str = "", refuses: bool = False) -> None:
        """Do as a router at home does, between the lines ``house`` and ``world``.

        Args:
            how: ``random``: another port for each destination.
            refuses: Whether what nobody waits for is answered with a reset; else by silence.
        """
        self.run("sysctl", "-q", "net.ipv4.ip_forward=1")
        refusal = "meta l4proto tcp reject with tcp reset" if refuses else ""
        rules = _ROUTER_RULES.format(how=how, policy="drop", refusal=refusal)
        self.run("nft", "-f", "-", stdin=rules)

    def end(self) -> None:
        """Leave it; what was started there has ended."""
        self._thread.shutdown()


@contextmanager
def machines(*names: str) -> Iterator[list[Machine]]:
    """Make machines with no line between them; skips where this user cannot."""
    if shutil.which("nft") is None or shutil.which("ip") is None:
        pytest.skip("nft or ip is not installed: apt-get install nftables iproute2")
    made: list[Machine] = []
    try:
        try:
            made += map(Machine, names)
        except PermissionError:
            pytest.skip("only an administrator can make networks on this machine")
        yield made
    finally:
        for each in made:
            each.end()


def _open_tun(name: str) -> int:
    """Make a line of this thread's network whose packets we carry; returns its descriptor."""
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH14x", name.encode(), _TUN_NO_INFO))
    return descriptor


def _carry(
    near: int, far: int, delay_s: float, bytes_per_s: float, is_over: threading.Event
) -> None:
    """Carry packets both ways, each so much later, in order of their arrival."""
    waiting: list[tuple[float, int, int, bytes]] = []
    others, free_s = {near: far, far: near}, {near: 0.0, far: 0.0}
    numbers = itertools.count()
    while not is_over.is_set():
        wait_s = max(waiting[0][0] - time.monotonic(), 0) if waiting else 0.1
        readable, _, _ = select.select([near, far], [], [], min(wait_s, 0.1))
        for each in readable:
            with suppress(BlockingIOError):
                packet = os.read(each, 65_535)
                now_s = time.monotonic()
                if free_s[each] - now_s > LINE_QUEUE_S:
                    continue
                free_s[each] = max(free_s[each], now_s) + len(packet) / bytes_per_s
                on_its_way = free_s[each] + delay_s, next(numbers), others[each], packet
                heapq.heappush(waiting, on_its_way)
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, to, packet = heapq.heappop(waiting)
            with suppress(OSError):  # its end is down
                os.write(to, packet)


def _leave_network() -> int:
    """Put this thread into a network of its own; returns the number of the thread."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return threading.get_native_id()
