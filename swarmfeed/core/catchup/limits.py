"""Bounds of catching up: what one question and its answer may cost either end."""

from typing import Final

from swarmfeed.core.base.limits import CHUNK_ENTRIES, CHUNK_FANOUT, FRAME_BYTES_MAX

FEEDS_ASKED_AT_ONCE: Final = 256
"""Feeds in one message of a question: 14 kB, so 200 authors are one message."""

FEEDS_ASKED_MAX: Final = 8_192
"""Feeds of one question, 1 MB at who answers; what is beyond is asked for the ordinary way."""

GAP_ENTRIES_MAX: Final = CHUNK_ENTRIES * CHUNK_FANOUT
"""Entries of one feed that come with the answer: half a megabyte of usual posts, hashed in 10
milliseconds.  Whoever wrote more meanwhile has them in swarms, which have several holders."""

NEWS_BYTES: Final = 256 * 1024
"""Bytes of entries after which a message of the answer is sent: read, packed, verified and put
on disk in some tens of milliseconds, while the next one is made."""

NEWS_FEEDS_MAX: Final = 64
"""Most feeds of one such message: a signature each, 10 milliseconds together."""

NEWS_CONTENT_BYTES_MAX: Final = FRAME_BYTES_MAX
"""Longest list of entries in one message, unpacked: 256 longest entries.  What a frame declares
is compared with it before anything is decompressed."""

NEWS_PACKED_BYTES_MAX: Final = NEWS_CONTENT_BYTES_MAX + NEWS_CONTENT_BYTES_MAX // 100
"""The same packed: what does not compress grows by less than 1 % (ZSTD_compressBound)."""

LACKED_FEEDS_MAX: Final = FEEDS_ASKED_AT_ONCE
"""Feeds in one message that says what is not here, with their holders."""

LACKED_HOLDERS_MAX: Final = 4
"""Holders named for each of these: enough that one answers."""

FIRST_FEEDS: Final = 50
"""Feeds with the newest heads, which have the newest FIRST_POSTS of all whatever they are: a
person sees these posts before anything else is put into the index."""

FIRST_POSTS: Final = 50
"""Posts on one page."""

ANSWERED_AT_ONCE: Final = 4
"""Questions that are answered at the same time: each has a message on its way, 2 MB at most."""

WAITING_MAX: Final = 32
"""Questions that wait for that; more are refused, and asked of somebody else."""

WAITING_FEEDS_MAX: Final = 4 * FEEDS_ASKED_MAX
"""Feeds of all questions that wait or are answered: 4 MB."""

SILENT_S: Final = 2.0
"""How long an answer may stand still before everybody else is asked the ordinary way."""

LATE_S: Final = 30.0
"""How long the whole answer may take before who owes it counts as misleading: 20,000 posts take
a second, and a busy machine is slower, not dumb."""

AGAIN_MS: Final = 60_000
"""After an answer nothing is asked for so long: news come by themselves over links."""

SETTLED_MS: Final = 60_000
"""How old a head must be before who does not tell of it is wondered at."""

WATCHED_MS: Final = 60_000
"""How long after an answer it is compared with what others tell."""
