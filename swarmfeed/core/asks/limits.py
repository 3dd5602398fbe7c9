"""Bounds of what people ask for."""

from typing import Final

FOLLOWED_AT_ONCE_MAX: Final = 4_096
"""People followed by one ask: as many bare addresses as fit into one form of the page."""

FOLLOWED_BYTES_MAX: Final = 6 * 1024 * 1024
"""Longest JSON body that names them: each with the longest link there is."""

BOOSTS_LOOKED_AT: Final = 1_000
"""Boosts of a post, the newest, among which those of followed people are looked for: however
many strangers boost it, a page takes a millisecond for it."""

QUOTED_CHARS_MAX: Final = 400
"""Of a post that another one quotes, so much is shown with that: ten lines of a phone."""

FILTER_BYTES_MAX: Final = 100
"""Longest words of a filter: they are the key of a row of private state."""

FILTER_TITLE_BYTES_MAX: Final = 200
"""Longest title of filters that an app keeps together."""

FILTERS_MAX: Final = 100
"""Filters of a person: each is held against every post of a page."""

FILTER_DAYS_MAX: Final = 3_650
"""Longest time after which a filter ends by itself: ten years."""

NOTE_CHARS_MAX: Final = 2_000
"""Longest note about somebody: each character takes four bytes of a row at most."""

THREADS_MUTED_MAX: Final = 200
"""Threads of which a person wants no notices: each is looked for above every notice."""

LIST_NAME_BYTES_MAX: Final = 64
"""Longest name of a list: it stands in a menu, and in addresses of pages."""

LISTS_MAX: Final = 50
"""Lists of a person."""

LIST_PEOPLE_MAX: Final = 500
"""People in a list: its timeline looks into the feeds of all of them."""

NEWER_COUNTED: Final = 1_000
"""Posts that are counted above a place: of a quarter of a million a page would wait for a tenth
of a second, to be told what nobody reads."""

FACES_AT_ONCE_MAX: Final = 200
"""People whose pictures are looked up at once: all who are on a page."""

REGARDING_NAMED: Final = 3
"""People who are named together in one notification; the others are counted."""

REGARDING_COUNTED: Final = 1_000
"""People who are counted in one notification: who is liked by more is told of so many."""

INTRODUCED_BY_ONE_MAX: Final = 1_000
"""Whom one person follows, of whom so many are looked at to suggest somebody: more than anybody
knows."""

INTRODUCED_ALONE_MAX: Final = 3
"""People suggested whom one and the same person alone follows."""

INTRODUCERS_NAMED: Final = 2
"""People who are named as a reason; the others are counted."""

SUGGESTED_MAX: Final = 100
"""People to suggest that are known at once: many may be dismissed before others are looked
for."""

SUGGESTED_SHOWN: Final = 10
"""People who are suggested at once, unless fewer or more are asked for."""

SUGGESTIONS_FRESH_S: Final = 60
"""So long the same people are suggested: of three thousand whom somebody follows it takes a
second to look whom they follow."""

LOG_LINES_MAX: Final = 2_000
"""Lines of a log that are kept in memory: some 4 MB at most, mostly 200 kB."""

LOG_LINE_CHARS_MAX: Final = 2_000
"""Longest line of a log that is kept; of the trace of an error the end."""

OPML_FORM_BYTES_MAX: Final = 4 * 1024 * 1024
"""Longest request with a list of feeds of the web: 1 MiB of it is read, and as JSON a character
of two bytes takes six."""
