"""Bounds of witnesses, and of what is remembered of their words."""

from typing import Final

WITNESSED_FEEDS_MAX: Final = 20_000
"""Feeds whose heads a witness keeps, 0.7 kB each: twice as many as a supernode of the largest
class has children with twenty friends each that nobody else follows."""

COSIGN_BURST: Final = 256
"""Heads one node may bring at once: those of all it follows, after a night."""

COSIGN_PER_S: Final = 16
"""Heads one node may bring in a second after that: a proof takes 0.1 ms, a signature less."""

NEW_FEEDS_OF_NODE: Final = 512
"""Feeds a witness hears of by one node in a day, at once or not: so many a person follows."""

NEW_FEEDS_OF_NETWORK: Final = 2_048
"""The same by all nodes of one network: four that follow as many, and no others in common."""

WITNESSED_FEEDS_SPARED: Final = 2_000
"""Of the places, the last ones: for nodes that have brought few feeds of late."""

FIRST_FEEDS_OF_NODE: Final = 8
"""So few: its own feeds come first, with those of a few whom it reads."""

ROOM_KEPT_MAX: Final = 4_096
"""Nodes and networks of which is remembered what they brought in the last day: 150 B each.
Beyond that, who comes new brings nothing new until another one's day is over."""

COSIGNED_WITHIN_S: Final = 0.1
"""How long heads are gathered before they are written down, all in one sync of the disk."""

ANSWERS_WAITING_MAX: Final = 4_096
"""Answers that wait for that sync; those beyond are not given, and asked for again."""

UNREAD_MAX: Final = 1_024
"""Things that wait for a node, beyond which it gets no answers: four bursts of its questions.
Who reads so little asks again."""

COSIGNATURES_MAX: Final = 8
"""Cosignatures kept of one head, and told: four others in different networks are plenty."""

NEWEST_KEPT_MAX: Final = 5_000
"""Feeds of which is kept what witnesses said: 1.5 kB each; own and followed ones."""

ASKED_AFTER_S: Final = 1
"""How long after a new head witnesses are asked: many posts in a row are one question."""

OWN_ASKED_EVERY_S: Final = 20
"""How often witnesses are asked about the own feed, though nothing was written: followers see
by it that nothing is kept from them."""

READ_ASKED_EVERY_S: Final = 300
"""The same about each feed of those we follow."""

ASKED_AT_ONCE: Final = 16
"""Feeds asked about in one round of 5 s: 960 in five minutes."""

WITNESSES_ASKED: Final = 2
"""Witnesses a node asks: its parents; a supernode asks other supernodes."""

TOLD_EVERY_S: Final = 60
"""How much newer a word about the same head must be before it is passed on again."""

AHEAD_S: Final = 120
"""How far a witness's clock may be ahead of ours: as far as a supernode's may be off."""

UNSEEN_AFTER_S: Final = 5
"""How long a head that witnesses have seen may be on its way before it counts as kept back."""

STEP_BACK_S: Final = 5
"""A witness that signs a smaller head so much later than a larger one has lied; below that its
answers may have crossed."""

ANSWERED_WITHIN_S: Final = 15
"""How long a witness may take to say its word when the other one has said its: ten times what
writing down and a slow line take."""

OPEN_MAX: Final = 64
"""Feeds of which is looked who of two witnesses answers: four rounds of those asked about."""

NOTES_WAITING_MAX: Final = 64
"""Requests by HTTP that wait for the disk at once: what comes in some seconds at the rate that
all of them have together."""

NOTE_SIGNATURES_MAX: Final = 16
"""Signature lines of a checkpoint that comes by HTTP: its author's, and of witnesses before."""

WITNESS_URL_CHARS_MAX: Final = 400
"""Longest address of a witness on the web, its key included."""

WITNESS_NAME_CHARS_MAX: Final = 128
"""Longest name of such a witness."""

OUTSIDE_WITNESSES_MAX: Final = 4
"""Witnesses on the web that a node asks."""

OUTSIDE_EVERY_S: Final = 300
"""How often one is asked though nothing was written."""

OUTSIDE_AFTER_S: Final = 10
"""How soon after it was asked one is asked again, though much is written, or it failed."""

OUTSIDE_TURNS: Final = 3
"""Requests in one round: what it has, the proof from there, and once more if it moved."""
