"""What people are told when somebody else acts in their name."""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.base.texts import Text

JOINED: Final = Text("A device that was not added from here writes in your name: {feed}.")
LEFT_WHOLE: Final = Text(
    "Somebody said in your name that nothing of what {feed} wrote is yours: others show none"
    " of it."
)
LEFT: Final = Text(
    "Somebody said in your name that what {feed} wrote ends after {end:1 entry|# entries}:"
    " others show nothing behind it."
)
MOVED: Final = Text("Your name was moved to a second sheet, and not from here.")
DISPUTED: Final = Text(
    "Your name was moved to two different keys: somebody else has the words of your second"
    " sheet."
)
SIGNED: Final = Text(
    "Others have something in your history that this machine did not write. If this folder was"
    " copied, or put back from a backup, that is why."
)

FIRST_STOLEN: Final = Text(
    "If that was you, on another device, say so. If not, somebody has the key to your name:"
    " take your second sheet, and move to it; what you wrote and who follows you stays, and"
    " nothing the thief said counts any more: swarmfeed move-to-second-sheet -"
)
A_DEVICE: Final = Text("{name} ({feed})")
NAMELESS: Final = Text("the device {feed}")

VOUCHED: Final = Text(
    "On {device} it was said that this was you. If so, all is well, and this goes away in a"
    " week. {advice}"
)

DID_YOU_MOVE: Final = Text(
    "If you moved to your second sheet, on another device, say that it was you: then all is"
    " well, and the sheet you moved to is your first one now. If you did not, somebody has the"
    " words of your second sheet, and nothing helps against that: begin anew in another folder,"
    " by swarmfeed --home FOLDER init, and tell your friends in another way than this one."
)
BOTH_STOLEN: Final = Text(
    "If that was you, on another device, say so. If not, somebody has the words of your second"
    " sheet, and nothing helps against that: begin anew in another folder, by swarmfeed --home"
    " FOLDER init, and tell your friends in another way than this one."
)
DEVICE_STOLEN: Final = Text(
    "If not, somebody has the keys of this machine: make it a new device with: swarmfeed"
    " restore -, and remove the old one."
)
WHAT_HELPS: Final = (
    (
        Text("A device is lost"),
        Text(
            "Remove it, from another one: what it wrote stays, and what it writes from then on"
            " is shown nowhere."
        ),
    ),
    (
        Text("Your first sheet, or a machine with its key, is stolen"),
        Text(
            "Until you act, the thief can write in your name, add devices and end your"
            " histories. Move to the second sheet: all that is undone, your address stays, and"
            " nobody has to follow you anew. What the thief read stays read."
        ),
    ),
    (
        Text("Your only machine is gone"),
        Text(
            "The words of your first sheet make a new one yours; what you wrote comes back from"
            " those who follow you."
        ),
    ),
    (
        Text("Both sheets are stolen"),
        Text("Nothing helps: whoever has both is you. Begin anew, and tell your friends."),
    ),
)
"""What may happen to a name, and what helps against it, as plainly as it is."""
TWO_SUCCESSORS: Final = Text(
    "A key of {name} named two different ones to follow it, so somebody else has their sheets."
    " The one that was heard of first counts here, and it may be the wrong one: ask them in"
    " another way."
)
SEEN_FROM: Final = Text("It came from the machine at {source}.")
ALARM: Final = Text("{sentence} See: swarmfeed alarms")
MORE_ALARMS: Final = Text("There are {more:1 more|# more} like this.")
WATCHED: Final = Text("{alarms:1 alarm|# alarms}")
ALL_IS_WELL: Final = Text(
    "Nobody else has done anything in your name, as far as is known here."
)
NO_SUCH_ALARM: Final = Text("there is nothing of that number; see: swarmfeed alarms")
NOTED: Final = Text("Noted: that was you.")
THAT_WAS_ME: Final = Text("If it was you: swarmfeed alarms --mine {alarm}")

SAID_MAX: Final = 3
"""Alarms that are said one by one: a thief can make 64 at once."""


def warnings_of(sentences: Sequence[str]) -> list[str]:
    """Return what a command says beside its answer: what happened, and where to look."""
    said = [ALARM(sentence=each) for each in sentences[:SAID_MAX]]
    more = len(sentences) - SAID_MAX
    return [*said, MORE_ALARMS(more=more)] if more > 0 else said
