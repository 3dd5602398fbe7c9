"""The role of archives: posts of other places come in, and all that is own goes out."""

from swarmfeed.core.asks.archives import (
    BringArchiveIn,
    HowIsArchive,
    LeaveArchive,
    LookAtArchive,
)
from swarmfeed.core.asks.exports import ExportAll, ExportPost
from swarmfeed.node.archives.bringing import Bringing
from swarmfeed.node.archives.exporting import Exporting
from swarmfeed.node.archives.keeping import SiteKeeping
from swarmfeed.node.archives.single_posts import SinglePosts
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.desk import in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role

NAME = "archives"


def archives_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    bringing, keeping = Bringing(ground, feeds.importer), SiteKeeping(ground)
    return Role(
        name=NAME,
        parts=bringing,
        answers=(
            in_loop(HowIsArchive, bringing.how),
            in_loop(LookAtArchive, bringing.look),
            in_loop(BringArchiveIn, bringing.bring),
            in_loop(LeaveArchive, bringing.leave),
            in_loop(ExportAll, Exporting(ground).export),
            in_loop(ExportPost, SinglePosts(ground).export),
            *keeping.answers(),
        ),
        jobs=keeping.jobs,
        rows=(keeping.rows(),),
    )
