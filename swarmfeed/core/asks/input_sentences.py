"""What people are told about what they hand in: texts, names, passphrases, files.

The other sentences of the node stand in ``sentences.py`` beside this.
"""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- texts: core/asks/utf8.py --------------------------------------------------------------

NOT_UTF8: Final = Text("{what} is not UTF-8: from byte {byte} on it cannot be read as text")
NOT_UTF8_TEXT: Final = Text(
    "{what} is not UTF-8: character {character} of it stands for a byte that is no text"
)
NO_CONTROLS: Final = Text(
    "{what} has a control character ({code}) that nobody can see, as character {character};"
    " take it out"
)
FAR_TOO_LONG: Final = Text(
    "the post is longer than {read:1 byte|# bytes};"
    " at most {most:1 byte fits|# bytes fit} into one"
)
NO_SUCH_FORM: Final = Text("a form of this page is sent as application/x-www-form-urlencoded")
NAME_BLANK: Final = Text("a name needs a character that can be seen")
NO_PASSPHRASE: Final = Text("{path} does not start with a passphrase")
PASSPHRASE_UNREAD: Final = Text("the passphrase in {path} cannot be read: {reason}")

# --- where a node listens: shell/own_ports.py ------------------------------------------------

NO_ADDRESS: Final = Text(
    "{host} is not an IP address; give one of this machine with --listen, or leave it out to"
    " listen on all"
)
ADDRESS_NOT_HERE: Final = Text(
    "{host} is not an address of this machine; give one of this machine with --listen, or"
    " leave it out to listen on all"
)
PORT_TAKEN: Final = Text(
    "port {port} of {host} is in use by another program; choose another with {option}, or"
    " leave it out for any"
)
PORT_FORBIDDEN: Final = Text(
    "this system does not let you use port {port}; choose one from 1024 up with {option}"
)
CANNOT_LISTEN: Final = Text("nothing can listen on port {port} of {host}: {reason}")

# --- whom somebody means: cli/whom.py --------------------------------------------------------

NOBODY_CALLED: Final = Text(
    "nobody who is known here is called {name}; give a link, or an address of 56 characters"
)
SEVERAL_CALLED: Final = Text("{name} may be several people; give the address of one: {people}")
ONE_OF_SEVERAL: Final = Text("{name} {address}")
ONE_YOU_FOLLOW: Final = Text("{name} {address} (you follow them)")
ONE_IS_YOU: Final = Text("{name} {address} (you)")
AND_MORE: Final = Text("and {more:1 more|# more}")

# --- what they are called in such a sentence -------------------------------------------------

THE_POST: Final = Text("the post")
THE_NAME: Final = Text("the name")
THE_WORDS: Final = Text("the file with the words")
THE_PASSPHRASE: Final = Text("the passphrase in {path}")
WHAT_WAS_TYPED: Final = Text("what you typed")
WHAT_WAS_SENT: Final = Text("what was sent")
