"""What people are told about older posts, and who holds them."""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- to who asks another node --------------------------------------------------------------

TOO_MANY: Final = Text("this machine has too many searches to answer already")
NOT_READY: Final = Text("this machine cannot look into its index just now")

# --- of holders ----------------------------------------------------------------------------

TOLD_FALSE: Final = Text("a post that it said it holds was false: {reason}")

# --- of the job ----------------------------------------------------------------------------

TOLD: Final = Text(
    "{parents:1 parent knows|# parents know} what this machine holds: {feeds:1 feed|# feeds}"
)
