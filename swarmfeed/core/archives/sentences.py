"""What is said of archives of other places."""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- what an archive is ----------------------------------------------------------------------

OF_X: Final = Text("an archive of X (Twitter)")
OF_BLUESKY: Final = Text("a repository of Bluesky")
OF_NOSTR: Final = Text("notes of Nostr")
OF_TWTXT: Final = Text("a file of twtxt")
OF_FEED: Final = Text("a feed (RSS, Atom or JSON Feed)")
OF_OURS: Final = Text("an export of swarmfeed")
OF_MASTODON: Final = Text("an archive of Mastodon")

# --- why a record does not come --------------------------------------------------------------

NOT_PUBLIC: Final = Text("Not for everybody when it was written")
REPOST: Final = Text("Repeats a post of somebody else")
EARLIER_VERSION: Final = Text("An earlier version of a post that was edited")
TWICE: Final = Text("Stands in the archive twice")
OF_SOMEBODY_ELSE: Final = Text("Written by somebody else")
NO_POST: Final = Text("No post")
NO_TEXT: Final = Text("Says nothing, and shows nothing that is in the archive")
NO_TIME: Final = Text("Nobody can tell when it was written")
TIME_AHEAD: Final = Text("Its time is still to come")
TOO_LONG_A_TEXT: Final = Text("Longer than a post can be: {most:1 byte|# bytes}")
OTHER_REASON: Final = Text("For another reason")

NOT_AS_SIGNED: Final = Text("Is not what its author signed")

SENSITIVE: Final = Text("sensitive content")
"""Content warning of a post whose pictures were covered without a word."""

# --- what is wrong with a file ---------------------------------------------------------------

NOT_THERE: Final = Text("there is no {path} that can be read: {reason}")
BROKEN_ZIP: Final = Text("{name} is no whole zip file: {reason}")
CUT_ZIP: Final = Text("{name} is no whole zip file: its end is missing")
LOCKED_ZIP: Final = Text("{name} is locked with a password; unpack it, and give the folder")
TOO_MANY_FILES: Final = Text("{name} has more than {most:1 file|# files}")
TOO_LONG: Final = Text("{member} in {name} is longer than {most}")
BOMB: Final = Text(
    "{member} in {name} is {times} times longer than it is packed, as no archive of posts is;"
    " nothing was imported"
)
UNKNOWN_ARCHIVE: Final = Text(
    "nothing in {name} looks like posts. Archives of X, Mastodon and Bluesky can be"
    " imported as they were downloaded; nothing was imported"
)
PACKED_INSIDE: Final = Text(
    "{member} is packed in a way that is not read here: unpack it, and give the folder or the"
    " file that was in it; nothing was imported"
)
SEVERAL: Final = Text(
    "{name} holds more than one archive: {named}. Import one at a time; nothing was imported"
)
TOO_MUCH_TEXT: Final = Text(
    "this archive has more text than can be imported at once: {most:1 character|# characters}"
)
NO_UTF8: Final = Text("it is not written in UTF-8, as such files are")
TOO_MANY_POSTS: Final = Text("this archive has more than {most:1 post|# posts}")
RECORD_TOO_LONG: Final = Text("a record is longer than {most:1 character|# characters}")
DOCUMENT_TYPE: Final = Text("it declares a document type, as no feed has to")
TOO_LONG_A_FILE: Final = Text("it is longer than is read as a whole")
ODD_ARCHIVE: Final = Text(
    "{name} has something in it that this program does not understand; the log says what"
)
BROKEN_FILE: Final = Text("{member} in {name} cannot be read to its end: {reason}")

NO_DRY_RUN: Final = Text(
    "--dry-run is for archives of other places; a file of lines is imported as a whole, or not"
    " at all"
)

# --- where a post was brought in from ---------------------------------------------------------

BROUGHT_FROM: Final = Text("Brought in from {place}, as its author says.")
BROUGHT_IN: Final = Text("Brought in from elsewhere, as its author says.")

# --- how it goes -----------------------------------------------------------------------------

LOOK_FIRST: Final = Text("look at an archive first: nothing is waiting to be brought in")
NAME_A_FILE: Final = Text("Name a file or folder, or choose a file.")
CAME_IN: Final = Text("{posts:1 post|# posts} came in.")
SO_FAR: Final = Text("{done:1|#} so far.")
AT_WORK: Final = Text("an archive is at work already; wait until it is done")

LOOKED: Final = Text("{name} is {what}: {posts:1 post|# posts}")
LOOKED_SPAN: Final = Text("{name} is {what}: {posts:1 post|# posts}, {first} to {last}")
THERE_ALREADY: Final = Text("{posts:1 of them is|# of them are} here already")
IN_THREADS: Final = Text("{posts:1 of them answers|# of them answer} an own post")
WITH_MEDIA: Final = Text("{media:1 picture or file|# pictures and files} go with them")
MEDIA_MISSING: Final = Text(
    "{media:1 picture or file is|# pictures and files are} not in the archive, or too many or"
    " too large for a post"
)
WILL_NOT_COME: Final = Text("{count:1 record|# records} will not come:")
WHY_PERHAPS: Final = Text(
    "Messages, deleted posts and what was only for some people stay where they are."
)
CANNOT_BE_TAKEN_BACK: Final = Text(
    "Once they are in your feed, others keep copies. Import {posts:this post|these # posts}?"
)
