"""What people are told about posts that are withdrawn or edited: every sentence, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

NOTHING_TO_SWEEP: Final = Text("nothing was withdrawn")
SWEPT: Final = Text("what was withdrawn is swept away, in {steps:1 step|# steps}")

OF_SOMEBODY_ELSE: Final = Text("this is not your post: only its author can change it")
OF_ANOTHER_DEVICE: Final = Text(
    "you wrote this post on another of your devices, and only there it can be changed"
)
WITHDRAWN_ALREADY: Final = Text("this post is withdrawn already")
NOT_WITHDRAWN: Final = Text("nothing of this post was withdrawn")
STILL_TO_GO: Final = Text("{posts:1 text is|# texts are} still to leave a sealed chunk")
