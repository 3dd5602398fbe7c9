"""Whose turn it is among endpoints that strangers told us of."""

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.dialling import in_turns, network_of
from swarmfeed.core.net.limits import TOLD_PER_HOST, TOLD_PER_NETWORK


def never(_: Endpoint) -> int:
    return 0


@pytest.mark.attack("A45")
def test_networks_have_their_turns_however_many_addresses_one_has() -> None:
    crowd = [Endpoint(f"203.0.113.{number}", 7000) for number in range(1, 201)]
    honest = [Endpoint("198.51.100.7", 7000), Endpoint("192.0.2.9", 7000)]
    turns = in_turns([*crowd, *honest], never)
    assert turns[:4] == [crowd[0], *honest, crowd[1]]
    assert len(turns) == TOLD_PER_NETWORK + 2


@pytest.mark.attack("A45")
def test_the_ports_of_one_machine_are_not_all_dialled() -> None:
    ports = [Endpoint("203.0.113.5", 2_000 + number) for number in range(500)]
    assert in_turns(ports, never) == ports[:TOLD_PER_HOST]


def test_who_failed_comes_after_who_was_never_dialled() -> None:
    failed, fresh = Endpoint("203.0.113.5", 7000), Endpoint("203.0.113.6", 7000)
    assert in_turns([failed, fresh, failed], lambda each: each == failed) == [fresh, failed]


def test_networks_are_what_one_provider_gives_to_one_customer() -> None:
    assert network_of("203.0.113.5") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("127.0.5.6") == "127.0.5.6"
