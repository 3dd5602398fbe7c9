"""What people are told about what they hand in: texts, names, passphrases, files.

The other sentences of the node stand in ``sentences.py`` beside this.
"""

from typing import Final

from swarmfeed.core.base.texts import Text, joined

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
WARNING_TOO_LONG: Final = Text(
    "a content warning has at most {most:1 character|# characters}: it stands above the text"
)
NO_LANGUAGE: Final = Text("no language is called {typed}; name one as de, en or pt-BR")
TOO_MANY_NAMES: Final = Text("At most {most:1 post|# posts} can be asked for at once.")
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

# --- many at once: core/asks/people.py -----------------------------------------------------

THAT_IS_YOURSELF: Final = Text("that is yourself: your own posts are in the timeline already")
TOO_MANY_AT_ONCE: Final = Text("{given:1 person|# people} at once; at most {most:1|#} go")
FOLLOWED_MANY: Final = Text("You follow {now:1 more person|# more people} now.")
FOLLOWED_NOBODY_NEW: Final = Text("You follow nobody new.")
FOLLOWED_ALREADY: Final = Text("You followed {already:1 of them|# of them} already.")
PASSED_OVER: Final = Text("{passed:1 was|# were} passed over:")
ONE_PASSED: Final = Text("{who}: {reason}")
STANDARD_INPUT: Final = Text("standard input")
INPUT_TOO_LONG: Final = Text("{what} is longer than {most:1 byte|# bytes}")
NO_PICTURE_CHOSEN: Final = Text("Choose a picture of the code first.")
NOBODY_GIVEN: Final = Text("nobody was named: give links or addresses, one a line")


def what_was_followed(*, now: int, already: int, passed: int) -> str:
    """What came of a wish to follow many; who was passed over is told after it."""
    said = [FOLLOWED_MANY(now=now) if now else FOLLOWED_NOBODY_NEW()]
    said += [FOLLOWED_ALREADY(already=already)] if already else []
    said += [PASSED_OVER(passed=passed)] if passed else []
    return joined(said)


# --- what is asked for twice ------------------------------------------------------------------

BAD_KEY: Final = Text("the key of a wish is 1 to {most} visible ASCII characters")
TWO_KEYS: Final = Text("the header Idempotency-Key and the key of the body are two keys")
TRY_WITH_KEY: Final = Text(
    "{reason}; to say it again without posting it twice, add: --key {key}"
)
KEY_OF_ANOTHER: Final = Text(
    "This was posted already, with other words, so nothing was posted now. Send it once more,"
    " and it becomes a post of its own."
)
SAID_BEFORE: Final = Text(
    "You posted the same words a moment ago, so nothing was posted now. If they are meant to"
    " stand twice, send them once more."
)

# --- forms of the page -----------------------------------------------------------------------

NOT_LOGGED_IN: Final = Text(
    "This browser is not logged in, so nothing was sent. Open your page again with: swarmfeed"
    " open. Then press the button once more."
)
OTHER_LOGIN: Final = Text(
    "You have logged in anew since this page was opened, so nothing was sent. Press the button"
    " once more."
)

# --- what they are called in such a sentence -------------------------------------------------

THE_POST: Final = Text("the post")
THE_CIRCLE: Final = Text("the circle")
THE_WARNING: Final = Text("the content warning")
THIS_LINE: Final = Text("it")
THE_NAME: Final = Text("the name")
THE_WORDS: Final = Text("the file with the words")
THE_PASSPHRASE: Final = Text("the passphrase in {path}")
WHAT_WAS_TYPED: Final = Text("what you typed")
WHAT_WAS_SENT: Final = Text("what was sent")

# --- files to import -------------------------------------------------------------------------

FOREIGN: Final = Text("this seems to be {what}. {expected}")
EXPECTED: Final = Text(
    "What can be imported is a file with a line for each post, such as"
    ' {{"author": "me", "time": 1500000000, "text": "Hello"}}, where "time" is in seconds since'
    " 1970; nothing was imported"
)
A_ZIP: Final = Text("a zip archive; unpack it first, and take the file of posts out of it")
A_TAR: Final = Text("a tar archive; unpack it first, and take the file of posts out of it")
A_GZIP: Final = Text("something that was packed twice; unpack it once")
A_PACKED_FILE: Final = Text("a packed file; unpack it first")
A_PDF: Final = Text("a PDF")
A_PICTURE: Final = Text("a picture")
A_FILM: Final = Text("a film or a sound")
A_DATABASE: Final = Text("an SQLite database")
UTF16_TEXT: Final = Text("text in UTF-16; save it as UTF-8")
AN_ARCHIVE_OF_X: Final = Text("a file of an archive of X (Twitter)")
AN_OUTBOX: Final = Text("an outbox of Mastodon")
A_WEB_PAGE: Final = Text("a web page")
SOME_XML: Final = Text("XML")
A_JSON_LIST: Final = Text("a JSON list, all in one; write each post on a line of its own")
A_JSON_OBJECT: Final = Text(
    "one JSON object; write each post as an object on a line of its own"
)
A_TABLE: Final = Text("a table (CSV)")

TIME_AHEAD: Final = Text('"time" is {when}, which is still to come')
TIME_IN_MS: Final = Text('"time" seems to be in milliseconds, and has to be in seconds')

OTHERS_UNKNOWN: Final = Text(
    "nothing was imported: this is not your first device, and what you wrote on others has not"
    " come yet, so posts could stand there twice. Let the node run until it is here; if nobody"
    " has it any more, say: swarmfeed import --anyway"
)
OTHERS_MISSING: Final = Text(
    "nothing was imported: {entries:1 entry|# entries} of what you wrote on"
    " {devices:another device|# other devices} have not come yet, so posts could stand there"
    " twice. Let the node run until they are here; if nobody has them any more, say:"
    " swarmfeed import --anyway"
)

NOT_DONE: Final = Text("nothing was changed")
NOBODY_TO_ASK: Final = Text(
    "there is no terminal here to answer at; say --yes if the answer is yes: {question}"
)
