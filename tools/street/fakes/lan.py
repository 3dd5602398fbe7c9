"""A network in which nodes find each other at once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from swarmfeed.core.base.types import Endpoint

OnFound = Callable[[Endpoint], None]


@dataclass
class FakeNetwork:
    """Who is there: the nodes of one test."""

    present: dict[Endpoint, OnFound] = field(default_factory=dict)


class FakeLan:
    """Implements ``ports.Lan``."""

    def __init__(self, network: FakeNetwork, host: str = "127.0.0.1") -> None:
        self._network = network
        self._host = host
        self._own: Endpoint | None = None

    async def start(self, link_port: int, on_found: OnFound) -> None:
        assert self._own is None
        self._own = Endpoint(self._host, link_port)
        others = dict(self._network.present)
        self._network.present[self._own] = on_found
        for endpoint, on_other_found in others.items():
            on_other_found(self._own)
            on_found(endpoint)

    async def stop(self) -> None:
        if self._own is not None:
            del self._network.present[self._own]
            self._own = None
