"""What people are told of a machine that stops, and of a home that is deleted."""

from typing import Final

from swarmfeed.core.base.texts import Text

STOPS: Final = Text(
    "swarmfeed stops on this machine. Start it again from your menu, or with: swarmfeed run"
)
DELETES: Final = Text(
    "swarmfeed stops, and all of yours is deleted from this machine. What you posted stays with"
    " those who have it; your words bring your name back, on any machine."
)
NOT_AGREED: Final = Text("nothing was deleted: type the word {word} to agree")
DELETE_ASKED: Final = Text(
    "Delete keys, posts, messages and settings in {home}? Without the words of your first sheet"
    " nobody can ever bring your name back. What you posted stays with those who have it, and"
    " is not withdrawn by this"
)
DELETED: Final = Text("Deleted: all that was swarmfeed's in {home}.")
HALF_DELETED: Final = Text(
    "all that was swarmfeed's in {home} was being deleted when that was cut short; finish it"
    " with: swarmfeed delete-home"
)
LEFT: Final = Text("Not deleted, for it is not swarmfeed's: {names}")
