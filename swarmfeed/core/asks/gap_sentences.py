"""What people are told of what is missing, and of asking for it."""

from collections.abc import Callable
from typing import Final

from swarmfeed.core.asks.gaps import Gap
from swarmfeed.core.asks.thread_sentences import NAMELESS
from swarmfeed.core.base.texts import Text

ASKED: Final = Text(
    "{machines:1 machine that is here now was|# machines that are here now were} asked."
    " What they have comes by itself."
)
NOBODY_HERE: Final = Text(
    "Nobody is here now who could be asked. It is asked for as soon as somebody is."
)
MORE_BELONGS_HERE: Final = Text("More of {name} belongs here")
HOW_MANY: Final = Text(
    "{posts:At most 1 post is|Up to # posts are} not on this machine yet."
    " What is missing comes as soon as somebody who has it is there."
)


def asked(machines: int) -> str:
    """What asking came to."""
    return ASKED(machines=machines) if machines else NOBODY_HERE()


def what_is_missing(gap: Gap, mark: Callable[[str], str]) -> str:
    """Whose it is; ``mark`` makes a foreign name safe."""
    return MORE_BELONGS_HERE(name=mark(gap.author_name) if gap.author_name else NAMELESS())


def how_much_is_missing(gap: Gap) -> str:
    """How much at most: an entry need not be a post."""
    return HOW_MANY(posts=gap.count)
