"""The role of catching up: one question for all news, asked and answered."""

from swarmfeed.core.catchup.words import CatchUp, CaughtUp, Lacked, NightNews
from swarmfeed.node.catchup.catching import Catching
from swarmfeed.node.catchup.telling import Telling
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    HeadGrew,
    LinkClosed,
    LinkStays,
    ParentCame,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.role import Role


def catchup_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    telling, catching = Telling(ground, feeds.holder), Catching(ground, feeds)
    return Role(
        name="catchup",
        parts=catching,
        hears=(
            hears(CatchUp, telling.on_question),
            hears(NightNews, catching.on_news),
            hears(Lacked, catching.on_lacked),
            hears(CaughtUp, catching.on_caught_up),
        ),
        listens=(
            listens(LinkStays, catching.on_stays),
            listens(LinkClosed, catching.on_close),
            listens(LinkClosed, telling.on_close),
            listens(ParentCame, catching.on_parent),
            listens(HeadGrew, catching.on_head),
        ),
    )
