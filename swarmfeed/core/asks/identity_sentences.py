"""What people are told about whose a home is, and whose words are."""

from typing import Final

from swarmfeed.core.base.texts import Text

SHEETS_PUT: Final = Text("{authors:1 author's|# authors'} sheets put into the DHT")
OLD_HOME: Final = Text(
    "{home} is of swarmfeed 0.1, whose people and posts this version cannot read; nothing in it"
    " was touched. Begin anew in another folder: swarmfeed --home FOLDER init"
)
WORDS_OF_ANOTHER: Final = Text(
    "these words are not the first sheet of that link; take the words and the link from the"
    " same sheet"
)
WHOSE_WORDS: Final = Text(
    "the words alone do not say whose they are; add the link that stands on the sheet, or give"
    " the file that init --words-file wrote"
)
