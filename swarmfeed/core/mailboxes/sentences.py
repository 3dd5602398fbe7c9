"""What people are told of mailboxes: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

KEPT_AT: Final = Text(
    "{boxes:1 machine keeps|# machines keep} your letters while you are away."
)
KEPT_NOWHERE: Final = Text(
    "No machine keeps your letters while you are away: they come when you and who wrote them"
    " are there at the same time."
)
NOT_RECEIVED: Final = Text("Letters are not received here yet.")
KEPT_FOR: Final = Text(
    "Letters of {people:1 person|# people} are kept here until they come: {size}."
)
KEPT_FOR_NOBODY: Final = Text("No letters are kept here for others.")
KEEPS_NONE: Final = Text("This machine keeps no letters for others: --mailbox-disk 0.")

LOOKED: Final = Text("{linked:1 box|# boxes} linked, {looked:1|#} looked for")
ASKED: Final = Text("{nodes:1 node|# nodes} asked for a box, {boxes:1 box|# boxes} now")
TIDIED: Final = Text("{boxes:1 box|# boxes} ended, {parcels:1 parcel|# parcels} too old")

STORE_SET_ASIDE: Final = Text(
    "The letters kept here for others were damaged; they are set aside as {kept}, and none are"
    " kept now."
)
