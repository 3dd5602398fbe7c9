"""``swarmfeed jobs``."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.annas_desk import AnnasDesk

Run = Callable[..., Result]


def test_jobs_say_when_and_what_they_decided(run: Run) -> None:
    lines = run("jobs").stdout.splitlines()
    assert lines[1].split() == ["announce", "1", "min", "just", "now", "told", "3"]
    (job,) = json.loads(run("jobs", "--json").stdout)
    assert (job["name"], job["every_s"], job["last_result"]) == ("announce", 60, "told 3")


def test_without_a_running_node_there_are_no_jobs(run: Run, node: AnnasDesk) -> None:
    node.runs = False
    refused = run("jobs")
    assert refused.exit_code == 1
    assert "no node is running here" in refused.stderr
