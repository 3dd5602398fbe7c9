"""Who can be reached, as a relay knows it: whose word counts, how long, and how much."""

import pytest
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.relay.limits import (
    LOCATED_MAX,
    LOCATOR_LASTS_MS,
    LOCATORS_KEPT_MAX,
    PRESENCE_COPIES,
    PRESENCES_OF_ONE_MAX,
)
from swarmfeed.core.relay.locator import Locator
from swarmfeed.core.relay.presences import Presences, SeenLocator, Targets, keepers_of
from swarmfeed.core.relay.words import RelayAt

RELAY, OTHER = NodeId(b"r" * 32), NodeId(b"o" * 32)
AT = RelayAt(RELAY, Endpoint("203.0.113.7", 7000))


def author(number: int) -> AuthorId:
    return AuthorId(number.to_bytes(32, "big"))


def sighting(
    number: int, *, told_by: NodeId | None = None, made_ms: int = 0, of: int | None = None
) -> SeenLocator:
    locator = Locator(
        author_id=author(number if of is None else of),
        feed_id=FeedId(bytes(32)),
        node_id=NodeId(number.to_bytes(32, "big")),
        made_ms=made_ms,
        relays=(RELAY,),
    )
    return SeenLocator(signed=b"%d %d" % (number, made_ms), locator=locator, told_by=told_by)


def of_authors(*numbers: int) -> Targets:
    return Targets(authors=frozenset(map(author, numbers)))


def test_devices_are_found_by_author_and_by_node_each_once() -> None:
    presences = Presences()
    first, second = sighting(1, of=9), sighting(2, of=9, told_by=RELAY)
    assert presences.note_here(first)
    presences.note_told(second)
    assert presences.find(of_authors(9), 0) == [first, second]
    both = Targets(frozenset({author(9)}), frozenset({first.locator.node_id}))
    assert presences.find(both, 0) == [first, second]
    assert presences.find(Targets(nodes=frozenset({second.locator.node_id})), 0) == [second]
    assert presences.find(of_authors(1, 2), 0) == []


def test_what_is_old_counts_no_more_and_who_is_gone_is_not_here() -> None:
    presences = Presences()
    presences.note_here(sighting(1))
    node_id = sighting(1).locator.node_id
    assert presences.is_here(node_id, LOCATOR_LASTS_MS - 1)
    assert not presences.is_here(node_id, LOCATOR_LASTS_MS)
    assert presences.find(of_authors(1), LOCATOR_LASTS_MS) == []
    presences.gone(node_id)
    assert not presences.is_here(node_id, 0)
    presences.gone(node_id)


def test_an_older_word_does_not_take_the_place_of_a_newer_one() -> None:
    presences = Presences()
    newer = sighting(1, told_by=RELAY, made_ms=20)
    presences.note_told(newer)
    presences.note_told(sighting(1, told_by=OTHER, made_ms=10))
    assert presences.find(of_authors(1), 20) == [newer]


@pytest.mark.attack("A150")
def test_one_supernode_that_tells_of_many_takes_no_room_of_another() -> None:
    presences = Presences()
    honest = sighting(0, told_by=OTHER)
    presences.note_told(honest)
    for number in range(1, PRESENCES_OF_ONE_MAX + 100):
        presences.note_told(sighting(number, told_by=RELAY))
    assert presences.find(of_authors(0), 0) == [honest]
    assert len(presences.find(of_authors(PRESENCES_OF_ONE_MAX), 0)) == 1
    assert presences.find(of_authors(PRESENCES_OF_ONE_MAX + 1), 0) == []
    again = sighting(1, told_by=RELAY, made_ms=5)
    presences.note_told(again)
    assert presences.find(of_authors(1), 5) == [again]


@pytest.mark.attack("A150")
def test_so_many_are_here_and_no_more_and_so_many_are_told() -> None:
    presences = Presences()
    for number in range(LOCATORS_KEPT_MAX):
        assert presences.note_here(sighting(number, of=0))
    assert not presences.note_here(sighting(LOCATORS_KEPT_MAX, of=0))
    assert presences.note_here(sighting(0, of=0, made_ms=1))
    assert len(presences.find(of_authors(0), 0)) == LOCATED_MAX


def test_of_those_that_are_told_the_oldest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swarmfeed.core.relay.presences.PRESENCES_KEPT_MAX", 3)
    presences = Presences()
    for number in (1, 2, 3, 1, 4):
        presences.note_told(sighting(number, told_by=RELAY))
    found = presences.find(of_authors(1, 2, 3, 4), 0)
    assert [each.locator.author_id for each in found] == [author(1), author(3), author(4)]


def test_relays_that_know_the_same_supernodes_tell_the_same() -> None:
    known = [NodeId(bytes([number]) * 32) for number in range(24)]
    chosen = keepers_of(author(1), known)
    assert len(chosen) == PRESENCE_COPIES
    assert keepers_of(author(1), known[::-1]) == chosen
    others = {each for number in range(30) for each in keepers_of(author(number), known)}
    assert len(others) == len(known)
    assert sorted(keepers_of(author(1), known[:2])) == known[:2]


def test_who_is_found_is_sought_no_more() -> None:
    sought = of_authors(1, 2) | Targets(nodes=frozenset({sighting(3).locator.node_id}))
    assert sought.is_met_by(sighting(3).locator)
    left = sought.without([sighting(1).locator, sighting(3).locator])
    assert left == of_authors(2)
    assert left
    assert not left.without([sighting(2).locator])
