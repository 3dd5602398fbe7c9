"""What people ask of supernodes where no node runs."""

from pathlib import Path

import pytest
from swarmfeed import wiring
from swarmfeed.core.asks.supernodes import Supernodes
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings


def test_a_home_that_is_only_opened_stands_nowhere(tmp_path: Path) -> None:
    wiring.create_home(tmp_path, "Ada", "")
    with (
        wiring.open_node(tmp_path, NodeSettings(network=False, dht=False), "") as desk,
        pytest.raises(UserError, match="no node is running here"),
    ):
        desk.ask(Supernodes())
