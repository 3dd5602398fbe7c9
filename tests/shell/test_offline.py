"""What stands in place of the network offers all that the network does, and only dials."""

import asyncio
from inspect import getmembers, isfunction

import pytest
from street.fakes.link import FakeNetwork
from swarmfeed import ports
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.talk.words import Hello
from swarmfeed.errors import RetryError
from swarmfeed.ports import Links, Peer
from swarmfeed.shell.offline import LinksOnDemand, OfflineJobs, OfflineSwarm

ME, HOLDER = NodeId(b"m" * 32), NodeId(b"h" * 32)

PAIRS = [
    (ports.Swarm, OfflineSwarm),
    (ports.Links, LinksOnDemand),
    (ports.Jobs, OfflineJobs),
]


@pytest.mark.parametrize(("port", "offline"), PAIRS, ids=lambda each: each.__name__)
def test_every_door_is_there(port: type, offline: type) -> None:
    offered = {name for name, _ in getmembers(port, isfunction) if name[0] != "_"}
    assert offered <= set(dir(offline))


def test_nothing_is_fetched_listened_to_or_repeated() -> None:
    network = FakeNetwork()
    links = LinksOnDemand(lambda: network.link(NodeId(bytes(32))))
    swarm, jobs, at = OfflineSwarm(), OfflineJobs(), Endpoint("127.0.0.1", 1)
    for refused in (
        lambda: jobs.start([], print),
        lambda: asyncio.run(swarm.start(print)),
        lambda: asyncio.run(links.listen(at, list, print)),  # type: ignore[arg-type]
    ):
        with pytest.raises(RetryError, match="without the network"):
            refused()
    assert swarm.progress() == {} and swarm.progress_of(b"") is None and jobs.status() == []


@pytest.mark.attack("A50")
def test_who_holds_the_own_feed_can_be_asked_before_anything_is_signed() -> None:
    """A command on an old copy of a home would sign a second history, and nobody be asked."""

    async def scene() -> None:
        network, opened = FakeNetwork(), []

        def open_links() -> Links:
            opened.append(network.link(ME))
            return opened[-1]

        holder, met = network.link(HOLDER), asyncio.Queue[Peer]()
        at = await holder.listen(
            Endpoint("127.0.0.1", 0), lambda: Hello(node_id=HOLDER), met.put
        )
        links = LinksOnDemand(open_links)
        assert opened == [] and links.dials_max > 0
        for _ in range(2):
            peer = await links.dial(at, Hello(node_id=ME))
            assert peer.hello.node_id == HOLDER
        assert len(opened) == 1
        await links.stop()
        await holder.stop()

    asyncio.run(scene())
