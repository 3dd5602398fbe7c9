"""Which addresses a node may dial or let in, given where it listens.

Peer lists come from strangers.  Without these rules anyone could make a node knock at its
own machine, at the router of its home, or at a cloud's metadata service.  Of each of thousands
of feeds the same few addresses are asked about: what was found of the last ones is kept.

Networks: IANA special-purpose address registries (RFC 6890 and its updates).
"""

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from swarmfeed.core.base.limits import DIAL_PORT_MIN
from swarmfeed.core.base.spelling import HOSTS_KEPT_MAX
from swarmfeed.core.base.types import Endpoint

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LOOPBACK: Final[Sequence[Network]] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

_CLOUD: Final = IPv4Network("169.254.168.0/22")
"""Where clouds have their secrets: 169.254.169.254, 169.254.170.2 and what lies around them."""

_LINK_LOCAL: Final = tuple(IPv4Network("169.254.0.0/16").address_exclude(_CLOUD))
"""What two machines on one cable give themselves, where nobody gives out addresses."""

_SHARED: Final = IPv4Network("100.64.0.0/10")
"""What providers and private networks over the internet (such as Tailscale) give out: whose it
is nobody can tell by the address."""

_SHARED_CLOUD: Final = IPv4Network("100.100.100.0/24")
"""Where a cloud has its secrets."""

LAN: Final[Sequence[Network]] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    *_LINK_LOCAL,
    IPv6Network("fc00::/7"),
)
"""Private networks: open to a node that listens in that very network, and address by
address to what the person named."""

_ROOMS: Final[Sequence[Sequence[Network]]] = (
    *((each,) for each in LAN if each not in _LINK_LOCAL),
    _LINK_LOCAL,
    tuple(_SHARED.address_exclude(_SHARED_CLOUD)),
)
"""What is closed but for what was named, and what of it is one network."""

NEVER: Final[Sequence[Network]] = (
    IPv4Network("0.0.0.0/8"),  # this network, unspecified
    _SHARED_CLOUD,  # a cloud's metadata service
    IPv4Network("127.0.0.0/8"),  # loopback
    _CLOUD,  # metadata services
    IPv4Network("192.0.0.0/24"),  # protocol assignments
    IPv4Network("192.0.2.0/24"),  # documentation
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, withdrawn
    IPv4Network("198.18.0.0/15"),  # benchmarks
    IPv4Network("198.51.100.0/24"),  # documentation
    IPv4Network("203.0.113.0/24"),  # documentation
    IPv4Network("224.0.0.0/4"),  # multicast
    IPv4Network("240.0.0.0/4"),  # reserved, broadcast
    IPv6Network("::/3"),  # unspecified, loopback, and IPv4 in disguise (mapped, NAT64)
    IPv6Network("2001::/23"),  # protocol assignments, Teredo: IPv4 in disguise
    IPv6Network("2001:db8::/32"),  # documentation
    IPv6Network("2002::/16"),  # 6to4: IPv4 in disguise
    IPv6Network("3fff::/20"),  # documentation
    IPv6Network("4000::/2"),  # not assigned, as are the next four
    IPv6Network("8000::/2"),
    IPv6Network("c000::/3"),
    IPv6Network("e000::/4"),
    IPv6Network("f000::/5"),
    IPv6Network("f800::/6"),
    IPv6Network("fe00::/7"),  # link-local, site-local, multicast
)
"""Where nobody who listens outside loopback has a peer."""

OUTSIDE_LOOPBACK: Final[Sequence[tuple[str, str]]] = (
    ("0.0.0.0", "126.255.255.255"),  # noqa: S104 - a range, nobody binds it
    ("128.0.0.0", "255.255.255.255"),
    ("::", "::"),
    ("::2", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
)


@lru_cache(HOSTS_KEPT_MAX)
def is_loopback(host: str) -> bool:
    """Whether ``host`` is an address of this machine only; False for what is no address."""
    address = _parse_address(host)
    return address is not None and _is_in(address, LOOPBACK)


@lru_cache(HOSTS_KEPT_MAX)
def is_public(host: str) -> bool:
    """Whether ``host`` is an address that means the same to everybody; no name is one."""
    address = _parse_address(host)
    closed = (*NEVER, *LAN, _SHARED)
    return address is not None and not _is_in(address, closed)


@lru_cache(HOSTS_KEPT_MAX)
def is_private(host: str) -> bool:
    """Whether ``host`` is an address that means another machine in each private network."""
    address = _parse_address(host)
    return address is not None and _is_in(address, LAN)


@lru_cache(HOSTS_KEPT_MAX)
def is_shared(host: str) -> bool:
    """Whether ``host`` is an address of a provider's inside, or of a VPN."""
    address = _parse_address(host)
    return address is not None and address in _SHARED


def is_address(host: str) -> bool:
    """Whether ``host`` is an address and no name; one with a zone is none."""
    return _parse_address(host) is not None


def is_everywhere(host: str) -> bool:
    """Whether ``host`` stands for all addresses of this machine: ``0.0.0.0`` or ``::``."""
    address = _parse_address(host)
    return address is not None and address.is_unspecified


def is_reachable(endpoint: Endpoint, listen_host: str, named: Collection[str] = ()) -> bool:
    """Whether a node that listens at ``listen_host`` may dial ``endpoint`` or let it in.

    A node on loopback talks to loopback only.  Any other talks to public addresses, to its
    own private network, and to the private and shared addresses in ``named``: those that the
    person typed, and private ones nearby that were opened.
    Listening everywhere (``0.0.0.0``, ``::``) opens no private network.
    """
    address = _parse_address(endpoint.host)
    if address is None or not DIAL_PORT_MIN <= endpoint.port <= 65535:
        return False
    if is_loopback(listen_host):
        return _is_in(address, LOOPBACK)
    if _is_in(address, NEVER):
        return False
    return not _is_in(address, _closed_to(listen_host)) or address in _parse_all(named)


def blocked_ranges(listen_host: str, named: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the same rule as address ranges ``(first, last)``, both inclusive.

    Ranges do not overlap; each lies within one address family.  Ports are not part of it.
    """
    if is_loopback(listen_host):
        return list(OUTSIDE_LOOPBACK)
    ranges = [(str(network[0]), str(network[-1])) for network in NEVER]
    for network in _closed_to(listen_host):
        ranges += _around(network, _parse_all(named))
    return ranges


def _closed_to(listen_host: str) -> list[Network]:
    own = _parse_address(listen_host)
    closed = (room for room in _ROOMS if own is None or not _is_in(own, room))
    return [network for room in closed for network in room]


def _around(network: Network, holes: Collection[Address]) -> Iterator[tuple[str, str]]:
    """What is left of ``network`` when single addresses are cut out, as ranges in order."""
    start, last = int(network[0]), int(network[-1])
    kind = type(network[0])
    for hole in sorted({int(each) for each in holes if _is_in(each, (network,))}):
        if start < hole:
            yield str(kind(start)), str(kind(hole - 1))
        start = hole + 1
    if start <= last:
        yield str(kind(start)), str(kind(last))


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _parse_all(hosts: Collection[str]) -> list[Address]:
    return [address for host in hosts if (address := _parse_address(host)) is not None]


@lru_cache(HOSTS_KEPT_MAX)
def _parse_address(host: str) -> Address | None:
    """The address, or None; one with a zone (``fe80::1%eth0``) is none."""
    if "%" in host:
        return None
    try:
        return ip_address(host)
    except ValueError:
        return None
