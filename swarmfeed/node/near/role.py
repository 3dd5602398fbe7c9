"""The role of people who show themselves to others in their network."""

from collections.abc import Sequence

from swarmfeed.core.near.limits import LOOK_EVERY_S
from swarmfeed.core.near.words import BadgeShown
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import LinkClosed, LinkOpened, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.near.answers import NearAnswers
from swarmfeed.node.near.showing import ShowingNear
from swarmfeed.node.role import Role
from swarmfeed.ports import Job


def near_role(ground: Ground, _: Feeds) -> Role:
    """Make the role of one node."""
    showing = ShowingNear(ground)

    def jobs() -> Sequence[Job]:
        return (Job(name="near", run=showing.look, every_s=LOOK_EVERY_S),)

    return Role(
        name="near",
        parts=showing,
        hears=(hears(BadgeShown, showing.on_badge),),
        answers=NearAnswers(ground, showing).rows(),
        listens=(
            listens(LinkOpened, showing.on_opened),
            listens(LinkClosed, showing.on_closed),
        ),
        jobs=jobs,
    )
