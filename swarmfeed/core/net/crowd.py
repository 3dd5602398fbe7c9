"""Who may wait at the door: strangers that have proved nothing yet.

When there are too many, whoever waits longest goes, out of those whose address has most: an
honest node is through in two round trips and has one connection, a siege has to keep many.
"""

from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Generic, TypeVar

W = TypeVar("W", bound=Hashable)

IPV6_BITS: Final = 64
"""A household, or a single machine, has at least so many addresses to itself (RFC 6177)."""


class Crowd(Generic[W]):
    """A bounded number of strangers, each known by a name of its own.

    One call costs as much as there are addresses.
    """

    def __init__(self, most: int, most_of_one_address: int) -> None:
        self._most = most
        self._most_of_one_address = most_of_one_address
        self._by_address: dict[str, dict[W, None]] = {}
        self._address: dict[W, str] = {}

    def __len__(self) -> int:
        return len(self._address)

    def __contains__(self, who: W) -> bool:
        return who in self._address

    def enter(self, who: W, host: str) -> W | None:
        """Take a stranger in; returns the one who has to go for it, already forgotten."""
        address = address_of(host)
        there = self._by_address.setdefault(address, {})
        there[who] = None
        self._address[who] = address
        if len(there) > self._most_of_one_address:
            return self._drop_longest(there)
        if len(self._address) > self._most:
            return self._drop_longest(max(self._by_address.values(), key=len))
        return None

    def drop(self) -> W | None:
        """Forget whoever would have to go next, and return it; None when nobody is there."""
        if not self._address:
            return None
        return self._drop_longest(max(self._by_address.values(), key=len))

    def leave(self, who: W) -> None:
        """Forget one who is through, or gone; one who is not there is passed over."""
        address = self._address.pop(who, None)
        if address is None:
            return
        there = self._by_address[address]
        del there[who]
        if not there:
            del self._by_address[address]

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
