"""What people are told about their private state: mutes, what they read, drafts."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_MLKEM: Final = Text(
    "This build of the library cryptography cannot do ML-KEM-768, so nothing private is kept"
    " in the log or sent between your devices. Everything else works. Install cryptography 47"
    " or newer from PyPI to change that."
)

PRIVATE_SET_ASIDE: Final = Text(
    "The file with your private state (whom you muted, what you read) was damaged. It is kept"
    " as {kept}, and a new one was begun; what your other devices and the last snapshot know"
    " comes back."
)
PRIVATE_LOST: Final = Text(
    "The file with your private state (whom you muted, what you read) was damaged, and a new"
    " one was begun: what your other devices and the last snapshot do not know is gone. The"
    " damaged one is kept as private.db.damaged; delete it, and this is not said any more."
)

PRIVATE_FULL: Final = Text(
    "There is no room for more private state: take away drafts or mutes that you do not need."
)

NOTHING_TO_SAVE: Final = Text("nothing to be saved")
SNAPSHOT_WRITTEN: Final = Text("written: {entries:1 entry|# entries}")
KEYS_WRITTEN: Final = Text("published what other devices may seal to this one")

DRAFT_TOO_LONG: Final = Text("A draft has room for {most:1 byte|# bytes}, as a post has.")
NO_PLACE: Final = Text("A draft is for a new post, or for an answer to one.")
NO_STATEMENT: Final = Text("That is no statement of what the sheets of this author open.")

# --- muting ------------------------------------------------------------------------------

THAT_IS_YOU: Final = Text("That is yourself: your own posts stay in your timeline.")
MUTED: Final = Text(
    "Muted: {name}. Their posts are not in your timeline and your notifications any more, on"
    " all your devices. Nobody hears of it."
)
UNMUTED: Final = Text("Not muted any more: {name}")
NOBODY_MUTED: Final = Text("You muted nobody.")
ALL_MUTED: Final = Text(
    "Nothing is shown here: of those you follow some are muted, and nobody else has posts on"
    " this machine yet. Whom you muted says: swarmfeed mute"
)
NOT_MUTED: Final = Text("You did not mute {name}.")

THREAD_MUTED: Final = Text(
    "Muted. Nothing of this thread comes to your notices any more, on all your devices. Nobody"
    " hears of it."
)
THREAD_UNMUTED: Final = Text("Not muted any more: this thread comes to your notices again.")
NO_THREAD_MUTED: Final = Text("You muted no thread.")
TOO_MANY_THREADS: Final = Text(
    "There is room for {most:1 muted thread|# muted threads}: unmute one that has fallen"
    " silent first."
)
POST_NOT_HERE: Final = Text("A post that is not on this machine")

# --- notes -------------------------------------------------------------------------------

NOTE_LONG: Final = Text("A note has room for {most:1 character|# characters}.")
ABOUT_WRITTEN: Final = Text("Written down about {name}. Only your own devices can read it.")
ABOUT_GONE: Final = Text("Nothing is written down about {name} any more.")
ABOUT_NOTHING: Final = Text("You wrote nothing down about {name}.")

# --- snapshots ---------------------------------------------------------------------------

SAVED: Final = Text("Saved in your log, sealed: {devices:1 device|# devices} can open it.")
SHEETS_OPEN_IT: Final = Text("So can the words of your two sheets, on a new machine.")
NO_SHEET_OPENS_IT: Final = Text(
    "The words of your sheets cannot open it: this device was not told of them yet. Link it"
    " with the device on which you began."
)
