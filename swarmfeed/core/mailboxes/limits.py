"""Bounds of mailboxes: what is kept for others, by whom it may be put there, and our own."""

from typing import Final

DAY_S: Final = 24 * 60 * 60

PARCEL_BYTES_MAX: Final = 64 * 1024
"""Longest parcel: a hundred times a letter; what is longer is no letter."""

PARCEL_ID_BYTES: Final = 16
"""First bytes of the SHA-256 of a parcel: nobody finds two that agree in them."""

BOX_ID_BYTES: Final = 16
"""First bytes of a SHA-256 over whose box it is and who keeps it."""

TOKEN_BYTES: Final = 16
"""A token: nobody guesses it."""

BOX_BYTES: Final = 2 * 1024**2
"""What a box holds: a thousand letters to one device."""

BOX_PARCELS_MAX: Final = 4_096
"""Parcels in a box: as many of the shortest as fill it."""

STRANGERS_SHARE: Final = 4
"""Strangers may fill one part in so many of a box: the rest is for contacts alone."""

STRANGERS_PER_DAY: Final = 20
"""Parcels of strangers that a box takes in a day: nobody reads more requests."""

STRANGER_PARCEL_BYTES_MAX: Final = 8 * 1024
"""Longest parcel of a stranger: a request of 500 characters of any script, sealed."""

WORK_BITS: Final = 20
"""Work of a stranger for one parcel: a million hashes, a second of a processor."""

WORK_BYTES: Final = 8
"""The number that shows the work."""

WORK_AT_ONCE: Final = 4_096
"""Numbers tried before others have their turn: 3 ms."""

SENDER_BYTES_PER_DAY: Final = 512 * 1024
"""What one node may put into one box in a day: a quarter of it, and 300 letters at once."""

SENDERS_KNOWN_MAX: Final = 1_024
"""Nodes whose use of a box is remembered; who put something longest ago is forgotten."""

MAILBOX_DISK_BYTES: Final = 128 * 1000**2
"""Disk that a node gives to boxes unless told otherwise: those of 61 friends."""

SERVER_MAILBOX_DISK_BYTES: Final = 2 * 1000**3
"""The same of a history server: boxes of a thousand people."""

LEASE_S: Final = 90 * DAY_S
"""How long a box is kept for somebody who does not come: longer than a parcel."""

PARCEL_KEPT_S: Final = 30 * DAY_S
"""How long a parcel is kept: as long as its sender sends it again."""

RENEWED_AFTER_S: Final = DAY_S
"""How often a lease is renewed by an owner who is there."""

PUT_WITHIN_S: Final = 0.02
"""How long parcels are gathered before they are written down, all in one sync of the disk."""

PUTS_WAITING_MAX: Final = 256
"""Parcels that wait for that sync, 16 MiB at most; beyond, the box counts as full."""

SOME_BYTES: Final = 256 * 1024
"""Bytes of parcels after which a `mail-some` is sent; the last one put in goes beyond."""

SOME_MAX: Final = 256
"""Parcels in one `mail-some`."""

DROPS_MAX: Final = 1_024
"""Parcels that one `mail-drop` lets go."""

ANSWER_S: Final = 15.0
"""How long a holder may take to confirm a parcel: a sync of a busy disk takes one."""

PUTTING_MAX: Final = 64
"""Parcels that we put at once; others wait."""

LOOKED_EVERY_S: Final = 600
"""How often a box is looked for whose holder is not linked."""

ASKED_EVERY_S: Final = 600
"""How often one node is asked for a lease while we have too few boxes."""

KNOWN_ASKED_EVERY_S: Final = 5
"""The same of a node that confirms to hold our feed: before it did, it could only refuse."""

ASKED_MAX: Final = 8
"""Nodes asked for a lease in one round."""

OFFERS_GATHERED_S: Final = 3.0
"""How long offers are gathered before some are chosen: those of all who are linked at once."""

GONE_S: Final = 3 * DAY_S
"""How long a holder may be away, while we look for it, until another takes its place."""

GONE_LOOKS: Final = 8
"""How often at least it was looked for in vain meanwhile."""

COMPARED_AFTER_S: Final = 60 * 60
"""How long after a parcel came from one box it is asked which others had it."""

COMPARED_MAX: Final = 4_096
"""Parcels that wait to be compared; those beyond are not."""

COUNTED_MAX: Final = 256
"""Compared parcels after which both counts of a box are halved: the past weighs less."""

MISSED_MIN: Final = 8
"""Parcels a box lacked, that others had, before it may be given up; then, if it lacked more
than it had.  Whether it lies or nobody reaches it, it is of no use."""

PROBE_EVERY_S: Final = DAY_S
"""How often we put a parcel of our own into each box, to see whether it is still there."""

PROBE_BYTES: Final = 446
"""As long as a short letter (docs/FORMAT.md)."""

PROBES_LOST_MAX: Final = 2
"""Probes in a row that a box may lose; then it is given up."""

SHUNNED_S: Final = 30 * DAY_S
"""How long a holder that was given up is not asked again."""

SHUNNED_MAX: Final = 256
"""Holders that are remembered as given up."""

SEEN_MAX: Final = 20_000
"""Parcels that are remembered as taken, so that none is told twice: 16 bytes each."""

SEEN_S: Final = 2 * PARCEL_KEPT_S
"""How long they are: twice as long as an honest holder could bring one again."""

OPEN_PARCELS_MAX: Final = 2_048
"""Parcels that were told and not yet taken: those beyond stay in the box meanwhile."""

LISTED_MAX: Final = 2 * BOX_PARCELS_MAX
"""Parcels that are noted as being in one box: twice what an honest one holds."""

TOLD_AGAIN_S: Final = 60 * 60
"""How long after a parcel was told it is told again, if it is still not taken."""

PARCEL_COSTS_MIN: Final = 256
"""As how many bytes a shorter parcel counts: as long as the shortest letter."""

TAKEN_BYTES_PER_DAY: Final = 16 * BOX_BYTES
"""What we take from one box in a day: a holder that makes up parcels gets no further."""
