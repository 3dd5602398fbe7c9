"""What people are told while their home is being made, on the page of the first start."""

from typing import Final

from swarmfeed.core.base.texts import Text

NOT_STARTED: Final = Text("there is no author here yet; go on with the start on the page")
PASSPHRASES_DIFFER: Final = Text("the two passphrases are not the same; type it twice")
WORKING: Final = Text("this is being done already; wait for what comes of it")
LOOKING: Final = Text("Looking for what you wrote. It may take a minute.")
STARTING: Final = Text("Your machine wakes up. This page goes on by itself.")
PAPER_DUE: Final = Text(
    "The 24 words of your first sheet are not on paper yet. If this disk breaks, nobody can"
    " give you your name back."
)
SECOND_DUE: Final = Text(
    "The words of your second sheet are not on paper yet. They undo a theft of the first; until"
    " you wrote them down they lie on this machine, where a thief would find both."
)
ON_PAPER: Final = Text("these words are on paper, and are not shown again")
FOUR_WORDS: Final = Text("four words of the sheet are asked back, each with its own number")
DOES_NOT_RUN: Final = Text("swarmfeed does not run")
TRY_IN_A_TERMINAL: Final = Text("In a terminal, this says more: swarmfeed run --log info")
