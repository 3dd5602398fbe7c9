"""What people are told when this machine refuses the node something: every sentence, once.

``core/asks/troubles.py`` says which is said when.
"""

from typing import Final

from swarmfeed.core.base.texts import Text

NOT_READ: Final = Text("{what} was not read: {reason}. {advice}")
WHAT_WAS_NEW: Final = Text("what was new")
NOT_WRITTEN: Final = Text("{what} was not saved: {reason}. {advice}")
NEWER_FILE: Final = Text(
    "{path} was written by a newer version of swarmfeed: start that one again."
    " Nothing was changed."
)

DISK_FULL: Final = Text("the disk is full")
DISK_ALMOST_FULL: Final = Text(
    "the disk is almost full: nothing was saved. Free some space; then try again."
)
FREE_SPACE: Final = Text("Free some space; then try again.")
DISK_FULL_STATE: Final = Text(
    "The disk is full: nothing new can be saved. Reading goes on."
    " Free some space, and the rest goes on by itself."
)

TOO_MANY_FILES: Final = Text("too many files are open on this machine")
CLOSE_FILES: Final = Text("Close some programs, or allow more open files; then try again.")
TOO_MANY_FILES_STATE: Final = Text(
    "Too many files are open on this machine: not everything can be read and saved just now."
    " Close some programs, or allow more open files; the rest goes on by itself."
)

NO_MEMORY: Final = Text("this machine has no memory left")
CLOSE_PROGRAMS: Final = Text("Close some programs; then try again.")
NO_MEMORY_STATE: Final = Text(
    "This machine has no memory left: not everything can be read and saved just now."
    " Close some programs; the rest goes on by itself."
)

IN_USE: Final = Text("another program is using it")
CLOSE_THE_OTHER: Final = Text("Close that program, or try again in a moment.")
IN_USE_STATE: Final = Text(
    "Another program holds a file of this node: some things cannot be saved just now."
    " Close that program; the rest goes on by itself."
)

FORBIDDEN: Final = Text("the system does not allow it")
GIVE_RIGHTS: Final = Text("See that it is yours, and that you may read and write it.")
FORBIDDEN_STATE: Final = Text(
    "A file of this node may not be opened: something cannot be read or saved."
    " See that your folder and all in it is yours; the rest goes on by itself."
)

READ_ONLY: Final = Text("the disk can only be read")
MAKE_WRITABLE: Final = Text("Make the disk writable again; then try again.")
READ_ONLY_STATE: Final = Text(
    "The disk can only be read: nothing new can be saved. Reading goes on."
    " Make it writable again, and the rest goes on by itself."
)

DISK_FAILS: Final = Text("the disk reports an error")
SAVE_THE_FOLDER: Final = Text("Look after the disk; copy your folder to another one meanwhile.")
DISK_FAILS_STATE: Final = Text(
    "The disk reports errors: not everything can be read and saved."
    " Copy your folder to another disk before it fails for good."
)
