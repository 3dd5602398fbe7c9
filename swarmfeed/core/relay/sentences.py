"""What a relay says of a circuit that ends, or does not begin."""

from typing import Final

from swarmfeed.core.base.texts import Text

NOT_HERE: Final = Text("that node is not here, or does not want to be reached this way")
NOT_LIKE_THIS: Final = Text("a circuit cannot be opened like this")
RELAY_FULL: Final = Text("this node relays as much as it can already")
TOO_MANY_CIRCUITS: Final = Text("one of the two nodes has too many circuits here already")
DAY_USED_UP: Final = Text("what this node relays for one of the two in a day is used up")
END_GONE: Final = Text("the other node is gone")
SILENT: Final = Text("nothing was heard")

FALSE_LOCATOR: Final = Text("it named somebody who can be reached, and that was forged")

WHERE_SOMEBODY_IS: Final = Text("where somebody is")

TOLD_RELAYS: Final = Text("{relays:1 relay knows us|# relays know us}")
SOUGHT: Final = Text("{authors:1 author|# authors} sought by way of {relays:1 relay|# relays}")
BY_RELAY: Final = Text(
    "{count:1 node is linked by way of another|# nodes are linked by way of others}"
)
IN_PARTS: Final = Text(
    "{chunks:1 chunk comes by way of a relay|# chunks come by way of relays}"
)
