"""Bounds of feeds of the web: whoever runs a site may send anything."""

from typing import Final

WEB_FEEDS_MAX: Final = 250
"""Feeds of the web that one person follows: on each device as many are looked at every hour."""

ARTICLES_MAX: Final = 50
"""Articles of one feed that are kept, and read of what it tells: most sites tell 10 to 30."""

TEXT_BYTES_MAX: Final = 4_096
"""Longest text of an article that is kept: its address leads to the whole.  So all that is kept
takes 250 * 50 * 8 kB, 100 MB, at the very most, and an hundredth of that as a rule."""

TITLE_CHARS_MAX: Final = 200
"""Longest title, and longest name of an author."""

ADDRESS_CHARS_MAX: Final = 1_024
"""Longest address: what is longer leads nowhere for certain, and browsers cut at 2,000."""

TAG_CHARS_MAX: Final = 256
"""Longest tag of a version, and longest date, that is sent back to who gave it."""

OFFERED_MAX: Final = 8
"""Feeds that a page offers, of which a person is told."""

HEAD_BYTES: Final = 4_096
"""By so much of its beginning it is known what a file is."""

PAGE_BYTES_MAX: Final = 512 * 1024
"""So much of a page is looked at for the feeds it offers: they stand in its head."""

FETCHED_BYTES_MAX: Final = 4 * 1024 * 1024
"""Longest answer, unpacked: a feed with the whole texts of a year has 2 MB."""

FETCHED_HEAD_BYTES_MAX: Final = 32 * 1024
"""Longest head of an answer: some sites send 10 kB of cookies and rules."""

FETCHED_WITHIN_S: Final = 30
"""How long a look may take, with all places it is sent on to."""

CONNECTED_WITHIN_S: Final = 8
"""How long one address may take to be reached, before the next one is tried."""

ADDRESSES_MAX: Final = 4
"""Addresses of one name that are tried."""

REDIRECTS_MAX: Final = 5
"""How often a look is sent on."""

LOOK_ANSWERED_WITHIN_S: Final = 15
"""How long a person waits who has all looked at; what is slower goes on meanwhile."""

LOOKS_AT_ONCE: Final = 4
"""Feeds that are looked at side by side."""

LOOKS_A_ROUND: Final = 25
"""Feeds that are looked at in one round: all are silent until the end of their time, and yet
it is over in four minutes."""

ASKED_EVERY_MS: Final = 60 * 1_000
"""A site is not looked at sooner again, however often a person asks."""

JOB_EVERY_S: Final = 60
"""How often it is asked which feed is to be looked at."""

HOUR_MS: Final = 3_600 * 1_000

LOOK_EVERY_MS: Final = HOUR_MS
"""How often a feed is looked at that told something in the last month."""

QUIET_EVERY_MS: Final = 6 * HOUR_MS
"""How often one is that did not."""

QUIET_AFTER_MS: Final = 30 * 24 * HOUR_MS
"""For how long a feed told nothing that is quiet."""

MOVED_AFTER_MS: Final = 3 * 24 * HOUR_MS
"""For how long each look has to be sent on to the same address before that one is kept: a hotel
that answers for everybody, and a site that was set up wrong, are left or mended by then."""

WAIT_MS_MAX: Final = 7 * 24 * HOUR_MS
"""Longest pause: after failures, and where a site asks for one."""

OPML_BYTES_MAX: Final = 1024 * 1024
"""Longest list of feeds: five thousand outlines."""

OUTLINES_MAX: Final = 10_000
"""Most outlines of one list."""

NAMED_MAX: Final = 5
"""Outlines without a good address that are named one by one."""

PARSER_WAIT_S: Final = 20
"""How long a process may read one answer, a busy machine counted in."""

PARSERS_MAX: Final = 2
"""Such processes at once: one for what is looked at by itself, one for what a person asks."""

PARSER_CPU_S: Final = 8
"""How long it may compute: 4 MB of a well-made feed take 2 s."""

PARSER_MEMORY_BYTES: Final = 512 * 1024 * 1024
"""Memory of that process: 4 MB of a feed fill 45 MB, and more is
reserved."""

FOUND_BYTES_MAX: Final = 2 * 1024 * 1024
"""Longest answer of that process: 50 articles of at most 16 kB each."""
