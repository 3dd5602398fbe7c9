"""Addresses: the table of the attack list, and the two forms of the rule against each other."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.reach import blocked_ranges, is_everywhere, is_loopback, is_reachable

from tests.examples import at_most

EVERYWHERE = "0.0.0.0"
LISTENERS = [
    *("127.0.0.5", "::1", EVERYWHERE, "::", "192.168.1.5", "fd00::5", "93.184.216.34"),
    *("169.254.3.4", "100.70.1.2"),
]
PORT = 6_881

hosts = st.one_of(
    st.ip_addresses(v=4),
    st.ip_addresses(v=6),
    st.ip_addresses(v=4, network="192.168.0.0/16"),
    st.ip_addresses(v=4, network="127.0.0.0/8"),
    st.ip_addresses(v=4, network="169.254.160.0/20"),
    st.ip_addresses(v=4, network="100.100.96.0/20"),
    st.ip_addresses(v=6, network="2001::/16"),
    st.ip_addresses(v=6, network="fd00::/16"),
).map(str)


def is_in_range(host: str, first: str, last: str) -> bool:
    address, low, high = ip_address(host), ip_address(first), ip_address(last)
    return address.version == low.version and int(low) <= int(address) <= int(high)


@pytest.mark.attack("A17")
@pytest.mark.parametrize(
    "host",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",  # a cloud's metadata service
        "127.0.0.1",
        "169.254.1.1",
        "169.254.169.254",  # a cloud's metadata service
        "172.31.255.255",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "100::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fd00:ec2::254",  # a cloud's metadata service
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "",
    ],
)
def test_nobody_sends_a_public_node_there(host: str) -> None:
    assert not is_reachable(Endpoint(host, PORT), EVERYWHERE)
    assert not is_reachable(Endpoint(host, PORT), "93.184.216.34")


@pytest.mark.parametrize(
    "host",
    ["8.8.8.8", "100.63.255.255", "100.128.0.0", "172.32.0.1", "2606:4700::1", "2003::1"],
)
def test_a_public_node_reaches_public_addresses(host: str) -> None:
    assert is_reachable(Endpoint(host, PORT), EVERYWHERE)
    assert is_reachable(Endpoint(host, PORT), "192.168.1.5")
    assert not is_reachable(Endpoint(host, PORT), "127.0.0.1")


@pytest.mark.parametrize(
    ("host", "reachable"),
    [("192.168.77.1", True), ("10.0.0.1", False), ("fd00::1", False), ("127.0.0.1", False)],
)
def test_a_node_in_a_private_network_reaches_that_one_only(host: str, reachable: bool) -> None:
    assert is_reachable(Endpoint(host, PORT), "192.168.1.5") is reachable


@pytest.mark.attack("A17")
@pytest.mark.parametrize(
    ("listen", "open_host", "never"),
    [
        ("169.254.3.4", "169.254.200.9", "169.254.169.254"),
        ("100.70.1.2", "100.127.9.9", "100.100.100.200"),
    ],
)
def test_who_listens_in_such_a_network_reaches_all_of_it_but_what_clouds_have_there(
    listen: str, open_host: str, never: str
) -> None:
    assert is_reachable(Endpoint(open_host, PORT), listen)
    assert not is_reachable(Endpoint(never, PORT), listen)
    assert not is_reachable(Endpoint("192.168.1.7", PORT), listen)


def test_a_named_private_address_is_open_and_its_neighbours_are_not() -> None:
    may_be = {"192.168.1.7", "fd00::7", "169.254.3.4", "100.70.1.2"}
    never = {"169.254.169.254", "169.254.170.2", "100.100.100.200", "127.0.0.1", "no address"}
    beside = ["192.168.1.6", "192.168.1.8", "fd00::6", "169.254.3.5", "100.70.1.3"]
    open_hosts = [
        host
        for host in [*sorted(may_be | never), *beside]
        if is_reachable(Endpoint(host, PORT), EVERYWHERE, may_be | never)
    ]
    assert open_hosts == sorted(may_be)


@pytest.mark.attack("A17")
@pytest.mark.parametrize("port", [-1, 0, 1, 25, 79, 443, 1023, 65536])
def test_ports_of_other_services_are_not_dialled(port: int) -> None:
    assert not is_reachable(Endpoint("8.8.8.8", port), EVERYWHERE)
    assert not is_reachable(Endpoint("127.0.0.1", port), "127.0.0.1")


def test_the_first_and_last_ports_for_everyone_are_dialled() -> None:
    assert is_reachable(Endpoint("8.8.8.8", 1024), EVERYWHERE)
    assert is_reachable(Endpoint("8.8.8.8", 65535), EVERYWHERE)


def test_a_node_on_loopback_reaches_loopback_only() -> None:
    assert is_reachable(Endpoint("127.9.9.9", PORT), "127.0.0.1")
    assert is_reachable(Endpoint("::1", PORT), "::1")
    assert not is_reachable(Endpoint("192.168.1.7", PORT), "127.0.0.1", {"192.168.1.7"})


@pytest.mark.attack("A17")
@given(hosts, st.sampled_from(LISTENERS), st.sets(hosts, max_size=3))
def test_ranges_and_rule_say_the_same(host: str, listen_host: str, named: set[str]) -> None:
    ranges = blocked_ranges(listen_host, named)
    blocked = any(is_in_range(host, first, last) for first, last in ranges)
    assert blocked is not is_reachable(Endpoint(host, PORT), listen_host, named)


@settings(max_examples=at_most(40))
@given(st.sampled_from(LISTENERS), st.sets(hosts, max_size=3))
def test_ranges_lie_apart(listen_host: str, named: set[str]) -> None:
    ranges = blocked_ranges(listen_host, named)
    for family in (IPv4Address, IPv6Address):
        pairs = [(ip_address(first), ip_address(last)) for first, last in ranges]
        ours = sorted((int(a), int(b)) for a, b in pairs if isinstance(a, family))
        assert all(isinstance(a, family) is isinstance(b, family) for a, b in pairs)
        assert all(a <= b for a, b in ours)
        assert all(end < start for (_, end), (start, _) in pairwise(ours))


@given(hosts)
def test_what_is_reachable_is_what_the_registries_call_global(host: str) -> None:
    if is_reachable(Endpoint(host, PORT), EVERYWHERE):
        assert ip_address(host).is_global
        assert not ip_address(host).is_multicast


def test_loopback_and_everywhere_are_told_apart() -> None:
    assert [h for h in [*LISTENERS, "localhost"] if is_loopback(h)] == ["127.0.0.5", "::1"]
    assert [h for h in [*LISTENERS, ""] if is_everywhere(h)] == [EVERYWHERE, "::"]
