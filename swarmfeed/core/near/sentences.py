"""What people are told of those in the same network: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_WAY: Final = Text(
    "This machine cannot look for people in its network: it reaches others by a proxy, or"
    " listens to itself alone."
)
NO_NETWORK: Final = Text(
    "This machine is in no local network now. Join the network that the others are in, and try"
    " again."
)
NO_MULTICAST: Final = Text(
    "This network does not let machines find each other. Give each other your links, or let the"
    " others photograph your code."
)
LOOKED: Final = Text("{people:1 person shows|# people show} themselves in this network")
NOT_SHOWN: Final = Text("nobody is shown: you do not show yourself")
NOBODY_HERE: Final = Text("Nobody else shows themselves in this network yet.")
SHOWN_FOR: Final = Text(
    "Everybody in this network can see that you are here, as {name}, for"
    " {minutes:1 more minute|# more minutes}."
)
SHOWN_NO_MORE: Final = Text("You are shown to nobody in this network.")
NAMELESS: Final = Text("somebody without a name")


def how_shown(*, left_s: int, name: str) -> str:
    """Say whether, how and how long one is shown."""
    if left_s <= 0:
        return SHOWN_NO_MORE()
    return SHOWN_FOR(name=name or NAMELESS(), minutes=-(-left_s // 60))
