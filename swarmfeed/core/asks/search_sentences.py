"""What people are told about a search: how much it found, and what it cannot find."""

from typing import Final

from swarmfeed.core.base.limits import SEARCH_BEST_OF, SEARCH_COUNT_MAX
from swarmfeed.core.base.texts import Text

FOUND: Final = Text("{posts:1 post|# posts} found")
NOTHING_FOUND: Final = Text("Nothing found in what is held here.")
NOBODY_OF_THAT_NAME: Final = Text(
    "Nobody who is known here is called {name}, so nothing was found from them."
)
FOUND_MORE: Final = Text("More than {posts:1 post|# posts} found")
BEST_OF: Final = Text("{found}; of the newest {most:1 post|# posts} the best come first")
GO_ON: Final = Text("{found}; the next ones: --before {cursor}")

TOO_MANY_OF_A_NAME: Final = Text(
    "more than {most} people here are called {name}; look for one of them by the address"
)


def what_was_found(count: int, *, best_first: bool = False) -> str:
    """How many posts a search found, as far as they were counted, and which are shown."""
    found = FOUND(posts=count)
    if count > SEARCH_COUNT_MAX:
        found = FOUND_MORE(posts=SEARCH_COUNT_MAX)
    is_choice = best_first and count > SEARCH_BEST_OF
    return BEST_OF(found=found, most=SEARCH_BEST_OF) if is_choice else found
