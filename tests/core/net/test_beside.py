"""Where a machine is in its networks, and which private addresses are beside it."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.net.beside import beside, own_hosts
from swarmfeed.core.net.limits import OWN_PLACES_MAX
from swarmfeed.core.net.reach import LAN, is_public

HOME = IPv4Interface("192.168.1.5/24")
TUNNEL = IPv4Interface("10.8.0.2/32")
OFFICE = IPv4Interface("10.1.2.3/16")

private = st.one_of(
    *(st.ip_addresses(v=4, network=each) for each in LAN if isinstance(each, IPv4Network))
).map(str)
cards = st.builds(
    lambda host, length: IPv4Interface(f"{host}/{length}"),
    st.one_of(private, st.ip_addresses(v=4).map(str)),
    st.integers(8, 32),
)


def test_a_machine_is_at_its_public_addresses_and_then_at_those_of_its_networks() -> None:
    server = IPv4Interface("93.184.216.34/24")
    assert own_hosts([HOME, TUNNEL, server, HOME]) == (
        "93.184.216.34",
        "192.168.1.5",
        "10.8.0.2",
    )


@pytest.mark.attack("A325")
@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.9", "100.64.0.9", "0.0.0.0"])
def test_what_means_something_else_to_everybody_is_no_place_of_ours(host: str) -> None:
    assert own_hosts([IPv4Interface(f"{host}/16")]) == ()


def test_a_machine_with_very_many_addresses_names_a_few() -> None:
    many = [IPv4Interface(f"10.0.{number}.1/24") for number in range(50)]
    assert own_hosts(many) == tuple(str(each.ip) for each in many[:OWN_PLACES_MAX])


@pytest.mark.attack("A326")
@pytest.mark.parametrize(
    ("host", "is_beside"),
    [
        ("192.168.1.7", True),
        ("192.168.1.5", True),  # another node on this very machine
        ("192.168.1.0", False),  # the network
        ("192.168.1.255", False),  # all in it
        ("192.168.2.7", False),
        ("10.1.99.99", True),
        ("10.2.0.1", False),
        ("172.17.0.1", False),
        ("8.8.8.8", False),  # open to everybody anyway
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("fd00::7", False),
        ("192.168.1.7%eth0", False),
        ("router.home", False),
        ("", False),
    ],
)
def test_only_private_addresses_of_the_own_networks_are_beside(
    host: str, is_beside: bool
) -> None:
    assert beside([host], [HOME, OFFICE]) == ([host] if is_beside else [])


CABLE = IPv4Interface("169.254.3.4/16")


@pytest.mark.attack("A326")
def test_two_machines_on_one_cable_are_beside_each_other_and_no_cloud_is() -> None:
    asked = ["169.254.200.9", "169.254.169.254", "169.254.170.2", "169.254.255.255"]
    assert beside(asked, [CABLE]) == ["169.254.200.9"]
    assert beside(asked, [HOME, IPv4Interface("169.254.20.10/32")]) == []
    assert own_hosts([CABLE, HOME]) == ("192.168.1.5", "169.254.3.4")


def test_a_network_of_two_has_no_address_for_all() -> None:
    assert beside(["10.9.0.0", "10.9.0.1"], [IPv4Interface("10.9.0.0/31")]) == [
        "10.9.0.0",
        "10.9.0.1",
    ]


@pytest.mark.attack("A326")
def test_a_card_with_a_public_address_opens_nothing_private() -> None:
    assert beside(["10.0.0.1"], [IPv4Interface("9.0.0.1/6")]) == []


@given(st.lists(private, max_size=5), st.lists(cards, max_size=4))
def test_what_is_beside_lies_in_a_network_of_a_card(
    hosts: list[str], own: list[IPv4Interface]
) -> None:
    found = beside(hosts, own)
    assert set(found) <= set(hosts)
    for host in found:
        assert any(IPv4Address(host) in card.network for card in own)


@given(st.lists(cards, max_size=12))
def test_places_are_few_each_once_and_public_ones_first(own: list[IPv4Interface]) -> None:
    places = own_hosts(own)
    assert len(set(places)) == len(places) <= OWN_PLACES_MAX
    assert sorted(places, key=is_public, reverse=True) == list(places)
    assert set(places) <= {str(card.ip) for card in own}
