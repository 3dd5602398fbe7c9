"""The port of the page, on both addresses of this machine.  Real sockets."""

import asyncio
import socket

import pytest
from swarmfeed.errors import UserError
from webui.listening import listen


def taken(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, 0), family=family)


def close(listening: list[socket.socket]) -> None:
    for each in listening:
        each.close()


def test_both_addresses_have_one_port() -> None:
    listening = asyncio.run(listen(0))
    names = [each.getsockname()[:2] for each in listening]
    close(listening)
    assert names == [("127.0.0.1", names[0][1]), ("::1", names[0][1])]


@pytest.mark.attack("A70")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_of_which_somebody_has_one_half_is_refused(host: str) -> None:
    with taken(host) as other:
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"cannot listen on {host}:{port}: .*another port"):
            asyncio.run(listen(port))
    close(asyncio.run(listen(port)))  # nothing was left open


@pytest.mark.attack("A70")
def test_a_machine_without_ipv6_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webui.listening.LISTENING", ("127.0.0.1", "2001:db8::1"))
    listening = asyncio.run(listen(0))
    names = [each.getsockname()[0] for each in listening]
    close(listening)
    assert names == ["127.0.0.1"]
