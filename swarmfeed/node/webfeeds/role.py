"""The role of feeds of the web: followed by URL, unsigned, and kept apart from all posts."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.webfeeds.limits import JOB_EVERY_S
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role
from swarmfeed.node.webfeeds.answers import WebFeedAnswers
from swarmfeed.node.webfeeds.kept import KeptFeeds
from swarmfeed.node.webfeeds.looking import SiteLooker
from swarmfeed.ports import Job


class WebFeedParts(Struct, frozen=True):
    """What the role is made of."""

    kept: KeptFeeds
    looking: SiteLooker


def webfeeds_role(ground: Ground, _: Feeds) -> Role:
    """Make the role of one node."""
    kept = KeptFeeds(ground)
    looking = SiteLooker(ground, kept)

    def jobs() -> Sequence[Job]:
        return (Job(name="web-feeds", run=looking.round, every_s=JOB_EVERY_S, jitter_s=5),)

    async def stop() -> None:
        ground.shells.web.reader.close()
        ground.shells.web.parser.close()
        kept.close()

    return Role(
        name="webfeeds",
        parts=WebFeedParts(kept, looking),
        answers=WebFeedAnswers(ground, kept, looking).rows(),
        jobs=jobs,
        start=kept.recall,
        stop=stop,
    )
