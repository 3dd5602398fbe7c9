"""What people are told about likes, boosts and quotes."""

from collections.abc import Callable
from typing import Final

from swarmfeed.core.asks.posts import UNSHOWN, WITHDRAWN, BoostedBy, PostView, Quoted
from swarmfeed.core.asks.reactions import OwnReaction
from swarmfeed.core.base.texts import Text
from swarmfeed.core.base.types import AuthorId

LIKED: Final = Text("You like it. Everybody who can read it can see that.")
UNLIKED: Final = Text("You do not like it any more.")
BOOSTED: Final = Text("You boosted it: those who follow you, and can read it, see it.")
UNBOOSTED: Final = Text("Your boost is taken back.")
NOT_OF_WITHDRAWN: Final = Text("that post was withdrawn: there is nothing to react to")
TAKE_IT_BACK: Final = Text(
    "that post cannot be read here any more; 'swarmfeed take-back POST' takes back that you"
    " like or boosted it"
)
NOTHING_LEFT: Final = Text("as far as is known here, you neither like nor boosted that post")
TAKEN_BACK: Final = Text("Taken back: who still has that post does not see it there any more.")
NOTHING_OF_GONE: Final = Text("You like and boosted nothing that cannot be read here.")

YOU_LIKE_AND_BOOSTED: Final = Text("You like it, and you boosted it.")
YOU_LIKE: Final = Text("You like it.")
YOU_BOOSTED_IT: Final = Text("You boosted it.")

LIKES: Final = Text("{likes:1 like|# likes}")
BOOSTS: Final = Text("{boosts:1 boost|# boosts}")

YOU_BOOSTED: Final = Text("You boosted")
SOMEBODY_BOOSTED: Final = Text("{name} boosted")
NAMELESS: Final = Text("Somebody without a name")

QUOTED_UNKNOWN: Final = Text("The post it quotes is not here")
QUOTED_ABSENT: Final = Text("A post of {name}, which is not here")
QUOTED_WITHDRAWN: Final = Text("The post it quotes was withdrawn")
QUOTED_UNSHOWN: Final = Text("The post it quotes cannot be shown here")


def counts(post: PostView) -> tuple[str, ...]:
    """How many like and boosted a post; nothing where nobody does."""
    likes = (LIKES(likes=post.likes),) if post.likes else ()
    return (*likes, *((BOOSTS(boosts=post.boosts),) if post.boosts else ()))


def what_you_said(of: OwnReaction) -> str:
    """What the person said of a post without a word."""
    if of.liked and of.boosted:
        return YOU_LIKE_AND_BOOSTED()
    return YOU_LIKE() if of.liked else YOU_BOOSTED_IT()


def who_boosted(by: BoostedBy, me: AuthorId | None, mark: Callable[[str], str]) -> str:
    """Why a post stands in the home timeline; ``mark`` makes a foreign name safe."""
    if by.author_id == me:
        return YOU_BOOSTED()
    name = mark(by.author_name) if by.author_name else NAMELESS()
    return SOMEBODY_BOOSTED(name=name)


def instead_of_quote(quoted: Quoted, mark: Callable[[str], str]) -> str:
    """What stands in place of a quoted post that is not here."""
    if quoted.state == WITHDRAWN:
        return QUOTED_WITHDRAWN()
    if quoted.state == UNSHOWN:
        return QUOTED_UNSHOWN()
    if not quoted.author_name:
        return QUOTED_UNKNOWN()
    return QUOTED_ABSENT(name=mark(quoted.author_name))
