"""Who may wait at a door: strangers that have proved nothing yet, requests that come slowly.

When there are too many, whoever waits longest goes, out of those of the address (or session)
that has most: an honest one is through in a moment and is alone, a siege has to keep many.
"""

from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Generic, TypeVar

W = TypeVar("W", bound=Hashable)

IPV6_BITS: Final = 64
"""A household, or a single machine, has at least so many addresses to itself (RFC 6177)."""


class Crowd(Generic[W]):
    """A bounded number of those who wait, each of one origin.

    One call costs as much as there are origins.
    """

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._by_origin: dict[str, dict[W, None]] = {}
        self._origin: dict[W, str] = {}

    def __len__(self) -> int:
        return len(self._origin)

    def __contains__(self, who: W) -> bool:
        return who in self._origin

    def enter(self, who: W, origin: str) -> W | None:
        """Take one in; returns the one who has to go for it, already forgotten."""
        there = self._by_origin.setdefault(origin, {})
        there[who] = None
        self._origin[who] = origin
        if len(there) > self._most_of_one:
            return self._drop_longest(there)
        if len(self._origin) > self._most:
            return self.drop()
        return None

    def drop(self) -> W | None:
        """Forget whoever would have to go next, and return it; None when nobody is there."""
        if not self._origin:
            return None
        return self._drop_longest(max(self._by_origin.values(), key=len))

    def leave(self, who: W) -> None:
        """Forget one who is through, or gone; one who is not there is passed over."""
        origin = self._origin.pop(who, None)
        if origin is None:
            return
        there = self._by_origin[origin]
        del there[who]
        if not there:
            del self._by_origin[origin]

    def _drop_longest(self, there: dict[W, None]) -> W:
        who = next(iter(there))
        self.leave(who)
        return who


def address_of(host: str) -> str:
    """Return what counts as one address: IPv4 as it is, IPv6 by its network.

    Args:
        host: An IP address; of IPv6 with or without its zone.
    """
    address = ip_address(host.partition("%")[0])
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, IPV6_BITS), strict=False))
