"""What people are told of people whom they may want to follow."""

from typing import Final

from swarmfeed.core.asks.thread_sentences import NAMELESS as NAMELESS
from swarmfeed.core.base.texts import Text

FOLLOWED_BY_ONE: Final = Text("Followed by {name}")
FOLLOWED_BY_TWO: Final = Text("Followed by {first} and {second}")
FOLLOWED_BY_MORE: Final = Text(
    "Followed by {first}, {second} and {more:1 more|# more} whom you follow"
)
NOBODY: Final = Text(
    "Nobody to suggest: those you follow follow nobody else, as far as is known."
)
