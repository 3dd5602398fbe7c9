import pytest
from swarmfeed.core.net.limits import LINKS_OF_NETWORK_MIN, LINKS_SHARE_OF_NETWORK
from swarmfeed.core.net.opened import OpenedLinks

MOST = 256
SHARE = int(MOST * LINKS_SHARE_OF_NETWORK)


def filled(host: str, count: int, most: int = MOST) -> OpenedLinks:
    links = OpenedLinks(most)
    for _ in range(count):
        assert links.has_room(host)
        links.came(host)
    return links


@pytest.mark.attack("A155")
@pytest.mark.parametrize(
    ("crowd", "neighbour", "other"),
    [("8.8.0.1", "8.8.255.9", "8.9.0.1"), ("2001:db8::1", "2001:db8:9::1", "2001:db9::1")],
)
def test_a_network_has_its_share_and_others_have_room(
    crowd: str, neighbour: str, other: str
) -> None:
    links = filled(crowd, SHARE)
    assert not links.has_room(crowd) and not links.has_room(neighbour)
    assert links.has_room(other)
    links.gone(crowd)
    assert links.has_room(neighbour)


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.7", "10.1.2.3", "::1", ""])
def test_of_the_own_house_and_by_way_of_others_all_may_come(host: str) -> None:
    assert not filled(host, MOST).has_room(host)


def test_a_small_node_has_room_for_a_few_of_any_network() -> None:
    links = filled("8.8.0.1", LINKS_OF_NETWORK_MIN, most=LINKS_OF_NETWORK_MIN + 1)
    assert not links.has_room("8.8.0.1") and links.has_room("9.9.0.1")
    links.came("9.9.0.1")
    assert not links.has_room("7.7.0.1"), "there are no more in all"
