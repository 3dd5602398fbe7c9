"""Who shows themselves in this network, as links tell it: bounded, first come first kept."""

from collections import Counter

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, Endpoint, NodeId
from swarmfeed.core.near.limits import (
    PEOPLE_MAX,
    PEOPLE_OF_ONE_HOST_MAX,
    PLACES_MAX,
    PLACES_OF_ONE_HOST_MAX,
)


class PersonHere(Struct, frozen=True, kw_only=True):
    """Somebody who shows themselves, on a device of theirs."""

    author_id: AuthorId
    name: str
    """As their badge says."""
    host: str
    """Where their link comes from, or leads to."""
    at: Endpoint | None
    """Where their node is dialled, as far as it says."""


class People:
    """Those who are there now."""

    def __init__(self) -> None:
        self._seen: dict[NodeId, PersonHere] = {}

    def all(self) -> list[PersonHere]:
        """Each person once, who came first first."""
        by_author: dict[AuthorId, PersonHere] = {}
        for each in self._seen.values():
            by_author.setdefault(each.author_id, each)
        return list(by_author.values())

    def show(self, node_id: NodeId, seen: PersonHere) -> bool:
        """Somebody came, or calls themselves otherwise; returns whether there was room."""
        others = [each for node, each in self._seen.items() if node != node_id]
        of_host = sum(each.host == seen.host for each in others)
        if len(others) >= PEOPLE_MAX or of_host >= PEOPLE_OF_ONE_HOST_MAX:
            return False
        self._seen[node_id] = seen
        return True

    def hide(self, node_id: NodeId) -> bool:
        """Somebody left, or shows themselves no longer; returns whether they were here."""
        return self._seen.pop(node_id, None) is not None

    def clear(self) -> None:
        self._seen.clear()


class PlacesShown:
    """Where the network says that nodes are: anybody in it may say so of any address."""

    def __init__(self) -> None:
        self._places: dict[Endpoint, None] = {}

    def all(self) -> list[Endpoint]:
        return list(self._places)

    def add(self, place: Endpoint) -> bool:
        """Returns whether it is new, and may be dialled: those that were named first stay, and
        have their turn in each round, however often they are named."""
        if place in self._places:
            return False
        of_host = Counter(each.host for each in self._places)[place.host]
        if len(self._places) >= PLACES_MAX or of_host >= PLACES_OF_ONE_HOST_MAX:
            return False
        self._places[place] = None
        return True

    def clear(self) -> None:
        self._places.clear()
