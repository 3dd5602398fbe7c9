"""What the page says when something did not work: titles and sentences."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_KEY: Final = Text("The API needs the bearer key of this run.")
NOT_OURS: Final = Text(
    "Another page sent this request, so nothing was changed."
    " Go back to your own page and try again."
)
NOT_HERE: Final = Text("That is not here")
NOT_DONE: Final = Text("That did not work")
NOT_NOW: Final = Text("Not right now")
SOON: Final = Text("{reason} Try again in a moment.")
STOPPING: Final = Text("This node stops")
WRONG: Final = Text("Something is wrong with this node")
IT_SAYS: Final = Text("It says: {reason}")
BROKE: Final = Text("Something broke")
A_BUG: Final = Text(
    "This is a bug in swarmfeed. Nothing you wrote was lost; the log says more."
)
GO_BACK: Final = Text("Go back, and try again.")

HTTP_ERRORS: Final = {
    400: (
        NOT_DONE,
        Text("What the browser sent cannot be read. Go back, and try again."),
    ),
    401: (
        Text("This browser is not logged in"),
        Text("Open your page again with: swarmfeed open"),
    ),
    403: (Text("Refused"), Text("This may not be done from here.")),
    404: (
        Text("There is no such page"),
        Text("Nothing here has this address. Perhaps it was cut off, or mistyped."),
    ),
    405: (
        Text("There is nothing to see here"),
        Text("This address only takes what a form of the page sends. Go on from another page."),
    ),
    413: (
        Text("That is too long"),
        Text("That is more than can be taken at once. Make it shorter."),
    ),
    415: (NOT_DONE, Text("What was sent is no form of this page.")),
}
"""Titles and sentences in place of those that werkzeug has, by status."""
