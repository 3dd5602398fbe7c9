"""What is said of feeds of the web."""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- addresses -------------------------------------------------------------------------------

NO_ADDRESS: Final = Text(
    "{what} is no address of the web: it begins with https:// or http://, and has no password"
    " in it"
)
TOO_LONG_AN_ADDRESS: Final = Text("an address has at most {most:1 character|# characters}")
NOT_PUBLIC: Final = Text("{host} is no place on the public web, so nothing is fetched there")
NO_SUCH_PORT: Final = Text("port {port} is none by which the web is read")

# --- what comes back -------------------------------------------------------------------------

NOT_REACHED: Final = Text("{host} is not reached: {reason}")
NO_SUCH_NAME: Final = Text("nobody knows where {host} is")
TOO_SLOW: Final = Text("{host} did not answer to the end in time")
BAD_CERTIFICATE: Final = Text("the certificate of {host} is not good: {reason}")
NO_HTTP: Final = Text("{host} does not speak HTTP: {reason}")
TOO_LONG: Final = Text("what {host} sends is longer than is read of a site")
TOO_MANY_REDIRECTS: Final = Text("{host} sends its readers on and on")
REFUSED: Final = Text("{host} answered {status}")
GONE: Final = Text("{host} says that it is gone for good")
NO_FEED: Final = Text(
    "what {host} sends is neither RSS, Atom nor JSON Feed, nor a page that names one"
)
UNREADABLE: Final = Text("what {host} sends cannot be read")
NO_READER: Final = Text("this machine cannot read it now: {reason}")

# --- following -------------------------------------------------------------------------------

FOLLOWED: Final = Text("Followed: {title}. It is looked at every hour.")
FOLLOWED_ALREADY: Final = Text("You follow {title} already.")
OFFERED: Final = Text("That page offers more: {others}")
NO_SUCH_SITE: Final = Text("you do not follow {url}")
TOO_MANY: Final = Text(
    "you follow {most:1 site|# sites} of the web, and more are not looked at"
)
REMOVED: Final = Text("Followed no longer, and what was kept of it is gone from this machine.")
NONE_FOLLOWED: Final = Text(
    "You follow nothing of the web yet. `swarmfeed webfeeds add` takes the address of a blog."
)
NO_ARTICLES: Final = Text("Nothing came from the web yet.")
BAD_PLACE: Final = Text("{what} is no place in this list")

# --- how one is ------------------------------------------------------------------------------

NOT_LOOKED_AT: Final = Text("not looked at yet")
KEPT: Final = Text("{articles:1 article|# articles}")
IN_TROUBLE: Final = Text("not read since: {trouble}")
MOVED: Final = Text("moved here from {url}")
UNSIGNED: Final = Text("Not signed, from the web")

# --- lists -----------------------------------------------------------------------------------

NO_OPML: Final = Text("that is no OPML: {reason}")
OPML_TITLE: Final = Text("What I read on the web")
TAKEN: Final = Text("{followed:1 site is|# sites are} followed from now on.")
THERE_ALREADY: Final = Text("{there:1 was|# were} followed already.")
LEFT_OUT: Final = Text("{refused:1 has|# have} no address of the web: {named}")
NO_ROOM: Final = Text("{beyond:1 did|# did} not fit in: you can follow {most} of the web.")
WRITTEN: Final = Text("{path} has {count:1 site|# sites} now")

# --- the node --------------------------------------------------------------------------------

LOOKED: Final = Text("{looked} of {all:1 site|# sites} looked at, {news} with something new")
SET_ASIDE: Final = Text(
    "what came from the web was damaged and is kept as {kept}; it is fetched again"
)
