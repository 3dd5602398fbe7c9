"""Bounds of circles: who may read what an author protects."""

from typing import Final

from swarmfeed.core.feed.limits import REKEY_WRAPS_MAX

CIRCLE_ID_BYTES: Final = 16
TREE_ID_BYTES: Final = 8

TREE_HEIGHT: Final = 14
LEAVES_MAX: Final = 1 << TREE_HEIGHT
"""People that one tree has room for, those removed too: leaves are never given out twice."""

CIRCLES_MAX: Final = 32
"""Circles of one author: a person keeps no more apart."""

NAME_CHARS_MAX: Final = 64
"""Longest name of a circle."""

WRAPS_MAX: Final = 4 * REKEY_WRAPS_MAX
"""Wraps in one rekey, 29 kB of log for ever: 120 people removed out of 10,000.  Beyond that the
circle gets a new tree, and everybody in it a letter."""

REKEY_EVERY_MS: Final = 7 * 24 * 3_600 * 1_000
"""How old an epoch becomes: so that a rekey does not say that somebody was removed."""

TRIALS_MAX: Final = 2_000
"""Keys that are tried on one entry: 8 ms of a slow processor; forty circles of a year each."""

TRIALS_AT_ONCE: Final = 1_000
"""Keys tried before everybody else has a turn: 4 ms."""

ENTRIES_AT_ONCE: Final = 32
"""Entries opened before everybody else has a turn: 3 ms."""

ADMISSIONS_MAX: Final = 256
"""Trees of others in which a person has a leaf: of 750 bytes in the private state each."""

REQUESTS_MAX: Final = 500
"""Requests of others that wait; more are passed over, and come again when asked again."""

FEEDS_AT_ONCE: Final = 64
"""Feeds of which a thread is asked at once whether they have protected entries: 1 ms."""

READ_AT_ONCE: Final = 4_096
"""Protected entries of one feed that are looked at, newest first: of a busy year."""

OPENED_MAX: Final = 50_000
"""Protected posts that are kept open in memory, the newest: about 60 MB."""

WELCOMES_AT_ONCE: Final = 50
"""Letters that one round sends to people of a new tree: 0.1 s; 10,000 have theirs in hours."""

OWED_MAX: Final = 2_000
"""People of one tree who could not be written to and are tried again; others ask."""

WELCOME_AGAIN_MS: Final = 3_600 * 1_000
"""How often one person is welcomed again who asks again, and how often we ask again."""

REOPEN_AFTER_MS: Final = 600 * 1_000
"""How long an epoch stays closed before we ask for its key: a letter may be on its way."""

PEOPLE_PER_ROW: Final = 240
"""Of 32 bytes each, in one row of the private state (8,192)."""

OPENED_REACTIONS_MAX: Final = 50_000
"""Likes and boosts of protected posts that are kept in memory, 300 bytes each: 15 MB."""
