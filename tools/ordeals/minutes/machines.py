"""Two machines with a line between them: networks of their own, or addresses on loopback.

What runs on a machine is started through ``nsenter``, browsers too, so nothing of it is at home
in our network.  Only an administrator can make networks; for others both machines are this one,
at two addresses.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from ordeals.strangers.besieged import new_host

_HOSTS: Final = ("10.78.0.1", "10.78.0.2")
_LINE: Final = "line"


class Machine(Struct, frozen=True, kw_only=True):
    """Where somebody's programs run."""

    options: tuple[str, ...] = ()
    """Of ``swarmfeed run`` there: none, where it is a machine of its own."""
    inside: tuple[str, ...] = ()
    """How a command begins that runs on it."""

    @property
    def kind(self) -> str:
        return "each a network of its own" if self.inside else "two addresses of one"

    def wrapped(self, program: Path, folder: Path) -> Path:
        """A program that runs another one on this machine, for who can only start a file."""
        if not self.inside:
            return program
        script = folder / f"on-this-machine-{program.name}"
        script.write_text(f'#!/bin/sh\nexec {" ".join(self.inside)} {program} "$@"\n')
        script.chmod(0o755)
        return script


@contextmanager
def two_machines() -> Iterator[tuple[Machine, Machine]]:
    """Machines that reach each other and nobody else."""
    holders = [_new_network() for _ in _HOSTS]
    try:
        if all(_is_there(each) for each in holders):
            one, other = (each.pid for each in holders)
            _lay_line(one, other)
            yield Machine(inside=_inside(one)), Machine(inside=_inside(other))
        else:
            one_host, other_host = new_host(), new_host()
            yield (
                Machine(options=("--no-dht", "--listen", one_host)),
                Machine(options=("--no-dht", "--listen", other_host)),
            )
    finally:
        for each in holders:
            each.kill()
            each.communicate()


def _new_network() -> "subprocess.Popen[bytes]":
    """A process that keeps a network of its own as long as it lives; it ends if it may not."""
    return subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _is_there(holder: "subprocess.Popen[bytes]") -> bool:
    assert holder.stdout is not None, "it was started with a pipe"
    return holder.stdout.readline() != b""


def _lay_line(one: int, other: int) -> None:
    """A line between the networks of two processes, which leads them everywhere."""
    far = ("peer", "name", _LINE, "netns", str(other))
    _ip(one, "link", "add", _LINE, "type", "veth", *far)
    for pid, host in zip((one, other), _HOSTS, strict=True):
        _ip(pid, "addr", "add", f"{host}/24", "dev", _LINE)
        _ip(pid, "link", "set", _LINE, "up")
        _ip(pid, "route", "add", "default", "dev", _LINE)


def _inside(pid: int) -> tuple[str, ...]:
    return ("nsenter", f"--net=/proc/{pid}/ns/net")


def _ip(pid: int, *words: str) -> None:
    subprocess.run([*_inside(pid), "ip", *words], check=True, capture_output=True)
