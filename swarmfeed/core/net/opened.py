"""Links that others opened: so many in all, and of one network no more than its share."""

from collections import Counter

from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.net.limits import LINKS_OF_NETWORK_MIN, LINKS_SHARE_OF_NETWORK


class OpenedLinks:
    """Counts them; who is in the own house, or comes by way of another node, has no network."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._near_most = max(LINKS_OF_NETWORK_MIN, int(LINKS_SHARE_OF_NETWORK * most))
        self._count = 0
        self._near = Counter[str]()

    def has_room(self, host: str) -> bool:
        """Whether one more may come from an address; empty: nobody knows from where."""
        network = _network_of(host)
        is_near_full = bool(network) and self._near[network] >= self._near_most
        return self._count < self._most and not is_near_full

    def came(self, host: str) -> None:
        self._count += 1
        self._near[_network_of(host)] += 1

    def gone(self, host: str) -> None:
        network = _network_of(host)
        self._count -= 1
        self._near[network] -= 1
        if not self._near[network]:
            del self._near[network]


def _network_of(host: str) -> str:
    network = domain_of(host) if host else ""
    return "" if network == host else network
