"""Who can be reached, as a relay knows it: those linked to it, and what other supernodes told.

    a node --here--> its relays --presence--> PRESENCE_COPIES other supernodes
    who seeks --locate--> its relays --locate--> all other supernodes they know

No list of all supernodes is needed, and nobody owns a name: copies and questions meet by
number, as in BubbleStorm (Terpstra, Kangasharju, Leng and Buchmann, 2007).
"""

from collections import Counter, OrderedDict
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.relay.limits import (
    LOCATED_MAX,
    LOCATORS_KEPT_MAX,
    PRESENCE_COPIES,
    PRESENCES_KEPT_MAX,
    PRESENCES_OF_ONE_MAX,
)
from swarmfeed.core.relay.locator import Locator
from swarmfeed.core.relay.words import RelayAt


class SeenLocator(Struct, frozen=True, kw_only=True):
    """A locator that was verified, and where the relay is that told it."""

    signed: bytes
    locator: Locator
    told_by: NodeId | None = None
    """The relay that did; None: the node itself."""
    relays: tuple[RelayAt, ...] = ()
    """Where relays that it names accept links, as far as was said."""


class Targets(Struct, frozen=True):
    """Who is looked for."""

    authors: frozenset[AuthorId] = frozenset()
    nodes: frozenset[NodeId] = frozenset()

    def __or__(self, other: "Targets") -> "Targets":
        return Targets(self.authors | other.authors, self.nodes | other.nodes)

    def __bool__(self) -> bool:
        return bool(self.authors or self.nodes)

    def is_met_by(self, locator: Locator) -> bool:
        """Whether that is somebody who is looked for."""
        return locator.author_id in self.authors or locator.node_id in self.nodes

    def without(self, found: Iterable[Locator]) -> "Targets":
        """Return who is looked for still."""
        met = tuple(found)
        return Targets(
            self.authors - {each.author_id for each in met},
            self.nodes - {each.node_id for each in met},
        )


class _Table:
    """Sightings by node, the one noted longest ago first, and by author."""

    def __init__(self) -> None:
        self.of: Final[OrderedDict[NodeId, SeenLocator]] = OrderedDict()
        self._devices: dict[AuthorId, set[NodeId]] = {}

    def put(self, sighting: SeenLocator) -> None:
        locator = sighting.locator
        self.pop(locator.node_id)
        self.of[locator.node_id] = sighting
        self._devices.setdefault(locator.author_id, set()).add(locator.node_id)

    def pop(self, node_id: NodeId) -> SeenLocator | None:
        known = self.of.pop(node_id, None)
        if known is not None:
            author_id = known.locator.author_id
            self._devices[author_id].discard(node_id)
            if not self._devices[author_id]:
                del self._devices[author_id]
        return known

    def find(self, sought: Targets) -> Iterator[SeenLocator]:
        for author_id in sorted(sought.authors & self._devices.keys()):
            yield from (self.of[each] for each in sorted(self._devices[author_id]))
        for node_id in sorted(sought.nodes & self.of.keys()):
            if self.of[node_id].locator.author_id not in sought.authors:
                yield self.of[node_id]


class Presences:
    """Keeps sightings, the newest of each node."""

    def __init__(self) -> None:
        self._here = _Table()
        self._told = _Table()
        self._told_by: Counter[NodeId] = Counter()

    def is_here(self, node_id: NodeId, now_ms: int) -> bool:
        """Whether a linked node said lately that it can be reached."""
        known = self._here.of.get(node_id)
        return known is not None and known.locator.counts(now_ms)

    def note_here(self, sighting: SeenLocator) -> bool:
        """A linked node can be reached by way of us; False: so many are here already."""
        is_known = sighting.locator.node_id in self._here.of
        if not is_known and len(self._here.of) >= LOCATORS_KEPT_MAX:
            return False
        self._here.put(sighting)
        return True

    def gone(self, node_id: NodeId) -> None:
        """A node is not linked any more."""
        self._here.pop(node_id)

    def note_told(self, sighting: SeenLocator) -> None:
        """Another supernode told of a node that is linked to it; no older word takes the
        place of a newer one, and nobody tells of more than so many."""
        node_id, teller = sighting.locator.node_id, sighting.told_by
        assert teller is not None, "what is told has a teller"
        known = self._told.of.get(node_id)
        if known is not None and known.locator.made_ms > sighting.locator.made_ms:
            return
        is_its_own = known is not None and known.told_by == teller
        if self._told_by[teller] >= PRESENCES_OF_ONE_MAX and not is_its_own:
            return
        self._forget(node_id)
        self._told.put(sighting)
        self._told_by[teller] += 1
        if len(self._told.of) > PRESENCES_KEPT_MAX:
            self._forget(next(iter(self._told.of)))

    def find(self, sought: Targets, now_ms: int) -> list[SeenLocator]:
        """Return who of them can be reached; those that are here first, LOCATED_MAX at most."""
        known = chain(self._here.find(sought), self._told.find(sought))
        return list(islice((one for one in known if one.locator.counts(now_ms)), LOCATED_MAX))

    def _forget(self, node_id: NodeId) -> None:
        known = self._told.pop(node_id)
        if known is not None and known.told_by is not None:
            self._told_by[known.told_by] -= 1
            if not self._told_by[known.told_by]:
                del self._told_by[known.told_by]


def keepers_of(author_id: AuthorId, supernodes: Collection[NodeId]) -> list[NodeId]:
    """Choose the supernodes that are told of an author's device: of those that two relays know
    they choose the same ones, so that a table is not spread over more than need it."""
    ranked = sorted(supernodes, key=lambda each: sha256(author_id + each).digest())
    return ranked[:PRESENCE_COPIES]
