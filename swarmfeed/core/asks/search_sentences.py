"""What people are told about a search: how much it found, and what it cannot find."""

from typing import Final

from swarmfeed.core.base.limits import SEARCH_COUNT_MAX
from swarmfeed.core.base.texts import Text

FOUND: Final = Text("{posts:1 post|# posts} found")
NOTHING_FOUND: Final = Text("Nothing found in what is held here.")
NOBODY_OF_THAT_NAME: Final = Text(
    "Nobody who is known here is called {name}, so nothing was found from them."
)
FOUND_MORE: Final = Text("More than {posts:1 post|# posts} found")
GO_ON: Final = Text("{found}; the next ones: --before {cursor}")

TOO_MANY_OF_A_NAME: Final = Text(
    "more than {most} people here are called {name}; look for one of them by the address"
)


def what_was_found(count: int) -> str:
    """How many posts a search found, as far as they were counted."""
    if count > SEARCH_COUNT_MAX:
        return FOUND_MORE(posts=SEARCH_COUNT_MAX)
    return FOUND(posts=count)
