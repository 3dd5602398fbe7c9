"""A node for the faces: the same answers each time, nothing on disk, no network."""

from typing import ClassVar

from street.fakes.circles import CIRCLES
from street.fakes.drafts import DRAFTS
from street.fakes.filters import FILTERS
from street.fakes.held import HELD
from street.fakes.in_short import IN_SHORT
from street.fakes.letters import LETTERS
from street.fakes.listening import LISTENING
from street.fakes.near import NEAR
from street.fakes.network import NETWORK
from street.fakes.papers import PAPERS
from street.fakes.people import PEOPLE
from street.fakes.posts import POSTS
from street.fakes.profile import PROFILE
from street.fakes.reactions import REACTIONS
from street.fakes.serving_history import SERVING_HISTORY
from street.fakes.table import Rows
from street.fakes.upkeep import UPKEEP
from street.fakes.webfeeds import WEBFEEDS
from street.fakes.withdrawing import WITHDRAWING
from street.fakes.world import FakeWorld


class FakeDesk(FakeWorld):
    """The desk of Ada, who follows three people: a table of rows for each topic."""

    ROWS: ClassVar[Rows] = {
        **CIRCLES,
        **DRAFTS,
        **FILTERS,
        **HELD,
        **IN_SHORT,
        **LETTERS,
        **LISTENING,
        **NEAR,
        **NETWORK,
        **PAPERS,
        **PEOPLE,
        **POSTS,
        **PROFILE,
        **REACTIONS,
        **SERVING_HISTORY,
        **UPKEEP,
        **WEBFEEDS,
        **WITHDRAWING,
    }
