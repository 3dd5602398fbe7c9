"""Dialling: who rests after a failure, who is dialled now, and how long one may take to answer.

known    named by the person, met before: each round, after a rest
told of  by a peer or the DHT: one network after the other, so many and no more
"""

import asyncio
from collections.abc import Callable, Iterable

import structlog
from msgspec import Struct

from swarmfeed.core.base.limits import (
    HANDSHAKE_TIMEOUT_S,
    PEERS_DIALLED_MAX,
    RESTING_ENDPOINTS_MAX,
)
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.net.dialling import in_turns
from swarmfeed.core.net.limits import (
    DIAL_HEAD_START_S,
    DIAL_PATIENCE_S,
    TOLD_BURST,
    TOLD_PER_S,
    TOLD_REST_MS_MIN,
)
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import AlreadyLinkedError, RemoteError, RetryError
from swarmfeed.node.ground.nearby import Nearby
from swarmfeed.ports import Clock, Links, Peer

logger = structlog.get_logger()


class _Rest(Struct, frozen=True):
    """An endpoint that is left alone for a while, longer after each failure in a row."""

    failures: int
    until_ms: int


class Dialler:
    """Knocks at doors, and remembers who did not open."""

    def __init__(
        self,
        link: Links,
        nearby: Nearby,
        clock: Clock,
        own: Callable[[], Hello],
        is_linked: Callable[[NodeId], bool],
    ) -> None:
        """``own`` is what we say of ourselves, to whom ``is_linked`` is not true of yet."""
        self._link = link
        self._nearby = nearby
        self._clock = clock
        self._own = own
        self._is_linked = is_linked
        self._begun_ms: dict[Endpoint, int] = {}
        self._resting: dict[Endpoint, _Rest] = {}
        self._own_endpoints: set[Endpoint] = set()
        self._told = TokenBucket(TOLD_BURST, TOLD_PER_S, clock.monotonic_ms() / 1000)

    # --- choosing ---

    def may_dial(self, endpoint: Endpoint) -> bool:
        """Whether it is neither dialled, nor resting, nor ourselves, nor out of reach."""
        rest = self._resting.get(endpoint)
        return (
            endpoint not in self._begun_ms
            and endpoint not in self._own_endpoints
            and (rest is None or rest.until_ms <= self._clock.monotonic_ms())
            and self._nearby.is_reachable(endpoint)
        )

    def in_turns(self, told: Iterable[Endpoint]) -> list[Endpoint]:
        """Endpoints that strangers told us of, in the order in which they have their turn."""
        return in_turns((each for each in told if self.may_dial(each)), self._failures)

    def may_knock(self) -> bool:
        """Whether one more endpoint that a stranger told us of may be dialled now."""
        return self._told.take(1, self._clock.monotonic_ms() / 1000)

    def room(self, dialled: int) -> int:
        """How many more may be dialled, beside ``dialled`` links that came of it."""
        now_ms = self._clock.monotonic_ms()
        fresh = sum(
            now_ms - each < DIAL_HEAD_START_S * 1000 for each in self._begun_ms.values()
        )
        free = self._link.dials_max - len(self._begun_ms)
        left = min(PEERS_DIALLED_MAX - dialled - fresh, free)
        return max(left, 0)

    def is_dialling(self, endpoints: Iterable[Endpoint]) -> bool:
        """Whether one of these is being dialled now."""
        return any(each in self._begun_ms for each in endpoints)

    def has_failed(self, endpoint: Endpoint) -> bool:
        """Whether it did not answer lately, more than once, and rests."""
        rest = self._resting.get(endpoint)
        resting = rest is not None and rest.until_ms > self._clock.monotonic_ms()
        return resting and self._failures(endpoint) > 1

    # --- dialling ---

    def reserve(self, endpoints: Iterable[Endpoint]) -> None:
        """Keep others from dialling these: two rounds at once must not open two links each."""
        self._begun_ms.update(dict.fromkeys(endpoints, self._clock.monotonic_ms()))

    async def open(
        self, endpoint: Endpoint, *, told: bool = False, is_visit: bool = False
    ) -> Peer | NodeId | None:
        """Dial a reserved endpoint: a new link, who is linked already, or nobody."""
        own = self._own().as_visit() if is_visit else self._own()
        # Also after a success: a link that ends at once is not opened again at once.
        self._rest(endpoint, told=told)
        try:
            async with asyncio.timeout(self._patience_s(endpoint)):
                return await self._link.dial(endpoint, own, self._is_linked)
        except AlreadyLinkedError as found:
            return NodeId(found.node_id)
        except (RetryError, RemoteError, TimeoutError) as error:
            logger.debug("dial failed", endpoint=str(endpoint), reason=str(error))
            return None
        finally:
            self._begun_ms.pop(endpoint, None)

    # --- remembering ---

    def forget_failures(self, endpoint: Endpoint) -> None:
        """Dial it again at once: somebody just told us that it is there."""
        self._resting.pop(endpoint, None)

    def own_endpoints(self, endpoints: Iterable[Endpoint]) -> None:
        self._own_endpoints.update(endpoints)

    # --- inside ---

    def _failures(self, endpoint: Endpoint) -> int:
        rest = self._resting.get(endpoint)
        return rest.failures if rest is not None else 0

    def _patience_s(self, endpoint: Endpoint) -> float:
        if self._nearby.is_named(endpoint):
            return HANDSHAKE_TIMEOUT_S
        # The dial that is under way counts as a failure already.
        before = max(self._failures(endpoint) - 1, 0)
        return min(DIAL_PATIENCE_S << min(before, 4), HANDSHAKE_TIMEOUT_S)

    def _rest(self, endpoint: Endpoint, *, told: bool) -> None:
        """Wait twice as long after each failure, from 1 s to 5 min."""
        rest = self._resting.pop(endpoint, None)
        failures = min((rest.failures if rest else 0) + 1, 10)
        pause_ms = min(500 << failures, 300_000)
        if told:
            pause_ms = max(pause_ms, TOLD_REST_MS_MIN)
        self._resting[endpoint] = _Rest(failures, self._clock.monotonic_ms() + pause_ms)
        if len(self._resting) > RESTING_ENDPOINTS_MAX:
            del self._resting[next(iter(self._resting))]
