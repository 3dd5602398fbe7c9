"""What people are told about searches in the network."""

from typing import Final

from swarmfeed.core.base.texts import Text, joined

# --- to who asks another node --------------------------------------------------------------

SERVES_NOBODY: Final = Text("this node is no supernode")
TOO_BUSY: Final = Text("this supernode has too many searches to answer already")
NOT_READY: Final = Text("this supernode cannot look into its index just now")

# --- to the person who searches ------------------------------------------------------------

NO_SUPERNODE: Final = Text(
    "No supernode is known to this machine yet, so only what is here can be searched. They are"
    " found by themselves while it is connected to others."
)
ONLINE_ONLY: Final = Text("The network is searched by a node that runs: start swarmfeed run")
NOBODY_ANSWERED: Final = Text(
    "{asked:The supernode that was asked gave no answer|None of the # supernodes that were"
    " asked answered} in time; try again."
)
TOO_MANY_AT_ONCE: Final = Text("Too many searches are under way here; try again in a moment.")
ANSWERED: Final = Text("{answered:1 supernode|# supernodes} answered")
OF_ASKED: Final = Text("{answered} of {asked:1 supernode|# supernodes} answered")
SINCE: Final = Text(
    "They know what was passed on since {since}; of older posts they have only some."
)
FALSE: Final = Text(
    "{count:The answer of 1 node was false: nothing of it is shown"
    "|The answers of # nodes were false: nothing of them is shown}."
)
LEFT_OUT: Final = Text(
    "{count:1 post was|# posts were} kept back by one supernode and shown by another one."
)
HOLDERS: Final = Text(
    "{holders:1 node that holds older posts was|# nodes that hold older posts were} asked too:"
    " nobody knows whether that is all."
)
NO_HOLDERS: Final = Text("Nobody is known who holds older posts of this kind.")
ANSWERED_BY: Final = Text("{who}{node}: {posts:1 post|# posts}")
THIS_MACHINE: Final = Text("this machine")
PARENT: Final = Text("parent")
SUPERNODE: Final = Text("supernode")
HOLDER: Final = Text("holder")
WHICH_NAME: Final = Text("Type some of the name: 1,000 characters at most.")
NOBODY_FAR: Final = Text("No supernode that answered has seen anybody who is called so.")
NOTHING_RISES: Final = Text("Nothing is written of by unusually many people just now.")
RISES: Final = Text("{authors:1 person|# people} since yesterday, {before} a day before")
GO_BACK: Final = Text("Ask those who hold older posts")
HOW_TO_GO_BACK: Final = Text("Older posts: --older asks those who hold them.")
NOTHING_THERE: Final = Text("No supernode that answered has such a post.")
NOBODY_CALLED: Final = Text(
    "Nobody who is known here is called {name}: look for somebody by the address."
)
LEARNS: Final = Text("Supernodes learn what you look for; what they find is verified here.")
WHOLE: Final = Text("{said}.")


def role_of(is_here: bool, is_parent: bool, holds: bool) -> str:
    """What somebody is who answered."""
    if is_here:
        return THIS_MACHINE()
    if holds:
        return HOLDER()
    return PARENT() if is_parent else SUPERNODE()


def how_it_went(
    *,
    asked: int,
    answered: int,
    untrue: int,
    left_out: int,
    since: str,
    holders: int | None = None,
) -> str:
    """Who answered a search, and what of it is not as it should be.

    Args:
        since: From when on they have everything, as people write it.
        holders: How many who hold older posts were asked too; None: nobody was looked for.
    """
    if not asked:
        return NO_SUPERNODE()
    is_whole = asked == answered
    said = ANSWERED(answered=asked) if is_whole else OF_ASKED(answered=answered, asked=asked)
    parts = [WHOLE(said=said), SINCE(since=since) if answered else ""]
    parts.append(FALSE(count=untrue) if untrue else "")
    parts.append(LEFT_OUT(count=left_out) if left_out else "")
    if holders is not None:
        parts.append(HOLDERS(holders=holders) if holders else NO_HOLDERS())
    return joined(filter(None, parts))


# --- of parents ----------------------------------------------------------------------------

TOLD_FALSE_POSTS: Final = Text("it sent recent posts that are not true")
TOLD_FALSE: Final = Text("an answer to a search was false: {reason}")
KEPT_BACK: Final = Text("it left posts out of {searches:1 search|# searches in a row}")

# --- of a new supernode ----------------------------------------------------------------------

NOTHING_TO_COPY: Final = Text("nothing to copy from other supernodes")
NOT_ON_ROLL: Final = Text("this machine serves nobody")
ON_ROLL: Final = Text("{supernodes:1 supernode|# supernodes} known")
KEEPS: Final = Text("posts of the network are kept {how}")
COPIED: Final = Text("{posts:1 post|# posts} copied from other supernodes so far")
