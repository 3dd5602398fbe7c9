"""What stands in place of the network offers all that the network does, and does nothing."""

import asyncio
from inspect import getmembers, isfunction
from pathlib import Path

import pytest
from swarmfeed import ports
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import RetryError
from swarmfeed.shell.offline import OfflineJobs, OfflineLinks, OfflineSwarm

PAIRS = [
    (ports.Swarm, OfflineSwarm),
    (ports.Links, OfflineLinks),
    (ports.Jobs, OfflineJobs),
]


@pytest.mark.parametrize(("port", "offline"), PAIRS, ids=lambda each: each.__name__)
def test_every_door_is_there(port: type, offline: type) -> None:
    offered = {name for name, _ in getmembers(port, isfunction) if name[0] != "_"}
    assert offered <= set(dir(offline))


def test_nothing_is_fetched_dialled_or_repeated(tmp_path: Path) -> None:
    swarm, links, jobs = OfflineSwarm(), OfflineLinks(), OfflineJobs()
    at = Endpoint("127.0.0.1", 1)
    for refused in (
        lambda: jobs.start([], print),
        lambda: asyncio.run(swarm.start(print)),
        lambda: asyncio.run(links.dial(at, None)),  # type: ignore[arg-type]
    ):
        with pytest.raises(RetryError, match="without the network"):
            refused()
    assert swarm.progress() == {} and swarm.progress_of(b"") is None and jobs.status() == []
