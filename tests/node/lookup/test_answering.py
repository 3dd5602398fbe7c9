"""Searches of others: how many wait, and what of them is not answered."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.lookup.limits import SEARCHES_OF_PEER_MAX
from swarmfeed.core.lookup.words import Search, SearchRefused
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.role import LookupParts

pytestmark = pytest.mark.attack("A132")


class Asked:
    """A session of a peer whose answers are seen, and go out when the test says so."""

    def __init__(self, supernode: Neighbour, peer: Neighbour) -> None:
        session = supernode.running.ground.sessions.find(peer.identity.node_id)
        assert session is not None
        self.session: Session = session
        self.parts = supernode.running.parts(LookupParts)

    def ask(self, number: int, words: str = "tea") -> None:
        asked = Search(bytes([number]) * 8, words, (), 50)
        self.parts.searching.on_search(self.session, asked)

    @property
    def waiting(self) -> int:
        return self.parts.searching.waiting


async def two(street: Neighbourhood, *, serves: bool) -> tuple[Neighbour, Neighbour]:
    supernode = await street.move_in(relays=serves)
    peer = await street.move_in(knows=[supernode])
    await street.pass_time(1)
    return supernode, peer


def test_only_so_many_searches_of_a_peer_wait(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernode, peer = await two(street, serves=True)
        asked = Asked(supernode, peer)
        for number in range(SEARCHES_OF_PEER_MAX + 9):
            asked.ask(number)
            asked.ask(number)
        assert asked.waiting == SEARCHES_OF_PEER_MAX
        # Beside them one refusal, however many there were.
        assert len(asked.session.outbox) <= SEARCHES_OF_PEER_MAX + 1
        await street.pass_time(1)
        assert asked.waiting == 0

    in_neighbourhood(tmp_path, scenario)


def test_who_goes_leaves_no_search_behind(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernode, peer = await two(street, serves=True)
        asked = Asked(supernode, peer)
        asked.ask(1)
        await peer.stop()
        await street.pass_time(1)
        assert asked.waiting == 0

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("words", ["-tea", "is:what", "x" * 2_000])
def test_what_is_no_search_is_refused_in_words(tmp_path: Path, words: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        supernode, _ = await two(street, serves=True)
        searching = supernode.running.parts(LookupParts).searching
        refused = await searching.look(Search(bytes(8), words, (), 50))
        assert isinstance(refused, SearchRefused) and refused.reason

    in_neighbourhood(tmp_path, scenario)


def test_who_serves_nobody_looks_for_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        asked = Asked(*await two(street, serves=False))
        asked.ask(1)
        assert (asked.waiting, len(asked.session.outbox)) == (0, 1)
        await street.pass_time(1)
        assert len(asked.session.outbox) == 0

    in_neighbourhood(tmp_path, scenario)
