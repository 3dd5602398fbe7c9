"""In which order endpoints that others told us of are dialled.

Whoever names two hundred false holders should not keep the true one waiting, nor have us dial
all ports of a machine that never heard of us.
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from itertools import chain, zip_longest
from typing import Final

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import TOLD_PER_HOST, TOLD_PER_NETWORK
from swarmfeed.core.net.reach import is_loopback

NEIGHBOURS_BITS: Final = {4: 24, 6: 48}
"""Length of the network whose addresses are cheap for whoever has one, by IP version."""


def in_turns(
    endpoints: Iterable[Endpoint], failures: Callable[[Endpoint], int]
) -> list[Endpoint]:
    """Order endpoints: one of each network in turn, those that failed least first.

    Of one host at most TOLD_PER_HOST are left, of one network TOLD_PER_NETWORK.

    Args:
        endpoints: The most promising first.
        failures: How often in a row one did not answer.
    """
    networks: dict[str, list[Endpoint]] = {}
    hosts: dict[str, int] = {}
    for endpoint in sorted(dict.fromkeys(endpoints), key=failures):
        of_host = hosts.get(endpoint.host, 0)
        neighbours = networks.setdefault(network_of(endpoint.host), [])
        if of_host < TOLD_PER_HOST and len(neighbours) < TOLD_PER_NETWORK:
            hosts[endpoint.host] = of_host + 1
            neighbours.append(endpoint)
    turns = chain.from_iterable(zip_longest(*networks.values()))
    return sorted((each for each in turns if each is not None), key=failures)


def network_of(host: str) -> str:
    """Return the network whose addresses share their turns; inside loopback, the address."""
    if is_loopback(host):
        return host
    version = ip_address(host).version
    return str(ip_network((host, NEIGHBOURS_BITS[version]), strict=False))
