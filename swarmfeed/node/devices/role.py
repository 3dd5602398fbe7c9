"""The role of one's own devices: adding, removing and naming them.  No peer hears of it; what
is signed travels as all certificates and entries do."""

from swarmfeed.node.devices.listing import DeviceList
from swarmfeed.node.devices.papers import PaperKeeper
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role


def devices_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    devices = DeviceList(ground, feeds.writer)
    return Role(
        name="devices",
        parts=devices,
        answers=(*devices.answers(), *PaperKeeper(ground).answers()),
        rows=devices.rows(),
        stop=devices.pairer.stop,
    )
