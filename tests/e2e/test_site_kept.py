"""A site that is kept up to date, by real processes: the command, and the node after it."""

from pathlib import Path

import pytest

from tests.e2e.nodes import Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_node_takes_up_the_sites_that_a_command_was_told_to_keep(tmp_path: Path) -> None:
    node, site = Node(tmp_path, "anna"), tmp_path / "site"
    node.command("post", "first words")
    told = node.command_json("export", "--site", str(site), "--keep")
    assert (told["posts"], told["kept"]) == (1, True)
    node.command("post", "second words")
    index = site / "index.html"
    assert "second words" not in index.read_text()
    node.start("--no-dht")
    try:
        node.wait_for("the site to be written", lambda: "second words" in index.read_text())
        (kept,) = node.command_json("export", "--sites")["sites"]
        assert (kept["path"], kept["posts"]) == (str(site), 2)
        jobs = {each["name"]: each for each in node.status()["jobs"]}
        assert "sites" in jobs
        node.kill()
        node.start("--no-dht")
        assert len(node.command_json("export", "--sites")["sites"]) == 1
        assert node.command_json("export", "--site", str(site), "--end") == {"sites": []}
    finally:
        node.stop()
