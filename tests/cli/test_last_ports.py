"""A restarted node is found where it was, if it still can be there."""

import socket
from pathlib import Path

import pytest
from street.fakes.anna import ANNA
from swarmfeed.cli.last_ports import recall, remember
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.types import Endpoint
from swarmfeed.node.ground.home import Ready
from swarmfeed.node.ground.settings import NodeSettings

LOCAL = NodeSettings(listen="127.0.0.1")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def ready(link_port: int, page_port: int) -> Ready:
    supernode = Endpoint("93.184.216.34", 7)
    return Ready(
        page_link=f"http://127.0.0.1:{page_port}/login?token=t",
        link=format_link(Link(ANNA, "Anna", (supernode,))),
        link_port=link_port,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


def test_the_first_start_takes_any_port(home: Path) -> None:
    assert recall(home, LOCAL) == LOCAL


def test_the_next_start_takes_the_same_ports(home: Path) -> None:
    link_port, page_port = free_port(), free_port()
    remember(home, ready(link_port, page_port))
    found = recall(home, LOCAL)
    assert (found.link_port, found.page_port) == (link_port, page_port)


def test_a_port_that_is_asked_for_wins(home: Path) -> None:
    remember(home, ready(free_port(), free_port()))
    asked = NodeSettings(listen="127.0.0.1", link_port=1, page_port=2)
    assert recall(home, asked) == asked


def test_a_port_that_is_taken_is_not_insisted_on(home: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        remember(home, ready(int(other.getsockname()[1]), free_port()))
        assert recall(home, LOCAL).link_port == 0


def test_a_port_of_which_somebody_has_the_other_half_is_not_insisted_on(home: Path) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as other:
        remember(home, ready(free_port(), int(other.getsockname()[1])))
        assert recall(home, LOCAL).page_port == 0


@pytest.mark.parametrize("content", ["", "[]", "{", '{"link": "x", "page": 65536}', "\udcff"])
def test_a_damaged_note_is_as_good_as_none(home: Path, content: str) -> None:
    path = home / "run" / "ports.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    assert recall(home, LOCAL) == LOCAL


def test_a_home_that_cannot_be_written_does_not_stop_the_node(tmp_path: Path) -> None:
    remember(tmp_path / "gone", ready(1, 2))
