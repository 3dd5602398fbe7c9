"""The same search on the wire and in the memory of a process."""

import os
import socket
import subprocess
import sys

import pytest
import zstandard
from seeker.memory import seek_memory
from seeker.needle import Needle
from seeker.wire import Capture

WORD = "9c1f6b8ad03e57427fd2"
NEEDLE = Needle(f"says {WORD}")
MAY_LOOK = os.geteuid() == 0
HERE, OTHER = "127.43.7.9", "127.43.7.10"
PAGE = 50_000

pytestmark = pytest.mark.attack("A75")


def say(at: str, *parts: bytes) -> None:
    """Say something over a connection to an address, in packets of their own."""
    with (
        socket.create_server((at, 0)) as server,
        socket.create_connection(server.getsockname()) as near,
    ):
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far, _ = server.accept()
        with far:
            for part in parts:
                near.sendall(part)
                assert far.recv(len(part), socket.MSG_WAITALL) == part


@pytest.mark.skipif(not MAY_LOOK, reason="who may not look is told so: below")
@pytest.mark.parametrize("is_packed", [False, True])
def test_on_the_wire_also_across_packets_and_packed(is_packed: bool) -> None:
    said = b"x" * PAGE + f"somebody says {WORD} here".encode() + os.urandom(PAGE)
    sent = zstandard.compress(said) if is_packed else said
    cut = len(sent) // 2 if is_packed else PAGE + 20
    with Capture(HERE) as capture:
        say(OTHER, said)
        say(HERE, b"first", sent[:cut], sent[cut:])
    assert capture.lost == 0
    found = capture.seek(NEEDLE)
    assert found and all(HERE in place.file for place in found)
    assert any("packed" in place.where for place in found) == is_packed
    assert b"first" + sent in capture.streams().values()


@pytest.mark.skipif(not MAY_LOOK, reason="who may not look is told so: below")
def test_what_is_said_by_datagrams_is_seen_too() -> None:
    with Capture(HERE) as capture, socket.socket(type=socket.SOCK_DGRAM) as there:
        there.bind((HERE, 0))
        with socket.socket(type=socket.SOCK_DGRAM) as near:
            near.sendto(f"says {WORD}".encode(), there.getsockname())
            there.recv(100)
    assert len(capture.seek(NEEDLE)) == 1


@pytest.mark.skipif(MAY_LOOK, reason="this user may look")
def test_who_may_not_look_at_the_wire_is_told_so() -> None:
    with pytest.raises(PermissionError):
        Capture(HERE)


@pytest.mark.parametrize("is_packed", [False, True])
def test_in_the_memory_of_a_process(is_packed: bool) -> None:
    said = f"somebody says {WORD} here".encode() * 3
    kept = zstandard.compress(b"x" * PAGE + said) if is_packed else said
    program = (
        f"import sys; kept = sys.stdin.buffer.read({len(kept)}); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-S", "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(kept)
        process.stdin.flush()
        assert process.stdout.readline()
        found = seek_memory(process.pid, NEEDLE)
        assert [each for each in found if not is_packed or "packed" in each.where]
        assert seek_memory(process.pid, Needle("never said 55c1d0e7b94fa263")) == []
        process.kill()
