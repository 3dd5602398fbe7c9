"""What faces say of notifications; the page calls them notices."""

from typing import Final

from swarmfeed.core.base.texts import Text

NEW_NOTICES: Final = Text("{notices:1 new notice|# new notices}")
NO_NOTICES: Final = Text("Nobody has answered or mentioned you yet, in what is held here.")
ANSWERED: Final = Text("answered you")
MENTIONED: Final = Text("mentioned you")
ANSWERED_AND_MENTIONED: Final = Text("answered and mentioned you")
IS_NEW: Final = Text("new: {what}")


def what_it_does(*, answers: bool, mentions: bool) -> str:
    """What somebody did by a post that answers the person, or mentions them, or both."""
    if answers and mentions:
        return ANSWERED_AND_MENTIONED()
    return ANSWERED() if answers else MENTIONED()
