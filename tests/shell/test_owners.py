"""Whose connection it is.  Real connections on loopback."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from swarmfeed.shell.owners import UNKNOWN, Address, Owners

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@pytest.fixture
def owners() -> Iterator[Owners]:
    found = Owners()
    yield found
    found.close()


def ends(connection: socket.socket) -> tuple[Address, Address]:
    return connection.getpeername()[:2], connection.getsockname()[:2]


def listening(host: str) -> socket.socket:
    return socket.create_server(
        (host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "127.9.8.7"])
def test_our_own_connection_is_ours(owners: Owners, host: str) -> None:
    with (
        listening(host) as server,
        socket.create_connection(server.getsockname()[:2]) as client,
    ):
        accepted, _ = server.accept()
        with accepted:
            assert owners.owner_of(*ends(accepted)) == os.getuid()
            assert owners.owner_of(*ends(client)) == os.getuid()


def test_who_has_let_go_is_nobody(owners: Owners) -> None:
    with listening("127.0.0.1") as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        with accepted:
            found = ends(accepted)
            client.close()
            assert accepted.recv(1) == b""
            assert owners.owner_of(*found) == UNKNOWN
        assert owners.owner_of(("127.0.0.1", 1), ("127.0.0.1", 2)) == UNKNOWN
        assert owners.owner_of(("", 0), ("", 0)) == UNKNOWN


def test_another_users_connection_is_theirs(owners: Owners) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can be another user")
    connect = (
        "import socket, sys; c = socket.socket();"
        "c.connect(('127.0.0.1', int(sys.argv[1]))); sys.stdin.read()"
    )
    with listening("127.0.0.1") as server:
        port = server.getsockname()[1]
        with subprocess.Popen(
            ["/usr/bin/python3", "-c", connect, str(port)],
            user=65534,
            stdin=subprocess.PIPE,
            cwd="/",
        ) as process:
            accepted, _ = server.accept()
            with accepted:
                assert owners.owner_of(*ends(accepted)) == 65534
            assert process.stdin is not None
            process.stdin.close()


def test_many_threads_get_their_own_answers(owners: Owners) -> None:
    wrong: list[int | None] = []
    with listening("127.0.0.1") as server:
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        found, gone = ends(accepted), (("127.0.0.1", 1), ("127.0.0.1", 2))

        def ask(where: tuple[Address, Address], expected: int) -> None:
            answers = [owners.owner_of(*where) for _ in range(200)]
            wrong.extend(answer for answer in answers if answer != expected)

        threads = [
            threading.Thread(target=ask, args=args)
            for args in [(found, os.getuid()), (gone, UNKNOWN)] * 4
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.close()
        accepted.close()
    assert wrong == []


def test_after_closing_nothing_is_told(owners: Owners) -> None:
    owners.close()
    assert owners.owner_of(("127.0.0.1", 1), ("127.0.0.1", 2)) == UNKNOWN
