"""What apps are told, and through them people, where something is not as with Mastodon."""

from typing import Final

from swarmfeed.core.base.texts import Text

BAD_JSON: Final = Text("The request cannot be read.")
NO_NUMBER: Final = Text('"{name}" has to be a whole number.')
NOT_FOUND: Final = Text("Record not found")
NO_METHOD: Final = Text("This method is not allowed here.")
NOT_LET_IN: Final = Text(
    "This web app was not let in. Open your swarmfeed page, then Apps, and allow {origin}."
)
BUG: Final = Text("Something broke in swarmfeed, and nothing was changed; its log says more.")
TOO_LONG: Final = Text("The request is too long.")
NO_TEXT: Final = Text("A post has a text; put some words beside the pictures.")
NO_POLLS: Final = Text("Polls cannot be posted with swarmfeed.")
NO_SCHEDULE: Final = Text("swarmfeed posts at once; a post cannot be put off.")
NO_CIRCLE: Final = Text(
    "There is no circle for it yet, so nothing was published. Make one on the swarmfeed page,"
    " then Circles."
)
WHICH_CIRCLE: Final = Text(
    "You have several circles, so nothing was published. Choose one on the swarmfeed"
    " page and write it there: {circles}"
)
NO_RECIPIENT: Final = Text("A message names whom it is for, such as @{acct}; nothing was sent.")
ONE_RECIPIENT: Final = Text("A message goes to one person; nothing was sent.")
LETTER_PLAIN: Final = Text(
    "From an app a message is words alone, without pictures, quotes or warnings; nothing was"
    " sent."
)
NO_VISIBILITY: Final = Text('"{visibility}" is no visibility; nothing was published.')
QUOTES_OPEN: Final = Text(
    "Whoever can read a post can quote it: nobody can be kept from that, so nothing was changed"
    " or published. What is for a circle nobody can quote."
)
NO_REVOKING: Final = Text("A quote is somebody else's post: only they can take it back.")
NO_READER: Final = Text(
    "They are in no circle of yours, so there is nothing to take from them: what you post for"
    " everybody anybody can follow."
)
NO_MEDIUM: Final = Text("This picture or file is not here any more; choose it again.")
