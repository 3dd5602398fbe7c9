"""The post that fills a chunk is saved and shown like any other."""

from pathlib import Path

import pytest
from swarmfeed import wiring
from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.node.ground.settings import NodeSettings


@pytest.mark.slow
def test_every_post_is_shown_as_soon_as_it_is_saved(tmp_path: Path) -> None:
    wiring.create_home(tmp_path, "Ann", "")
    with wiring.open_node(tmp_path, NodeSettings(network=False, dht=False), "") as node:
        # A home starts with two entries of its own.
        for number in range(CHUNK_ENTRIES + 1):
            assert node.publish_post(f"post {number}").text == f"post {number}"
        (feed,) = node.status().feeds
        assert feed.size == CHUNK_ENTRIES + 3
