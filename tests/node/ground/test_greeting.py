"""What a node says of itself."""

import pytest
from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.greeting import Greeting
from swarmfeed.node.ground.settings import NodeSettings

from tests.node.rig import OWN


def test_ports_are_named_once_they_are_open() -> None:
    greeting = Greeting(NodeSettings(listen="127.0.2.5"), OWN)
    hello = greeting.hello()
    assert (hello.node_id, hello.hosts) == (OWN.node_id, ("127.0.2.5",))
    assert (hello.link_port, hello.swarm_port, greeting.endpoint()) == (0, 0, None)
    greeting.opened_swarm(8000)
    greeting.opened_link(7000)
    hello = greeting.hello()
    assert (hello.link_port, hello.swarm_port) == (7000, 8000)
    assert greeting.endpoint() == Endpoint("127.0.2.5", 7000)


@pytest.mark.parametrize("listen", ["0.0.0.0", "::"])
def test_who_listens_everywhere_does_not_know_where_it_is(listen: str) -> None:
    greeting = Greeting(NodeSettings(listen=listen), OWN)
    greeting.opened_link(7000)
    assert greeting.hello().hosts == () and greeting.endpoint() is None


def test_a_role_is_named_while_it_says_so() -> None:
    greeting, serving = Greeting(NodeSettings(), OWN), list[str]()
    greeting.add_role("history", lambda: bool(serving))
    greeting.add_role("silent", lambda: False)
    assert greeting.hello().roles == ()
    serving.append("now")
    assert greeting.hello().roles == ("history",)
