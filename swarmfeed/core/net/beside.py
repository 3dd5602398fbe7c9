"""Where this machine is in the networks it is part of, and who is in them beside it.

A link names both, so that people in one house meet without anybody's help; and a private
address in the link of somebody else means a machine of *this* network or nothing at all.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Interface, IPv4Network, ip_address

from swarmfeed.core.net.limits import OWN_PLACES_MAX
from swarmfeed.core.net.reach import is_private, is_public


def own_hosts(cards: Sequence[IPv4Interface]) -> tuple[str, ...]:
    """Addresses under which others may reach a machine that listens everywhere.

    Public ones first, then those of private networks, what a machine gave itself last, at most
    OWN_PLACES_MAX; what only means something to this machine, or its provider, is left out.

    Args:
        cards: In the order in which they are to be named.
    """
    hosts = list(dict.fromkeys(str(card.ip) for card in cards))
    public = [host for host in hosts if is_public(host)]
    private = [host for host in hosts if is_private(host)]
    private.sort(key=lambda host: ip_address(host).is_link_local)
    return (*public, *private)[:OWN_PLACES_MAX]


def networks(cards: Iterable[IPv4Interface]) -> list[IPv4Network]:
    """Return the private networks that this machine is part of."""
    return [card.network for card in cards if is_private(str(card.ip))]


def beside(hosts: Iterable[str], cards: Iterable[IPv4Interface]) -> list[str]:
    """Return those of private ``hosts`` that are in one network with this machine.

    A network's own address and the one for all in it are nobody's.
    """
    own = networks(cards)
    return [
        host
        for host in hosts
        if is_private(host)
        and any(
            ip_address(host) in network
            and (network.prefixlen > 30 or ip_address(host) not in (network[0], network[-1]))
            for network in own
        )
    ]
