"""Private addresses: where this machine is in its own networks, and whose doors there are open.

A stranger's word opens none (``core.net.reach``).  These do, and only in a network that this
machine is part of: a link that the person gave, a node that the local network showed, somebody
who dialled us from there, and where we were linked before.
"""

from collections.abc import Callable, Collection, Iterable

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.beside import beside, networks, own_hosts
from swarmfeed.core.net.limits import NEARBY_MAX
from swarmfeed.core.net.reach import is_everywhere, is_private, is_reachable
from swarmfeed.node.ground.events import LinkOpened, Listens, listens
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.ports import Cards

Allow = Callable[[Collection[str]], None]
"""Has the swarm let in, and dial, these private addresses and no others."""


class Nearby:
    """Opens addresses one by one; belongs to one asyncio loop."""

    def __init__(self, settings: NodeSettings, cards: Cards, allow: Allow) -> None:
        self._listen = settings.listen
        self._peers = frozenset(settings.peers)
        self._hides = settings.proxy_at is not None
        """Whether others are dialled by a proxy, which is part of no network of ours."""
        self._cards = cards
        self._allow = allow
        self._opened: dict[str, None] = {}

    def rows(self) -> tuple[Listens, ...]:
        return (listens(LinkOpened, self._on_opened),)

    # --- looking ---

    def own_hosts(self) -> tuple[str, ...]:
        """Addresses of this machine, if it listens at all of them; looked up anew each time."""
        return own_hosts(self._cards()) if is_everywhere(self._listen) else ()

    def networks(self) -> frozenset[str]:
        """The private networks that this machine is in now; none where it is not to say so."""
        return frozenset() if self._hides else frozenset(map(str, networks(self._cards())))

    def is_beside(self, host: str) -> bool:
        """Whether an address is another machine's in one network with us, now."""
        return not self._hides and is_private(host) and bool(beside([host], self._cards()))

    def is_named(self, endpoint: Endpoint) -> bool:
        """Whether the person named a node there when this one was started."""
        return endpoint in self._peers

    def is_reachable(self, endpoint: Endpoint) -> bool:
        """Whether a node there may be dialled."""
        # Strangers tell of thousands: of hundreds that are open none but this one is read.
        return is_reachable(endpoint, self._listen, self._named() & {endpoint.host})

    # --- opening ---

    def start(self) -> None:
        """Have the swarm know whom the person named."""
        self._allow(self._named())

    def open(self, hosts: Iterable[str]) -> None:
        """Open those that are in one network with us; the oldest of NEARBY_MAX give way."""
        new = {each for each in hosts if is_private(each)} - self._opened.keys()
        if not new or self._hides:
            return
        found = beside(sorted(new), self._cards())
        self._opened |= dict.fromkeys(found)
        while len(self._opened) > NEARBY_MAX:
            del self._opened[next(iter(self._opened))]
        if found:
            self._allow(self._named())

    # --- inside ---

    def _named(self) -> frozenset[str]:
        return frozenset(each.host for each in self._peers) | self._opened.keys()

    def _on_opened(self, event: LinkOpened) -> None:
        """Whoever came from a network of ours is let into the swarm, too."""
        peer = event.session.peer
        if peer.remote is not None and not peer.outgoing:
            self.open([peer.remote.host])
