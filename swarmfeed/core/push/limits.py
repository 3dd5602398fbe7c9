"""Bounds of what is pushed: posts that go by way of supernodes, and what is listened to."""

from typing import Final

# --- a post on its way ------------------------------------------------------------------

POSTING_BYTES_MAX: Final = 48 * 1024
"""Longest post with its proofs: the longest entries, and 16 certificates of 1,000 bytes."""

POSTS_PER_MESSAGE_MAX: Final = 16
"""Posts in one message: the longest of them fill a quarter of it."""

IDS_PER_MESSAGE_MAX: Final = 64
"""Ids of posts in one message."""

PLACES_BYTES: Final = 16
"""First and last place of a range, 8 bytes each."""

PUSHED_FOR_MS: Final = 60 * 60 * 1000
"""How old a post may be, by its author's clock, to be passed on: what is older is found by
searches, and by asking holders of its feed."""

PUSHED_AHEAD_MS: Final = 10 * 60 * 1000
"""How far ahead of our clock: as far as posts are believed (POST_AHEAD_MS_MAX)."""

PUBLISHED_MAX: Final = 64
"""Posts of one feed that are published at a stroke: an hour's of a person who writes much."""

# --- what a node remembers --------------------------------------------------------------

RECENT_POSTS_MAX: Final = 16_384
"""Posts of which a node remembers that they came by, so that none is taken twice: 3 MB."""

RECENT_BYTES_MAX: Final = 6 * 1024**2
"""What those take that it also keeps, so that a child that comes later is told of them: 3,600
of 1.7 kB, with all that proves them and how their authors are called: over REPLAYED_MAX."""

RECENT_OPEN_MAX: Final = 64
"""Of these, so many are kept as they were read: they are passed on just now."""

RECENT_FOR_MS: Final = PUSHED_FOR_MS + PUSHED_AHEAD_MS
"""How long one is remembered: as long as it could be taken again."""

REPLAYED_MAX: Final = 2_048
"""Of these, so many are read again and held against what a new child listens to: a quarter of
a second, in steps."""

NAMED_TO_NEW_MAX: Final = 256
"""Posts that a supernode names to one that it did not know: what was said while neither knew
the other reaches both sides; 8 kB."""

MET_AGAIN_MS: Final = 10 * 60 * 1000
"""After so long a supernode that comes back counts as new."""

MET_AT_ONCE_MAX: Final = 4
"""Supernodes that posts are named to in one step."""

MET_MAX: Final = 1_024
"""Supernodes of which it is remembered that they were told."""

WAITING_PER_LINK_MAX: Final = 1_024
"""Messages that wait for a peer which does not read; what comes then is left to other ways."""

DIALLED_AT_ONCE_MAX: Final = 16
"""Supernodes dialled at once because something is to be spread to them."""

# --- how much one may send --------------------------------------------------------------

CHILD_POSTS_BURST: Final = 128
CHILD_POSTS_PER_S: Final = 0.5
"""Posts that a child publishes: thirty a minute, with what it has on coming twice over."""

LAYER_POSTS_BURST: Final = 4_096
LAYER_POSTS_PER_S: Final = 300.0
"""Posts that another supernode passes on to us: all of a network of 25 million a day."""

GIVEN_BURST: Final = REPLAYED_MAX
GIVEN_PER_S: Final = 30.0
"""Posts that a peer is given because it asked for them: at once, all that is named to a new
child; then what a parent of a few hundred listened-to posts a minute left out."""

# --- between a leaf and its parents -----------------------------------------------------

SILENCE_MS: Final = 1_000
"""How long a leaf waits, after one parent named a post, for the other one to bring it."""

PUBLISH_LATER_MS: Final = 800
"""How long the second parent waits for the first one to spread a post, before it does."""

FALSE_PUSHES_MAX: Final = 32
"""Posts that nobody asked for, of one link, before a parent counts as misleading: interests
change while posts are under way."""

WATCHED_MAX: Final = 512
"""Posts of which a leaf remembers who named them."""

WATCHED_MS: Final = 20_000
"""How long after a post came both parents have to have named it."""

SETTLES_MS: Final = 30_000
"""How long a new parent is not wondered at: it has to hear first what we listen to."""

LEFT_OUT_MAX: Final = 8
"""Posts that a parent left out, above those it named, before it counts as misleading."""

# --- what strangers send ----------------------------------------------------------------

SUBSCRIPTIONS_MAX: Final = 256
"""Words, tags and people that a person listens to."""

SUBSCRIPTION_CHARS_MAX: Final = 120
"""Longest one: it is the name of a row of private state."""

PACES: Final = {1: (240, 600), 2: (60, 120), 3: (12, 30)}
"""Posts that one author may show us, by how far they are in the graph of follows: at once, and
in an hour.  1: followed, or listened to by name; 2: followed by one who is; 3: a stranger."""

STRANGERS_BURST: Final = 60
STRANGERS_PER_HOUR: Final = 300
"""The same, of all authors of distance 3 together: names cost nothing."""

AUTHORS_PACED_MAX: Final = 4_096
"""Authors whose pace is remembered."""

KEPT_POSTS_MAX: Final = 2_000
"""Posts of strangers that are kept with their proofs, the newest: 3 MB."""
