"""Which private addresses are open to a node that listens everywhere."""

from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Interface

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.limits import NEARBY_MAX
from swarmfeed.node.ground.events import LinkOpened
from swarmfeed.node.ground.nearby import Nearby
from swarmfeed.node.ground.settings import NodeSettings

from tests.node.rig import new_session

HOME = IPv4Interface("192.168.1.5/24")
HOUSE = IPv4Interface("10.1.2.3/16")


@dataclass
class House:
    """A node, the cards of its machine, and what its swarm was told to let in."""

    settings: NodeSettings = field(default_factory=NodeSettings)
    cards: list[IPv4Interface] = field(default_factory=lambda: [HOME])
    looked: int = 0
    let_in: list[Collection[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.nearby = Nearby(self.settings, self.look, self.let_in.append)

    def look(self) -> list[IPv4Interface]:
        self.looked += 1
        return self.cards

    def may_dial(self, host: str) -> bool:
        return self.nearby.is_reachable(Endpoint(host, 4_000))


def test_a_private_address_is_closed_until_something_of_our_own_names_it() -> None:
    house = House()
    assert not house.may_dial("192.168.1.7")
    house.nearby.open(["192.168.1.7"])
    assert house.may_dial("192.168.1.7") and not house.may_dial("192.168.1.8")
    assert [set(each) for each in house.let_in] == [{"192.168.1.7"}]


@pytest.mark.attack("A326")
def test_what_lies_in_another_network_stays_closed() -> None:
    house = House()
    house.nearby.open(["192.168.2.7", "10.0.0.1", "127.0.0.1", "169.254.169.254", "8.8.8.8"])
    assert house.let_in == [] and not house.may_dial("192.168.2.7")
    assert not house.may_dial("169.254.169.254")


@pytest.mark.attack("A326")
def test_an_open_address_is_not_dialled_at_ports_of_other_services() -> None:
    house = House()
    house.nearby.open(["192.168.1.1"])
    assert not house.nearby.is_reachable(Endpoint("192.168.1.1", 443))


def test_a_machine_that_moved_opens_what_is_beside_it_now() -> None:
    house = House()
    house.cards = [HOUSE]
    house.nearby.open(["192.168.1.7", "10.1.9.9"])
    assert house.may_dial("10.1.9.9") and not house.may_dial("192.168.1.7")


def test_what_is_open_or_public_costs_no_look_at_the_cards() -> None:
    house = House()
    house.nearby.open(["192.168.1.7"])
    for _ in range(3):
        house.nearby.open(["192.168.1.7", "8.8.8.8", "nowhere"])
    assert house.looked == 1 and len(house.let_in) == 1


def test_whom_the_person_named_at_the_start_is_open_wherever_they_are() -> None:
    bert = Endpoint("10.200.0.1", 4_000)
    house = House(NodeSettings(peers=(bert,)))
    house.nearby.start()
    house.nearby.open(["192.168.1.7"])
    assert house.nearby.is_named(bert) and house.nearby.is_reachable(bert)
    assert [set(each) for each in house.let_in] == [
        {"10.200.0.1"},
        {"10.200.0.1", "192.168.1.7"},
    ]


@pytest.mark.attack("A327")
def test_a_crowd_in_the_network_keeps_no_more_open_than_a_bound() -> None:
    house = House(cards=[HOUSE])
    for number in range(NEARBY_MAX + 20):
        house.nearby.open([f"10.1.{number // 200}.{number % 200 + 1}"])
    assert len(house.let_in[-1]) == NEARBY_MAX
    assert not house.may_dial("10.1.0.1") and house.may_dial("10.1.1.75")


def test_who_dials_us_from_our_network_is_let_into_the_swarm() -> None:
    house = House()
    (opened,) = house.nearby.rows()
    for number, host in enumerate(("192.168.1.9", "8.8.8.8", "10.0.0.9"), start=1):
        session, _ = new_session(number, host)
        opened.run(LinkOpened(session))
    assert [set(each) for each in house.let_in] == [{"192.168.1.9"}]


@pytest.mark.attack("A152")
def test_who_goes_by_a_proxy_opens_nothing_and_is_nowhere() -> None:
    house = House(NodeSettings(proxy="socks5://127.0.0.1:9050"))
    house.nearby.open(["192.168.1.7"])
    assert house.let_in == [] and not house.may_dial("192.168.1.7")


def test_who_listens_at_one_address_names_no_other() -> None:
    assert House(NodeSettings(listen="192.168.1.5")).nearby.own_hosts() == ()
    assert House().nearby.own_hosts() == ("192.168.1.5",)
