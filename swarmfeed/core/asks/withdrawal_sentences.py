"""What people are told about posts that are withdrawn or edited: every sentence, once."""

from typing import Final

from swarmfeed.core.asks.withdrawing import Removal
from swarmfeed.core.base.texts import Text

NOTHING_TO_SWEEP: Final = Text("nothing was withdrawn")
SWEPT: Final = Text(
    "what was withdrawn is swept away: beside {feeds:1 feed|# feeds}, in the index in"
    " {steps:1 step|# steps}"
)

OF_SOMEBODY_ELSE: Final = Text("this is not your post: only its author can change it")
OF_ANOTHER_DEVICE: Final = Text(
    "you wrote this post on another of your devices, and only there it can be changed"
)
WITHDRAWN_BY_AUTHOR: Final = Text(
    "this post was withdrawn by who wrote it; others may still have a copy"
)
WITHDRAWN_ALREADY: Final = Text("this post is withdrawn already")
NOT_WITHDRAWN: Final = Text("nothing of this post was withdrawn")
STILL_TO_GO: Final = Text("{posts:1 text is|# texts are} still to leave a sealed chunk")

PACKED_TOO_OFTEN: Final = Text(
    "Their whole history was packed anew again and again today, so what is missing of it is"
    " fetched tomorrow."
)

# --- what is said before and after -----------------------------------------------------------

WITHDRAW_THIS: Final = Text("Withdraw this post?")
WHAT_IT_DOES: Final = Text(
    "Withdrawing hides the post at once and asks every holder to delete it. Those who follow"
    " the rules do."
)
WHAT_MAY_STAY: Final = Text(
    "Who copied it, and plain BitTorrent clients that have the old file, may keep it. Kind,"
    " time and a salted hash stay for ever."
)
WITHDRAWN_BY_YOU: Final = Text("You withdrew this post: it is hidden.")
OLD_TEXT_GONE: Final = Text("What it said before is removed.")
OLD_TEXT_STAYS: Final = Text(
    "What it said before can still be read as its history; --remove-old removes it."
)
NO_EARLIER_TEXT: Final = Text(
    "What it said before, if it was edited at all, was removed or is not on this machine."
)
REMOVED_AT: Final = Text(
    "{removed:,} of {holders:1 machine that had it has|# machines that had it have} dropped it."
)
NOBODY_HAD_IT: Final = Text("Nobody else has confirmed that they had it.")
LEAVES_SOON: Final = Text(
    "The text leaves the files of this machine within ten minutes, and then those of others."
)
ASK_AGAIN_BY: Final = Text("How far it is gone: swarmfeed show {post}")


def how_far(removal: Removal) -> str:
    """How many of those who had a text have confirmed that they have dropped it."""
    if removal.waits:
        return LEAVES_SOON()
    if not removal.holders:
        return NOBODY_HAD_IT()
    return REMOVED_AT(removed=removal.removed_at, holders=removal.holders)
