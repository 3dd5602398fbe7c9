"""What people are told about supernodes: every sentence of the role, once.

Each decision carries one; ``swarmfeed supernodes`` and the page show the latest.
"""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- whether this machine may serve -----------------------------------------------------

NOT_LOOKED: Final = Text("not looked at yet")
MAY_SERVE: Final = Text("this machine may serve others: every condition is met")
TOLD_TO: Final = Text("this machine serves others, because it was told so")
SWITCHED_OFF: Final = Text("this machine serves nobody, because it was told so")
METERED: Final = Text("this machine serves nobody, because its connection is metered")
NOT_REACHED: Final = Text(
    "others have to reach this machine from outside, from {wanted:1 network|# networks};"
    " {dialled:1 did|# did} so far"
)
TOO_YOUNG: Final = Text(
    "this machine has been up for {minutes:1 minute|# minutes}, and others here for much longer"
)
CLOCK_OFF: Final = Text(
    "the clock of this machine is {seconds:1 second|# seconds} away from those of others"
)

# --- why it serves, or does not ---------------------------------------------------------

HAS_PARENTS: Final = Text("both supernodes that this machine needs are there")
LACKS: Final = Text("{missing:1 supernode is|# supernodes are} missing; {why}")
NOT_ELIGIBLE: Final = Text("others have to serve")
WAITS: Final = Text("the next draw is in {rounds:1 round|# rounds}")
NOT_DRAWN: Final = Text("the draw, at {chance} in a hundred, fell on others")
DRAWN: Final = Text("too few serve, and the draw, at {chance} in a hundred, fell on us")
DRAWN_SMALL: Final = Text(
    "the network is small and knows {known:1 supernode|# supernodes} only:"
    " the draw, at {chance} in a hundred, fell on us"
)
TOOK_OVER: Final = Text("this machine is a better supernode than the one it was with")

NEEDED: Final = Text("it is needed: {load} in a hundred of its places are taken")
TENURE: Final = Text("it serves since {rounds:1 round|# rounds}, too short to step down")
FEW_KNOWN: Final = Text("it is one of {known:1 supernode|# supernodes} that are known")
OTHERS_BUSY: Final = Text("others have no room: {load} in a hundred of their places are taken")
NOT_YET: Final = Text("others have room, and another one steps down first")
SPARE: Final = Text(
    "it stepped down: {load} in a hundred of the places of others are taken, which is enough"
)
YIELDED: Final = Text("it stepped down for one that is stronger")


# --- where a machine stands ---------------------------------------------------------------

SERVES: Final = Text(
    "this machine is a supernode: it serves {children:1 other|# others}, {places} at most"
)
SERVES_NONE: Final = Text(
    "this machine is a supernode: nobody needs it now; it can serve {places:1 other|# others}"
)
IS_SERVED: Final = Text("{parents:1 supernode serves|# supernodes serve} this machine")
NOBODY_SERVES: Final = Text("no supernode serves this machine now")


def in_hundred(share: float) -> int:
    """A share of 0 to 1 as people read it."""
    return round(100 * min(1.0, max(0.0, share)))


# --- what is listened for ---------------------------------------------------------------

NO_SUCH_WORDS: Final = Text("nobody can listen for {typed}: there is no whole word in it")
PHRASE_TOO_LONG: Final = Text("a phrase that is listened for has at most {most:1 word|# words}")
TOO_MANY_INTERESTS: Final = Text(
    "one machine is told of at most {most:1 author or word|# authors, tags and words}"
)

# --- ways in -------------------------------------------------------------------------------

LIST_HEADING: Final = Text(
    "Supernodes of swarmfeed: whoever has this file comes in by it, with"
    " swarmfeed run --supernode-list FILE. Copy it to anybody."
)
LIST_TOO_LONG: Final = Text("the list of supernodes is longer than {most:# byte|# bytes}")
NO_WAYS_IN_LIST: Final = Text(
    "the list names no supernode: it has remarks and empty lines only"
)
TOO_MANY_WAYS: Final = Text(
    "the list names {found:1 supernode|# supernodes}, of at most {most:,}"
)
BAD_LIST_LINE: Final = Text(
    "line {number} of the list of supernodes is neither an address such as 192.0.2.7:4000 nor a"
    " whole record, unchanged: {said}"
)
NO_SUPERNODE_KNOWN: Final = Text("no supernode is known here yet, so there is nothing to list")
WAYS_IN_KEPT: Final = Text("{kept:1 supernode is|# supernodes are} kept for the next start")
LED_IN: Final = Text("no supernode yet; {ways:1 place|# places} to ask")
