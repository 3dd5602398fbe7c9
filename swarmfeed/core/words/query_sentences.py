"""What people are told about a search that cannot be read."""

from typing import Final

from swarmfeed.core.base.texts import Text

TOO_LONG: Final = Text("A search has at most {most:1 character|# characters}.")
TOO_MANY: Final = Text("A search has at most {most:1 word|# words}.")
NOTHING_TO_FIND: Final = Text(
    "A search needs a word to look for, or a tag, from:, to:, lang:, has: or is:."
)
NO_DAY: Final = Text(
    "{field}: takes a day like 2026-03-15, a month like 2026-03 or a year, not {typed}."
)
NOT_WITHOUT: Final = Text(
    "Before {field}: no dash can stand: since: and until: are the two sides."
)
NO_LANGUAGE: Final = Text("lang: takes a language like en, de or pt-br, not {typed}.")
WHICH_ORDER: Final = Text("order: is best or newest, not {typed}.")
HAS_WHAT: Final = Text(
    'has: knows link and media, not {typed}; "has:{typed}" in quotation marks are words.'
)
IS_WHAT: Final = Text(
    'is: knows reply, not {typed}; "is:{typed}" in quotation marks are words.'
)
