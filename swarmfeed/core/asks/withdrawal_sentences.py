"""What people are told about posts that are withdrawn or edited: every sentence, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

NOTHING_TO_SWEEP: Final = Text("nothing was withdrawn")
SWEPT: Final = Text("what was withdrawn is swept away, in {steps:1 step|# steps}")
