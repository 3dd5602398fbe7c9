"""What a node says of itself."""

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import BadEncodingError
from swarmfeed.node.ground.introduction import Introduction
from swarmfeed.node.ground.settings import NodeSettings

from tests.node.rig import OWN


def test_ports_are_named_once_they_are_open() -> None:
    introduction = Introduction(NodeSettings(listen="127.0.2.5"), OWN)
    hello = introduction.hello()
    assert (hello.node_id, hello.hosts) == (OWN.node_id, ("127.0.2.5",))
    assert (hello.link_port, hello.swarm_port, introduction.endpoint()) == (0, 0, None)
    introduction.opened_swarm(8000)
    introduction.opened_link(7000)
    hello = introduction.hello()
    assert (hello.link_port, hello.swarm_port) == (7000, 8000)
    assert introduction.endpoint() == Endpoint("127.0.2.5", 7000)
    assert introduction.swarm_at() == (Endpoint("127.0.2.5", 8000),)


@pytest.mark.parametrize("listen", ["0.0.0.0", "::"])
def test_who_listens_everywhere_does_not_know_where_it_is(listen: str) -> None:
    introduction = Introduction(NodeSettings(listen=listen), OWN)
    introduction.opened_link(7000)
    introduction.opened_swarm(8000)
    assert introduction.hello().hosts == () and introduction.endpoint() is None
    assert introduction.swarm_at() == ()


def test_a_link_of_who_listens_everywhere_names_where_others_and_its_cards_say_it_is() -> None:
    hosts = ["192.168.1.5", "10.8.0.2"]
    introduction = Introduction(NodeSettings(), OWN, lambda: hosts)
    assert introduction.places() == (), "no link is taken yet"
    introduction.opened_link(7000)
    assert [each.host for each in introduction.places()] == hosts
    introduction.seen_at("93.184.216.34")
    assert introduction.places()[0] == Endpoint("93.184.216.34", 7000)
    introduction.seen_at("10.8.0.2")
    assert [each.host for each in introduction.places()] == ["10.8.0.2", "192.168.1.5"]
    introduction.seen_at("")
    hosts[:] = ["192.168.7.9"]
    assert introduction.places() == (Endpoint("192.168.7.9", 7000),), "the machine moved"


@pytest.mark.attack("A325")
def test_addresses_of_the_own_networks_stand_in_no_hello() -> None:
    introduction = Introduction(NodeSettings(), OWN, lambda: ["192.168.1.5"])
    introduction.opened_link(7000)
    assert introduction.hello().hosts == () and introduction.endpoint() is None


@pytest.mark.attack("A152")
def test_who_goes_by_a_proxy_tells_nobody_where_it_is() -> None:
    settings = NodeSettings(listen="127.0.2.5", proxy="socks5://127.0.0.1:9050")
    introduction = Introduction(settings, OWN, lambda: ["192.168.1.5"])
    introduction.opened_link(7000)
    introduction.opened_swarm(8000)
    hello = introduction.hello()
    assert (hello.hosts, hello.link_port, hello.swarm_port) == ((), 0, 0)
    assert (introduction.endpoint(), introduction.swarm_at()) == (None, ())
    assert introduction.places() == ()
    assert (introduction.link_port, introduction.swarm_port) == (0, 0)


def test_a_swarm_that_is_not_open_is_nowhere() -> None:
    assert Introduction(NodeSettings(listen="127.0.2.5"), OWN).swarm_at() == ()


def test_a_role_is_named_while_it_says_so() -> None:
    introduction, serving = Introduction(NodeSettings(), OWN), list[str]()
    introduction.add_role("history", lambda: bool(serving))
    introduction.add_role("silent", lambda: False)
    assert introduction.hello().roles == ()
    serving.append("now")
    assert introduction.hello().roles == ("history",)


def test_a_name_belongs_to_one_role() -> None:
    introduction = Introduction(NodeSettings(), OWN)
    introduction.add_role("history", lambda: True)
    with pytest.raises(ValueError, match="two roles are called history"):
        introduction.add_role("history", lambda: True)


@pytest.mark.parametrize("name", ["", "History", "two words", "h" * 500])
def test_a_name_is_a_word_that_peers_can_read(name: str) -> None:
    with pytest.raises(BadEncodingError, match="short lower-case word"):
        Introduction(NodeSettings(), OWN).add_role(name, lambda: False)
