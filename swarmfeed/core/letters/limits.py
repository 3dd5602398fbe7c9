"""Bounds of letters: what one device seals, keeps and takes in, each with unit and reason."""

from typing import Final

DAY_MS: Final = 24 * 3_600 * 1_000

# --- keys ---

PREKEYS_EVERY_MS: Final = 14 * DAY_MS
"""How long a device's published keys are used: what was sealed to them before anybody answered
opens for whoever steals the device until they are erased, and each set takes 1.4 kB of the
log for ever."""

PREKEYS_ERASED_AFTER_MS: Final = 30 * DAY_MS
"""How long after that the private halves are kept: as long as a letter is sent again."""

PREKEYS_KEPT_MAX: Final = 6
"""Sets of own keys at once, each tried on a parcel: four would do; a clock that leaps makes
more."""

PREKEYS_LOOKED_AT: Final = 4
"""Newest ``prekeys`` entries of a feed that are read: one of them is not withdrawn."""

# --- sealing ---

LETTER_ID_BYTES: Final = 16
"""Of the hash that names a letter: nobody finds two of one name among 2^64."""

PARCEL_ID_BYTES: Final = 16
"""Of the hash that names a parcel."""

CONTENT_STEP_BYTES: Final = 256
"""Shortest letter as it is sealed; longer ones take twice that, four times, and so on."""

CONTENT_BYTES_MAX: Final = 32 * 1024
"""Longest letter as it is sealed: 8,000 bytes of text, or most of a group's history."""

OPENING_STEP_BYTES: Final = 512
"""What the first letters of a session are padded to, so that nobody counts certificates."""

PARCEL_BYTES_MAX: Final = 64 * 1024
"""Longest parcel; also what a box takes."""

SESSIONS_MAX: Final = 4
"""Sessions with one device: both may begin at once, and with each new set of keys."""

SKIPPED_MAX: Final = 1_000
"""Letters that may be missing before the next one opens: it takes 20 ms to skip as many, and
their keys 80 kB of disk."""

CHAIN_MAX: Final = 2**32 - 1
"""Highest number of a letter in one chain: four bytes."""

# --- what a letter says ---

TOKEN_BYTES: Final = 16
"""With which parcels are left for somebody: as long as boxes compare."""

AFTER_MAX: Final = 4
"""Letters that one names as the newest its writer had seen."""

KIND_CHARS_MAX: Final = 16
"""Longest name of a kind of letter."""

TEXT_BYTES_MAX: Final = 8_000
"""Longest text, in UTF-8: that of a post."""

REQUEST_CHARS_MAX: Final = 500
"""Longest text from somebody we do not know."""

AHEAD_MS: Final = 10 * 60 * 1_000
"""How far ahead of our clock a letter may say that it was written; what says more is put in
order as if it was written when it came."""

# --- keeping ---

REQUESTS_MAX: Final = 100
"""Strangers whose one letter waits for an answer: more is nobody's doing but a flood's."""

TALKS_MAX: Final = 2_000
"""Conversations: their heads are held in memory, 300 bytes each."""

DEVICES_MAX: Final = 4_000
"""Devices whose sessions are kept; the one longest unheard of goes first."""

SEEN_MAX: Final = 50_000
"""Parcels and letters remembered, so that nothing is taken in twice: 1,600 a day."""

SEEN_MS: Final = 45 * DAY_MS
"""How long: later, the key to the outside of a parcel is erased."""

SENT_MAX: Final = 5_000
"""Letters to people on their way at once."""

OWED_MAX: Final = 1_000
"""Receipts and the like on their way at once; the one that nobody took most often goes first.
Apart from SENT_MAX: who makes us owe many does not keep the person from writing."""

STRANGERS_PER_DAY: Final = 200
"""Letters of strangers that are kept in a day, and so remembered: in SEEN_MS less than half of
SEEN_MAX and of DEVICES_MAX times what a person answers."""

LETTERS_SHOWN: Final = 200
"""Newest letters of a conversation on one page."""

# --- delivering ---

RESEND_AFTER_MS: Final = (DAY_MS, 2 * DAY_MS, 4 * DAY_MS, 8 * DAY_MS)
"""When a letter that was given to somebody is sent again, until its device confirms it."""

EXPIRES_MS: Final = 30 * DAY_MS
"""When nobody tries any longer, and the sender is told so."""

RETRY_MS: Final = (5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000)
"""When a letter that nobody took is tried again; the last one from then on."""

AGAIN_EVERY_MS: Final = 3_600_000
"""How often a device is asked to begin a new session, at most: whoever replays parcels makes us
ask once."""

AGAINS_AT_ONCE: Final = 3
"""How often in AGAIN_EVERY_MS a device may have all that it did not confirm sent again: it was
restored, perhaps twice; who asks without end would have us seal and send without end."""

SEEK_PERSON_MS: Final = 10 * 60 * 1_000
"""How often the log of a person whose devices are not known is asked for."""

CONFIRM_S: Final = 20.0
"""How long a linked device may take to confirm a parcel."""

OFFERED_MAX: Final = 8
"""Linked holders of a feed that are asked whether they are the device that writes it."""

DELIVERIES_AT_ONCE: Final = 8
"""Devices that are delivered to at once."""

TOLD_AT_ONCE: Final = 50
"""Contacts that are told a new token at a time."""

GOT_MAX: Final = 64
"""Letters that one receipt confirms."""

# --- groups ---

GROUP_PEOPLE_MAX: Final = 32
"""People in a group: each letter is sealed to each of their devices."""

GROUP_CHANGES_MAX: Final = 128
"""Changes of who is in a group, in all; the last GROUP_PEOPLE_MAX are for those who leave."""

GROUP_LEAVES_MAX: Final = 3
"""Changes by somebody who may only leave: nobody keeps others from changing anything."""

GROUP_TOLD_BYTES_MAX: Final = CONTENT_BYTES_MAX - 1_024
"""Longest history in one letter to a newcomer, beside all else that the letter says; some 90
changes.  More go in further ones."""

GROUP_CHANGE_BYTES_MAX: Final = 1_024 + 40 * GROUP_PEOPLE_MAX
"""Longest letter about who is in a group: its beginning names all people."""

EARLY_MAX: Final = 64
"""Letters that wait in memory for the beginning of their group: 2 MiB at most."""

GROUP_REFS_MAX: Final = 8
"""Newest changes that a change names."""

GROUP_NAME_CHARS_MAX: Final = 64
