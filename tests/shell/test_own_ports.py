"""What keeps a node from listening is said as it is, with what to do."""

import errno
import os
import socket
from collections.abc import Iterator

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import UserError
from swarmfeed.shell import own_ports
from swarmfeed.shell.own_ports import require_ports, with_one_port

TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM
NOBODY = 65_534


@pytest.fixture(params=[TCP, UDP])
def taken(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    with socket.socket(socket.AF_INET, request.param) as other:
        other.bind(("127.0.82.9", 0))
        if request.param == TCP:
            other.listen()
        yield Endpoint(*other.getsockname())


def test_a_port_of_another_program_is_told(taken: Endpoint) -> None:
    with pytest.raises(UserError) as refused:
        require_ports(taken, (TCP, UDP), "--swarm-port")
    assert str(refused.value) == (
        f"port {taken.port} of 127.0.82.9 is in use by another program; choose another with"
        " --swarm-port, or leave it out for any"
    )


@pytest.mark.parametrize("host", ["foo", "localhost", "127.0.0.1:80", ""])
def test_what_is_no_address_is_told(host: str) -> None:
    with pytest.raises(UserError, match=f"^{host} is not an IP address; .* --listen"):
        require_ports(Endpoint(host, 0), (TCP,), "--link-port")


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_an_address_of_another_machine_is_told(host: str) -> None:
    with pytest.raises(UserError, match=f"^{host} is not an address of this machine"):
        require_ports(Endpoint(host, 0), (TCP,), "--link-port")


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Root may use every port: be nobody meanwhile."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(user)


@pytest.mark.usefixtures("ordinary_user")
def test_a_port_that_the_system_keeps_is_told() -> None:
    with pytest.raises(UserError, match="port 1; choose one from 1024 up with --link-port"):
        require_ports(Endpoint("127.0.0.1", 1), (TCP,), "--link-port")


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_any_free_port_is_fine(host: str) -> None:
    require_ports(Endpoint(host, 0), (TCP, UDP), "--link-port")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_listens_everywhere_gets_one_port_for_all_cards(host: str) -> None:
    chosen = with_one_port(Endpoint(host, 0))
    assert chosen.host == host and chosen.port > 0
    require_ports(chosen, (socket.SOCK_STREAM, socket.SOCK_DGRAM), "--swarm-port")
    assert with_one_port(Endpoint(host, 7_000)) == Endpoint(host, 7_000)
    assert with_one_port(Endpoint("127.0.0.1", 0)) == Endpoint("127.0.0.1", 0)


def test_a_port_that_another_program_has_for_udp_is_not_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []
    really = own_ports._try

    def refuse_first(
        family: socket.AddressFamily, kind: socket.SocketKind, at: Endpoint
    ) -> None:
        tried.append(at.port)
        if len(tried) == 1:
            raise OSError(errno.EADDRINUSE, "in use")
        really(family, kind, at)

    monkeypatch.setattr(own_ports, "_try", refuse_first)
    assert with_one_port(Endpoint("0.0.0.0", 0)).port == tried[1]
    monkeypatch.setattr(own_ports, "_PORT_TRIES", 0)
    assert with_one_port(Endpoint("0.0.0.0", 0)).port == 0, "whoever listens says what is wrong"
