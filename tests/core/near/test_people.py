"""Who is there, within bounds."""

import pytest
from swarmfeed.core.base.types import AuthorId, Endpoint, NodeId
from swarmfeed.core.near.limits import (
    PEOPLE_MAX,
    PEOPLE_OF_ONE_HOST_MAX,
    PLACES_MAX,
    PLACES_OF_ONE_HOST_MAX,
)
from swarmfeed.core.near.people import People, PersonHere, PlacesShown


def node(number: int) -> NodeId:
    return NodeId(number.to_bytes(32, "big"))


def seen(number: int, host: str = "", name: str = "") -> PersonHere:
    return PersonHere(
        author_id=AuthorId(number.to_bytes(32, "big")),
        name=name or f"number {number}",
        host=host or f"10.0.{number // 200}.{number % 200 + 1}",
        at=None,
    )


def test_who_came_first_is_first_and_two_devices_are_one_person() -> None:
    people = People()
    assert people.show(node(1), seen(7)) and people.show(node(2), seen(8))
    assert people.show(node(3), seen(7, "10.0.9.9"))
    assert [each.author_id for each in people.all()] == [seen(7).author_id, seen(8).author_id]
    assert people.hide(node(1)) and not people.hide(node(1))
    assert people.all() == [seen(8), seen(7, "10.0.9.9")]


def test_who_calls_themselves_otherwise_is_there_once() -> None:
    people = People()
    people.show(node(1), seen(7))
    assert people.show(node(1), seen(7, name="Anna"))
    assert [each.name for each in people.all()] == ["Anna"]


@pytest.mark.attack("A329")
def test_a_crowd_that_was_made_up_drives_nobody_out() -> None:
    people = People()
    for number in range(2 * PEOPLE_MAX):
        assert people.show(node(number), seen(number)) is (number < PEOPLE_MAX)
    assert people.all()[0].name == "number 0"
    assert len(people.all()) == PEOPLE_MAX
    assert people.show(node(0), seen(0, name="Anna")), "who is there may change their name"


@pytest.mark.attack("A329")
def test_one_machine_has_room_for_few_people() -> None:
    people = People()
    shown = [people.show(node(n), seen(n, "10.0.0.7")) for n in range(20)]
    assert sum(shown) == PEOPLE_OF_ONE_HOST_MAX and people.show(node(99), seen(99))


@pytest.mark.attack("A329")
def test_the_network_may_show_any_number_of_places_and_few_are_dialled() -> None:
    places = PlacesShown()
    of_one = [places.add(Endpoint("10.0.0.1", 2_000 + n)) for n in range(20)]
    assert sum(of_one) == PLACES_OF_ONE_HOST_MAX
    for number in range(2 * PLACES_MAX):
        places.add(Endpoint(f"10.1.{number // 200}.{number % 200 + 1}", 2_000))
    assert len(places.all()) == PLACES_MAX
    assert not places.add(Endpoint("10.0.0.1", 2_000)), (
        "who is named again is not dialled for it"
    )
    places.clear()
    assert places.all() == []
