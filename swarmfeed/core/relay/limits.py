"""Bounds of circuits, streams between two nodes by way of a third, and of who is there."""

from typing import Final

CIRCUIT_WINDOW_BYTES: Final = 64 * 1024
"""What an end may have under way and unread: a second at the rate of a relay."""

CIRCUIT_PIECE_BYTES: Final = 16 * 1024
"""Most bytes of one message: a record of TLS, so that a live post does not wait behind more."""

CIRCUIT_BYTES_PER_S: Final = 64 * 1024
"""What a relay passes on from each end of a circuit: posts at once, a backlog slowly."""

CIRCUIT_DAY_BYTES: Final = 16 * 1024**2
"""What a relay passes on for one node in a day, both ways: 200,000 live posts."""

CIRCUITS_RELAYED_MAX: Final = 32
"""Circuits a relay carries at once: 4 MiB of memory, 4 MiB/s at most."""

CIRCUITS_OF_NODE_MAX: Final = 8
"""Circuits that one node may have at a relay, and that a node holds at its own ends: each takes
two descriptors there."""

CIRCUIT_OPENED_WITHIN_S: Final = 10
"""How long the called node may take to answer."""

CIRCUIT_IDLE_S: Final = 120
"""How long a relay keeps a circuit that nothing goes over: two pings of a link."""

CIRCUIT_ID_BYTES: Final = 8
"""Length of a circuit's id: chosen by luck, so that two seldom meet."""

REASON_CHARS_MAX: Final = 120
"""Longest reason of a close."""

LOCATOR_BYTES_MAX: Final = 512
"""Longest signed locator: three ids, two times and the relays."""

LOCATOR_LASTS_MS: Final = 15 * 60 * 1000
"""How long a locator counts: a node that went without a word is looked for no longer."""

LOCATOR_AHEAD_MS: Final = 2 * 60 * 1000
"""How far a locator may be ahead of our clock."""

LOCATORS_KEPT_MAX: Final = 1_000
"""Locators a relay keeps, one of each node that is linked to it: half a megabyte."""

RELAYS_NAMED_MAX: Final = 2
"""Relays in a locator: as many parents as a node has."""

LOCATED_AUTHORS_MAX: Final = 64
"""Authors one question may be about."""

LOCATED_MAX: Final = 64
"""Locators in one answer: 32 kB."""

PRESENCE_COPIES: Final = 8
"""Supernodes that a relay tells of a node that is there, beside itself."""

SOUGHT_SOON_S: Final = 5
"""How long somebody whom the person just asked for is dialled before relays are asked: no more
questions than relays pass on, whatever a person does."""

RELAYS_ASKED_MAX: Final = 4
"""Relays that a node asks: its parents, and two others while it has none."""

LOCATE_ASKED_MAX: Final = 24
"""Supernodes that a question is passed on to: all that a supernode knows.  With two parents on
either side it meets one of 18 that were told with 98.9 % among 200 supernodes."""

LOCATE_PATIENCE_S: Final = 10
"""How long answers to a question that was passed on are passed back: a dial, and a round."""

LOCATES_PER_MINUTE: Final = 12
"""Questions of one node that are passed on: those of its rounds, and as many of people."""

LOCATES_OPEN_MAX: Final = 64
"""Questions that are passed on at once: each costs a message to each of 24."""

PRESENCES_OF_ONE_MAX: Final = 1_000
"""Locators that one supernode may tell: of as many nodes as it keeps itself."""

PRESENCES_KEPT_MAX: Final = 10_000
"""Locators that others told: those of 48 supernodes with 200 children each, 5 MB; the one
longest unheard of is forgotten first."""

DAY_SHARES_MAX: Final = 4_096
"""Nodes whose share of the day a relay remembers; those longest unheard of are forgotten."""

CIRCUITS_WAITING_MAX: Final = 64
"""Circuits of which something may wait to be said to one peer: twice what a relay carries."""

PART_BYTES_MAX: Final = 64 * 1024
"""Most bytes of a chunk in one message: a window of a circuit."""

PART_BYTES_ASKED: Final = 32 * 1024
"""What we ask for at once: half a second at the rate of a relay, which a live post waits."""

PARTS_AHEAD: Final = 2
"""Parts that are asked for before the first of them came: while one comes the next is read."""

PARTS_WAITING_MAX: Final = 4
"""Parts that may wait to be sent to one peer; who asks for more gets none of those."""

PARTS_BURST_BYTES: Final = 8 * 1024**2
"""What we give, and take, of chunks by way of relays at once, all together."""

PARTS_DAY_BYTES: Final = 4 * 1024**2
"""What is added to that in a day: with the burst 12 MiB, and a quarter of what a relay carries
is left for live posts."""

PART_BYTES_PER_S: Final = 128 * 1024
"""Of chunks in parts that one peer is given on average: twice what a relay lets through."""

PART_PATIENCE_S: Final = 60
"""How long nothing may come of a chunk before somebody else is asked, or later the same."""

PART_REST_S: Final = 120
"""How long nothing is asked of a peer that had nothing to give."""

PARTED_CHUNK_BYTES_MAX: Final = 64 * 1024**2
"""Largest chunk that is asked for in parts: five days of a relay."""

PARTED_KEPT_MAX: Final = 8
"""Chunks whose parts are kept while nobody gives more: a piece of each, 8 MiB."""

LOCATOR_LAGS_MS: Final = 2 * 60 * 1000
"""How much older what one parent knows of somebody may be than what the other one does: a new
locator is told on at once, and signed every five minutes."""

LOCATES_WATCHED_MAX: Final = 64
"""People who are sought, or were just found, of whom is looked which parent knew of them."""

PUNCH_FOR_S: Final = 8
"""How long both ends connect to each other: what comes first may be lost, and is sent again
after 1, 3 and 7 s (RFC 6298)."""

PUNCH_AGAIN_S: Final = 0.2
"""How soon after a refusal one connects again: 40 times in all, 2.4 kB."""

PUNCH_TOGETHER_S: Final = 10
"""How long the word of the relay, and that of the other end, count: both say it at once."""

PUNCH_REST_S: Final = 600
"""How long one is left alone whom we tried in vain to link straight."""

PUNCHES_OF_PAIR_A_DAY: Final = 4
"""Times a day that we try it with one node."""

PUNCHES_A_DAY: Final = 64
"""Times a day that we try it at all: 150 kB to who never asked for it, at most."""

PUNCHES_AT_ONCE: Final = 4
"""Nodes that we try it with at once."""

PUNCHES_OF_CIRCUIT_MAX: Final = 8
"""Times that a relay tells the ends of a circuit where they come from."""

PUNCH_EVERY_S: Final = 30
"""How often is looked who may be linked straight by now."""
