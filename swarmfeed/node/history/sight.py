"""What a node sees of others who hold something."""

from msgspec import Struct

from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.census import Census
from swarmfeed.node.history.demand import Demand
from swarmfeed.node.history.viewer import Viewer


class Sight(Struct, frozen=True, kw_only=True):
    """The parts that observe, and decide nothing."""

    board: NoticeBoard
    """What they say."""
    census: Census
    """Whether they are there, and true to their word."""
    demand: Demand
    """What is asked of them."""
    viewer: Viewer
    """All of that, put together for one feed."""
