"""Which nodes fail together, as far as an address tells.

A hosting company, an access provider, a crowd of one liar's nodes: each has addresses next to
one another.  The network is coarse on purpose: to count two independent machines as one costs
a copy, to count one as two may cost the feed.
"""

from ipaddress import ip_address, ip_network
from typing import Final

from swarmfeed.core.net.reach import LAN, LOOPBACK

PREFIX_BITS: Final = {4: 16, 6: 32}
"""Length of the network that counts as one domain, by IP version."""


def domain_of(host: str) -> str:
    """Return the network of an address; inside loopback and private networks, the address.

    Args:
        host: An IP address in its canonical text form.
    """
    address = ip_address(host)
    if any(address in network for network in (*LOOPBACK, *LAN)):
        return host
    return str(ip_network((address, PREFIX_BITS[address.version]), strict=False))
