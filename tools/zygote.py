"""Processes of the program that begin as copies of one that has loaded it already.

To load it takes most of what a node or a command costs the processor, and tests start
hundreds of them.  A copy is a process as any other, with arguments, environment and files of
its own; it is killed, and it ends, as what ``python -m`` runs.

``python -m tools.zygote`` is what is copied.  Its standard input is a socket, and an order on
it is five open files: what is to be run, which the copy alone reads, so that no other process
has it in its memory; the three standard files; where it is said who runs, and how that ended.
"""

import atexit
import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Final, NamedTuple, Protocol

CHECKOUT: Final = Path(__file__).resolve().parents[1]
LOADED: Final = ("swarmfeed", "webui")
"""Packages of which every module is loaded before the first copy is made."""
_NETWORK: Final = "/proc/self/ns/net"
_NETWORK_OF_THREAD: Final = "/proc/thread-self/ns/net"
_THREADS: Final = "/proc/self/task"
"""Those of libraries too, of which Python knows nothing."""
NUMBER_BYTES: Final = 4
"""Of a process id, and of what ``wait`` says of its end."""


class Process(Protocol):
    """What ``subprocess.Popen`` can do, as far as it is asked for of a node or a command."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one.  Raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """Nothing, when it has ended."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


class Standard(NamedTuple):
    """The standard files of a process."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]


class Copy:
    """A copy that was started."""

    def __init__(self, told: int) -> None:
        """``told`` is where its id, and later its end, is read."""
        self._told = told
        self.returncode: int | None = None
        self.pid = self._read_number()

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        # It may end, and be taken away, at any moment before this is told.
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, within_s: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], within_s)[0]:
            self.returncode = os.waitstatus_to_exitcode(self._read_number())
            os.close(self._told)
        return self.returncode

    def _read_number(self) -> int:
        said = os.read(self._told, NUMBER_BYTES)
        assert len(said) == NUMBER_BYTES, "what copies are made of has ended"
        return int.from_bytes(said, "big")


def load(
    words: Sequence[str],
    environment: Mapping[str, str],
    standard: Standard,
    before: Callable[[], object] | None = None,
) -> "subprocess.Popen[bytes]":
    """The same by a process that loads it; ``before`` is called in it."""
    given, out, errors = standard
    return subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=CHECKOUT,
        env=environment,
        stdin=given,
        stdout=out,
        stderr=errors,
        preexec_fn=before,
    )


class Zygote:
    """What copies are made of; it is loaded at the first one, and ends with this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: socket.socket | None = None

    def start(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        standard: Standard,
    ) -> Process:
        """Run ``python -m WORDS`` in the checkout, and in the network of this thread."""
        if os.readlink(_NETWORK_OF_THREAD) != os.readlink(_NETWORK):
            return load(words, environment, standard)
        told, tells = os.pipe()
        with tempfile.TemporaryFile() as order:
            order.write(json.dumps([list(words), dict(environment)]).encode())
            order.flush()
            files = [each.fileno() for each in (order, *standard)]
            socket.send_fds(self._loaded(), [b"!"], [*files, tells])
        os.close(tells)
        return Copy(told)

    def _loaded(self) -> socket.socket:
        with self._lock:
            if self._orders is None:
                self._orders, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
                line = [sys.executable, "-m", "tools.zygote"]
                with theirs:
                    process = subprocess.Popen(
                        line, cwd=CHECKOUT, stdin=theirs.fileno(), stdout=subprocess.DEVNULL
                    )
                atexit.register(_end, self._orders, process)
            return self._orders


def _end(orders: socket.socket, process: subprocess.Popen[bytes]) -> None:
    orders.close()
    process.wait()


ZYGOTE: Final = Zygote()
"""Of this process."""


def main() -> None:
    """Load all, then make copies until nobody is left to ask; a copy goes on to its module."""
    for name in LOADED:
        _load(name)
    assert len(os.listdir(_THREADS)) == 1, "what is copied has but one thread"
    inherited = signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    words = _make_copies(socket.socket(fileno=0))
    # As it was given to this process, which may be nobody at a terminal.
    signal.signal(signal.SIGINT, inherited)
    sys.argv = words
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _load(name: str) -> None:
    package = import_module(name)
    for each in pkgutil.walk_packages(package.__path__, f"{name}."):
        if not each.name.endswith("__main__"):
            import_module(each.name)


def _make_copies(orders: socket.socket) -> list[str]:
    """Returns in a copy alone: what it is to run."""
    living: dict[int, tuple[int, int]] = {}
    while True:
        for ready in select.select([orders.fileno(), *living], [], [])[0]:
            if ready != orders.fileno():
                _tell_end(ready, *living.pop(ready))
                continue
            asked, files, _, _ = socket.recv_fds(orders, 1, 5)
            if not asked:
                sys.exit()
            pid = os.fork()
            if pid == 0:
                orders.detach()
                return _become(*files)
            for each in files[:-1]:
                os.close(each)
            os.write(files[-1], pid.to_bytes(NUMBER_BYTES, "big"))
            living[os.pidfd_open(pid)] = pid, files[-1]


def _tell_end(descriptor: int, pid: int, tells: int) -> None:
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):
        os.write(tells, status.to_bytes(NUMBER_BYTES, "big"))
    for each in (descriptor, tells):
        os.close(each)


def _become(order: int, *files: int) -> list[str]:
    """Have what was ordered, and nothing of the process that was copied or of other copies."""
    with open(order, "rb") as file:
        file.seek(0)
        words: list[str]
        words, environment = json.load(file)
    for number, each in enumerate(files[:3]):
        os.dup2(each, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    return words


if __name__ == "__main__":
    main()
