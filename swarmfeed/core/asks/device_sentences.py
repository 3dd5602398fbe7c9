"""What people are told about their devices: every sentence of the role, once."""

from typing import Final

from swarmfeed.core.base.texts import Text

# A command for this machine stands behind a colon, and so is shown with its home; one for the
# other machine does not, since the home there is another.

# --- what can be done ---------------------------------------------------------------------

CAN_ADD: Final = Text("This machine can add and remove devices.")
CANNOT_ADD: Final = Text(
    "This machine writes, but cannot add or remove devices: that takes one that has the author"
    " key, or the words of your first sheet."
)
REMOVED_HERE: Final = Text(
    "Nothing can be written here any more: this machine was removed from your devices. What"
    " you wrote before stays. If that was not you, somebody has your author key: see swarmfeed"
    " alarms"
)

# --- adding one ---------------------------------------------------------------------------

DIFFERENCE: Final = Text(
    "A device that you add gets no words and no author key: it writes, and cannot add or remove"
    " devices. With the 24 words of your first sheet, swarmfeed restore makes one that can."
)
WAITING: Final = Text(
    "This machine waits {minutes:1 minute|# minutes} for the other one. There, run"
    " swarmfeed devices add LINK - or paste the link on the page, under Me, Your devices."
)
CODE_HERE: Final = Text(
    "This machine becomes a device of {name}. Compare: both machines have to show {code}"
)
CODE_THERE: Final = Text(
    "The other machine calls itself {name}. Compare: both have to show {code}"
)
SAME_CODE: Final = Text("Do both machines show {code}?")
JOINED: Final = Text("This machine is a device of {name} now.")
ADDED: Final = Text("{name} is a device of yours now.")
NOT_COMPARED: Final = Text(
    "With --yes nothing was compared: whoever made that link has a device of yours now."
)

# --- why nothing came of it -----------------------------------------------------------------

NOT_THE_LINK: Final = Text(
    "The machine that answered does not wait for this link. Show a new one there with"
    " swarmfeed devices join"
)
OTHER_MACHINE: Final = Text(
    "The machine that answered is not the one whose link this is, so nothing was sent to it."
    " Somebody may have changed the link, or stands in between: show a new one, and take it"
    " from that screen."
)
USED: Final = Text(
    "This link was used before, and each is good for one attempt. Show a new one there with"
    " swarmfeed devices join"
)
EXPIRED: Final = Text(
    "The time of this link is over. Show a new one on the other machine with"
    " swarmfeed devices join"
)
CANCELLED: Final = Text(
    "The codes were not the same, or somebody stopped: nothing was added. To try again, show a"
    " new link on the new machine, with swarmfeed devices join"
)
BROKEN: Final = Text(
    "The other machine said something that cannot be, so nothing was added. To try again, show"
    " a new link on the new machine, with swarmfeed devices join"
)
NOBODY_THERE: Final = Text(
    "Nobody answers at {at}. Both machines have to reach each other, in the same network say,"
    " and the other one has to wait, by swarmfeed devices join"
)
NOT_IN_TIME: Final = Text("Nobody came in time. Start anew with: swarmfeed devices join")
BROKE_OFF: Final = Text(
    "The connection to the other machine broke off. To try again, show a new link on the new"
    " machine, with swarmfeed devices join"
)
NO_PAIRING: Final = Text("no machine waits for that code any more; begin anew with its link")
DEVICE_ALREADY: Final = Text("that machine is a device of yours already")
TOO_MANY: Final = Text(
    "you have {devices:1 device|# devices}, and more do not count; none was added"
)

# --- removing and naming --------------------------------------------------------------------

NO_SUCH_DEVICE: Final = Text(
    "you have no device called {name}; see which there are with: swarmfeed devices"
)
SEVERAL_SUCH: Final = Text(
    "several of your devices are called {name}; take one by the start of its address, as"
    " swarmfeed devices shows it"
)
REMOVED_ALREADY: Final = Text("{name} was removed before, and no earlier than that")
NOTHING_OF_IT: Final = Text(
    "nothing that {name} wrote has come here yet, so all of it would be taken away: let the"
    " node run until it has, or say how many of the things it said stay: --after 0"
)
NOT_THIS_ONE: Final = Text(
    "this is the machine you are at: remove it from another device of yours that has the author"
    " key"
)
REMOVED: Final = Text(
    "{name} is removed: {entries:1 thing|# things} it said stay, and nothing after that is"
    " shown anywhere. If it was stolen, with its key file and its passphrase, move to your"
    " second sheet as well."
)
REALLY_REMOVE: Final = Text(
    "What {name} wrote so far stays, what it writes from now on is shown nowhere, and this"
    " cannot be taken back. Remove it?"
)
NO_COUNT: Final = Text("Say how many things stay, as a whole number, or leave the field empty.")
NAMED: Final = Text("This machine is called {name} now.")
NAME_NEEDED: Final = Text("a name is 1 to {most:1 printable character|# printable characters}")

# --- what a list says -----------------------------------------------------------------------

THIS_ONE: Final = Text("this machine")
ADDS_DEVICES: Final = Text("can add devices")
ADDS_NONE: Final = Text("cannot add devices")
IS_REMOVED: Final = Text("removed")
NO_NAME: Final = Text("without a name")


CROWDS: Final = Text(
    "says more that is private than there is room for, and what is too much is left out; if"
    " that is not you, remove it"
)


def what_it_is(
    *, this: bool, removed: bool, adds_devices: bool | None, crowds: bool = False
) -> tuple[str, ...]:
    """What a list says of a device beside its name.

    Args:
        adds_devices: None where nobody here can know.
    """
    said = [THIS_ONE()] if this else []
    if removed:
        return (*said, IS_REMOVED())
    if crowds:
        said.append(CROWDS())
    if adds_devices is None:
        return tuple(said)
    return (*said, (ADDS_DEVICES if adds_devices else ADDS_NONE)())
