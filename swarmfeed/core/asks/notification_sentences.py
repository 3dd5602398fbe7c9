"""What faces say of notifications; the page calls them notices."""

from collections.abc import Callable
from typing import Final

from swarmfeed.core.asks.limits import REGARDING_COUNTED
from swarmfeed.core.asks.notifications import (
    ADMISSIONS,
    ASKS,
    BOOSTS,
    FOLLOWS,
    LIKES,
    REQUESTS,
    TYPES,
    Approach,
    Regard,
)
from swarmfeed.core.asks.reaction_sentences import NAMELESS
from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED
from swarmfeed.core.base.texts import Text

NEW_NOTICES: Final = Text("{notices:1 new notice|# new notices}")
MORE_NOTICES: Final = Text("{notices:1 new notice|# new notices} or more")
NO_NOTICES: Final = Text(
    "Nobody has answered, quoted, liked or followed you yet, in what is held here."
)
ANSWERED: Final = Text("answered you")
MENTIONED: Final = Text("mentioned you")
ANSWERED_AND_MENTIONED: Final = Text("answered and mentioned you")
QUOTED: Final = Text("quoted your post")
QUOTED_AND_MENTIONED: Final = Text("quoted your post and mentioned you")
ANSWERED_AND_QUOTED: Final = Text("answered you and quoted your post")
ANSWERED_QUOTED_AND_MENTIONED: Final = Text("answered you, quoted your post and mentioned you")
ONE: Final = Text("{one}")
TWO: Final = Text("{one} and {two}")
THREE: Final = Text("{one}, {two} and {three}")
MANY: Final = Text("{one}, {two} and {others:1 other|# others}")
VERY_MANY: Final = Text("{one}, {two} and {others:1 other|# others} or more")
LIKED_YOURS: Final = Text("{who} {people:likes|like} your post")
BOOSTED_YOURS: Final = Text("{who} boosted your post")
FOLLOW_YOU: Final = Text("{who} {people:follows|follow} you")
WROTE_FIRST: Final = Text("{who} wrote to you for the first time")
ASKS_TO_READ: Final = Text("{who} asks to be let into a circle of yours")
LET_YOU_IN: Final = Text("{who} let you into their circle {circle}")
LET_YOU_IN_SOMEWHERE: Final = Text("{who} let you into a circle")
NO_SUCH_TYPE: Final = Text("notices are of one of these types: {types}")
NO_SUCH_NOTICES: Final = Text(
    "notices are named as FEED/INDEX, or as they say themselves, with commas between,"
    " and at most {most} at once"
)
NUMBER: Final = Text("{notices:,}")
NUMBER_OR_MORE: Final = Text("{notices:,}+")
IS_NEW: Final = Text("new: {what}")


def how_many_new(notices: int) -> str:
    """How many notices are new; they are counted up to a bound."""
    is_all = notices < NOTIFICATIONS_COUNTED
    return (NEW_NOTICES if is_all else MORE_NOTICES)(notices=notices)


def how_many_short(notices: int) -> str:
    """The same as a number beside a word: ``12``, ``1,000+``."""
    return (NUMBER if notices < NOTIFICATIONS_COUNTED else NUMBER_OR_MORE)(notices=notices)


def no_such_type() -> str:
    """Of which types notices are."""
    return NO_SUCH_TYPE(types=", ".join(TYPES))


def what_it_does(*, answers: bool, mentions: bool, quotes: bool = False) -> str:
    """What somebody did by a post that answers the person, quotes or mentions them."""
    return _DONE[answers, quotes, mentions]()


def what_people_did(regard: Regard, mark: Callable[[str], str]) -> str:
    """``Ada, Rui and 5 others like your post``; ``mark`` makes a foreign name safe."""
    return _REGARDS[regard.type](who=together(regard, mark), people=regard.count)


def what_they_want(approach: Approach, mark: Callable[[str], str]) -> str:
    """``Ada asks to be let into a circle of yours``; ``mark`` makes a foreign name safe."""
    who = mark(approach.author_name) if approach.author_name else NAMELESS()
    if approach.type == ADMISSIONS and approach.words:
        return LET_YOU_IN(who=who, circle=mark(approach.words))
    return _APPROACHES[approach.type](who=who)


def together(regard: Regard, mark: Callable[[str], str]) -> str:
    """``Ada, Rui and 5 others``: the newest by name; more than three are counted."""
    names = [
        mark(each.author_name) if each.author_name else NAMELESS() for each in regard.people
    ]
    count = regard.count
    if count > len(names):
        more = VERY_MANY if count >= REGARDING_COUNTED else MANY
        return more(one=names[0], two=names[1], others=count - 2)
    told = dict(zip(("one", "two", "three"), names, strict=False))
    return (ONE, TWO, THREE)[len(names) - 1](**told)


_REGARDS: Final = {LIKES: LIKED_YOURS, BOOSTS: BOOSTED_YOURS, FOLLOWS: FOLLOW_YOU}

_APPROACHES: Final = {
    REQUESTS: WROTE_FIRST,
    ASKS: ASKS_TO_READ,
    ADMISSIONS: LET_YOU_IN_SOMEWHERE,
}

_DONE: Final = {
    (False, False, True): MENTIONED,
    (False, True, False): QUOTED,
    (False, True, True): QUOTED_AND_MENTIONED,
    (True, False, False): ANSWERED,
    (True, False, True): ANSWERED_AND_MENTIONED,
    (True, True, False): ANSWERED_AND_QUOTED,
    (True, True, True): ANSWERED_QUOTED_AND_MENTIONED,
}
"""By whether it answers, whether it quotes, and whether it mentions."""
