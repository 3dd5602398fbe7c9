"""What people are told about backup words that do not lead to a key, and what to look at."""

from typing import Final

from swarmfeed.core.base.texts import Text

NO_WORDS: Final = Text("there is no word in what you gave; {what} has {count}")
TOO_FEW: Final = Text(
    "{typed:there is 1 word|there are # words}, and {what} has {count}.{where}"
)
TOO_MANY: Final = Text(
    "{typed:there is 1 word|there are # words}, and {what} has only {count}.{where}"
)
NUMBERS_MISSING: Final = Text(" Nothing stands at {numbers}.")
LINE_IS_SHORT: Final = Text(
    " Look at line {line}: it has {typed:1 word|# words}, and most have {most}."
)
LINE_IS_LONG: Final = Text(
    " Look at line {line}: it has {typed:1 word|# words}, and most have only {most}."
)
CUT_OFF: Final = Text(" Perhaps the beginning or the end was cut off, or a word was left out.")
TWICE: Final = Text(" Was one word typed twice, at {first} and at {second}?")
WORD_UNKNOWN: Final = Text('Word {number}, "{word}", is not one of the backup words.')
WORD_UNKNOWN_NEAR: Final = Text(
    'Word {number}, "{word}", is not one of the backup words. Did you mean {near}?'
)
WORD_IS_TWO: Final = Text(
    'Word {number}, "{word}", is not one of the backup words. Are these two: {first} {second}?'
)
MORE_UNKNOWN: Final = Text("{more:1 more word is|# more words are} not known either.")
OR: Final = Text("{several} or {last}")
DO_NOT_FIT: Final = Text(
    "Every word exists, but together they do not fit: one is wrong, or two stand in the wrong"
    " order, or words of two sheets were mixed.{hints}"
)
PERHAPS: Final = Text(" They would fit {hints}.")
IF_SWAPPED: Final = Text("if words {first} and {second} changed places")
IF_REPLACED: Final = Text('with "{word}" as word {number}')

WORD_MISSING: Final = Text("Type the word that stands there on the paper.")
OTHER_WORD: Final = Text("Another word stands there. Look at the number, and at the paper.")
NO_SUCH_WORD: Final = Text("Not one of the backup words.")
NO_SUCH_WORD_NEAR: Final = Text("Not one of the backup words. Did you mean {near}?")

TORN_APART: Final = Text(
    "other lines stand between the words of {what}; give only the words, and nothing else"
)

THE_SHEET: Final = Text("the sheet")
