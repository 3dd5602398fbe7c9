"""What people are told about greetings: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

TOO_LONG: Final = Text("A greeting has 1 to {most} characters.")
HEARD: Final = Text("{nodes:1 node|# nodes} heard it.")
MET: Final = Text("met {nodes:1 node|# nodes}")
