"""Bounds of what nodes say and remember for the history of others."""

from typing import Final

NOTICE_BYTES_MAX: Final = 1_500
"""Longest signed notice: three ids, five numbers and the longest reason in UTF-8."""

REASON_CHARS_MAX: Final = 200
"""Longest reason of a refusal: one sentence."""

DISK_GIVEN_MIN_BYTES: Final = 1_000_000
"""Least disk that may be given: ten ordinary histories, with less nobody is helped."""

FEED_BYTES_MAX: Final = 2**50
"""Most bytes a feed may be said to have: a petabyte."""

NOTICES_PER_MESSAGE_MAX: Final = 500
"""Most notices in one message: 150 kB of ordinary ones."""

NOTICES_TOLD_AT_ONCE: Final = 100
"""Notices that we put into one message: as many as are encoded in a few milliseconds."""

NOTICES_PER_FEED_MAX: Final = 64
"""Nodes remembered with a notice about one feed; those that expire first give way."""

NOTICES_MAX: Final = 200_000
"""Notices remembered altogether: four on each of 50,000 feeds, about 100 MB."""

WATCHED_MAX: Final = 20_000
"""Authors a peer may watch at a node, and a node watches: as many as it may want."""

WATCH_ANSWERED_MS: Final = 60_000
"""How long a peer that watches an author again is not told again all that is known of it."""

PRESENCES_MAX: Final = 10_000
"""Nodes whose presence is remembered, 1.5 kB each; those longest unseen give way."""

SEEN_MAX: Final = 1_000
"""Nodes one report may name as seen, and feeds it may count requests of."""

REQUESTS_PER_MONTH_MAX: Final = 10**9
"""Most requests a month that a report may tell of a feed."""

PROBES_PER_ROUND: Final = 32
"""Holders without a link that are dialled to see whether they are there, each quarter of an
hour: half a kilobyte a second at most."""

AUDITS_PER_DAY: Final = 30
"""Random entries asked of each holder in a day: one that lacks a tenth of what it claims passes
all of them once in 24 days."""

AUDIT_TIMEOUT_S: Final = 10
"""How long an answer to an audit may take: a disk that sleeps needs some seconds."""

AUDIT_ANSWERS_PER_MINUTE: Final = 60
"""Audits of one peer that are answered in a minute: each costs a read and a frame's hashes."""

INCLUSION_HASHES_MAX: Final = 32
"""Most hashes in an inclusion proof: the depth of the largest feed."""

HISTORY_FEEDS_SHOWN: Final = 1_000
"""Feeds that a status of a history server lists; the rest is counted."""

SHOWN_BYTES_FOR_OTHERS: Final = 128 * 1024
"""Unpacked entries of one author whose history is held for others that are indexed, the
newest: a thousand posts.  So an index takes no more than 3 GB for 10,000 feeds, and a tenth of
that for ordinary ones; whoever opens the author's page has the rest indexed too."""
