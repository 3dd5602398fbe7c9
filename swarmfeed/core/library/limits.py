"""Bounds of the library, with unit and reason."""

from typing import Final

# --- what children tell --------------------------------------------------------------------

LOTS_OF_CHILD_MAX: Final = 256
"""Feeds that a child tells a parent of, the largest: 75 kB at the parent, and all that somebody
with 200 follows holds."""

LOTS_PER_MESSAGE_MAX: Final = 128
"""Of these in one message: 11 kB."""

GROWN_BY: Final = 1.1
"""A feed that grew is told of again when it has so many times the entries: whoever looks for
old posts does not ask how new the newest one is."""

TELL_EVERY_S: Final = 60
"""How often a leaf looks whether it holds something else than it told."""

# --- who is asked for holders ----------------------------------------------------------------

HOLDERS_NAMED_MAX: Final = 8
"""Holders in one answer: twice as many as are asked."""

AUTHORS_SOUGHT_MAX: Final = 8
"""Authors whose holders are looked for: where a search names nobody, those who wrote lately
what it asks for."""

ENTRIES_SAID_MAX: Final = 2**48
"""Entries that a holder can be said to have: more feeds than there are of the longest."""

WHO_BURST: Final = 16
WHO_PER_S: Final = 0.5
"""Questions for holders that one peer has answered: a person who turns pages."""

WHO_WAIT_S: Final = 2.0
"""How long an answer is waited for."""

LIBRARIES_ASKED: Final = 4
"""Supernodes that are asked: each knows what its own children hold."""

# --- what holders are asked ------------------------------------------------------------------

HOLDERS_ASKED: Final = 4
"""Holders that look for posts: one may be gone, another one keeps something back."""

DELVED_MAX: Final = 20
"""Posts in one answer of a holder: a proof of each may take a chunk read and hashed."""

DELVED_BYTES: Final = 256 * 1024
"""Of these posts with their proofs: twenty of the longest take 200 kB."""

NAMES_TRIED_MAX: Final = 4
"""Authors that one name stands for, of whom holders look for posts: each is a question."""

DELVES_OF_PEER_MAX: Final = 2
"""Questions of one peer that wait at a holder."""

DELVES_MAX: Final = 8
"""Questions of all peers that wait: each takes some tens of milliseconds of a thread."""

DELVE_BURST: Final = 16
DELVE_PER_S: Final = 0.2
"""Questions of one peer that a holder looks into."""

DELVE_WAIT_S: Final = 6.0
"""How long a holder may take: to be reached by way of a relay takes two seconds."""

DELVE_MORE_S: Final = 1.5
"""How much longer the other ones are waited for, once one has answered."""

FINDING_MAX: Final = 8
"""Such searches of our own at a time."""
