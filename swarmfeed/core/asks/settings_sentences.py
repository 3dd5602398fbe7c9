"""What people are told of settings that they choose."""

from typing import Final

from swarmfeed.core.base.texts import Text

UNREADABLE: Final = Text(
    "the settings in {file} cannot be understood; correct the file, or delete it: then"
    " everything is as if nothing had been chosen"
)
WRONG_IN_FILE: Final = Text("wrong in the kept settings, {flag}: {why}")
WRONG_TOGETHER: Final = Text("no node starts with the kept settings: {why}")
NO_SUCH: Final = Text("there is no setting {flag} that can be chosen and kept")
NO_SWITCH: Final = Text("'{typed}' is neither on nor off")
NO_CHOICE: Final = Text("'{typed}' is none of {choices}")
NO_NUMBER: Final = Text("'{typed}' is not a whole number from {least} to {most}")
DEFAULT_OF_WHAT: Final = Text("--default goes with the name of one setting, and with no value")

TOLD_AT_START: Final = Text(
    "The command that starts this machine says it too, and counts again at the next start."
)

NO_LIMIT: Final = Text("no limit")
ANY: Final = Text("any")
ON: Final = Text("on")
OFF: Final = Text("off")
