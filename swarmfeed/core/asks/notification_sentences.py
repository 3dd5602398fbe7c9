"""What faces say of notifications; the page calls them notices."""

from typing import Final

from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED
from swarmfeed.core.base.texts import Text

NEW_NOTICES: Final = Text("{notices:1 new notice|# new notices}")
MORE_NOTICES: Final = Text("{notices:1 new notice|# new notices} or more")
NO_NOTICES: Final = Text("Nobody has answered or mentioned you yet, in what is held here.")
ANSWERED: Final = Text("answered you")
MENTIONED: Final = Text("mentioned you")
ANSWERED_AND_MENTIONED: Final = Text("answered and mentioned you")
NO_SUCH_NOTICES: Final = Text(
    "notices are named as FEED/INDEX, with commas between, and at most {most} at once"
)
IS_NEW: Final = Text("new: {what}")


def how_many_new(notices: int) -> str:
    """How many notices are new; they are counted up to a bound."""
    is_all = notices < NOTIFICATIONS_COUNTED
    return (NEW_NOTICES if is_all else MORE_NOTICES)(notices=notices)


def how_many_short(notices: int) -> str:
    """The same as a number beside a word: ``12``, ``1,000+``."""
    return f"{notices:,}" + ("" if notices < NOTIFICATIONS_COUNTED else "+")


def what_it_does(*, answers: bool, mentions: bool) -> str:
    """What somebody did by a post that answers the person, or mentions them, or both."""
    if answers and mentions:
        return ANSWERED_AND_MENTIONED()
    return ANSWERED() if answers else MENTIONED()
