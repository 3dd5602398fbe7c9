"""Who shows themselves in the network of a fake desk."""

from typing import Final

from swarmfeed.core.asks.near import HideYourself, PeopleNear, ShowYourself, WhoIsNear
from swarmfeed.core.near.limits import SHOWN_S
from swarmfeed.core.near.sentences import how_shown

from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def who(desk: FakeWorld, _: WhoIsNear) -> PeopleNear:
    left_s = SHOWN_S if desk.is_shown else 0
    return PeopleNear(
        shown=desk.is_shown,
        left_s=left_s,
        sentence=how_shown(left_s=left_s, name=desk.authors[desk.me].name),
        people=desk.near if desk.is_shown else (),
        trouble=desk.near_trouble,
    )


def show(desk: FakeWorld, _: ShowYourself) -> PeopleNear:
    desk.is_shown = True
    return who(desk, WhoIsNear())


def hide(desk: FakeWorld, _: HideYourself) -> PeopleNear:
    desk.is_shown = False
    return who(desk, WhoIsNear())


NEAR: Final[Rows] = {WhoIsNear: who, ShowYourself: show, HideYourself: hide}
