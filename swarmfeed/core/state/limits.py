"""Bounds of private state: what an author's devices know together, and nobody else."""

from typing import Final

from swarmfeed.core.base.limits import FEEDS_PER_AUTHOR_MAX
from swarmfeed.core.feed.limits import STATE_BLOB_BYTES_MAX

SCOPE_CHARS_MAX: Final = 16
"""Longest name of a kind of private thing, such as ``mute``."""

KEY_BYTES_MAX: Final = 128
"""Longest name of one of them: a feed id and an index, or a place of a draft."""

VALUE_BYTES_MAX: Final = 8 * 1024
"""Longest value: the longest post, as a draft."""

ROW_BYTES_EXTRA: Final = 128
"""What a row takes beside its key and value: names of keys, time, device."""

TABLE_BYTES_MAX: Final = 512 * 1024
"""What one device writes down at most, with what it takes for each row: a thousand
notifications that were read (240 kB), and as much again."""

OTHERS_BYTES_MAX: Final = 2 * TABLE_BYTES_MAX
"""What is kept of all other devices together, and of each no more than it may write: two that
are full, so a stolen one that still counts leaves room for others, and for this one always."""

RETURNED_BYTES_MAX: Final = TABLE_BYTES_MAX // 2
"""What is taken from others of what they say this device wrote: it may have lost that; and if
they lie, it can still write as much again."""

MERGED_BYTES_MAX: Final = OTHERS_BYTES_MAX + TABLE_BYTES_MAX
"""What is kept in all."""

GONE_MS: Final = 400 * 24 * 3_600 * 1_000
"""How long it is known that something was taken away: a device that was off for longer than
that, a year and a month, may bring it back."""

ROW_AHEAD_MS: Final = 24 * 3_600 * 1_000
"""How far ahead of this device's clock a row may be: a wrong time zone is; what claims to be
later would count over all that a person does until then, and hide what that device does."""

RECOVERIES_MAX: Final = 4
"""Statements of recovery keys that a snapshot is sealed to: of each generation one is made, and
a second one where a device of that author could not see the first."""

WRAPS_MAX: Final = FEEDS_PER_AUTHOR_MAX + 2 * RECOVERIES_MAX
"""Boxes in a snapshot: one for each device, two for each pair of sheets."""

SNAPSHOT_BYTES_MIN: Final = 4 * 1024
"""Shortest snapshot: whether there is one mute or none, nobody sees."""

SNAPSHOT_EVERY_MS: Final = 24 * 3_600 * 1_000
"""How often one is written at most, unless a person asks for it: each stays in the log as two
hashes for ever."""

EXCHANGE_BYTES: Final = 48 * 1024
"""Rows in one message between own devices."""

EXCHANGE_BYTES_MIN: Final = 512
"""Shortest such message, so that one mark is as long as ten."""

EXCHANGE_BYTES_MAX: Final = 128 * 1024
"""Longest message between own devices that is opened at all."""

assert MERGED_BYTES_MAX + WRAPS_MAX * 1_168 + 4_096 < STATE_BLOB_BYTES_MAX
assert EXCHANGE_BYTES + VALUE_BYTES_MAX + KEY_BYTES_MAX + FEEDS_PER_AUTHOR_MAX * 64 < 2**16
