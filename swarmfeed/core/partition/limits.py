"""Bounds of the index by keys, with unit and reason."""

from typing import Final

# --- drawers --------------------------------------------------------------------------------

DRAWERS: Final = 1_024
"""What is under a key is in one of these: with 300 supernodes each owns 14, and to find out
which of them changed takes some thousand hashes and not a million."""

DRAWERS_OF_POST_MAX: Final = 64
"""Keys by which a post is kept, the first of its text: of 61,719 real texts one in two hundred
has more, not counting common words.  By words behind these it is not found by keys."""

DRAWERS_SOUGHT_MAX: Final = 4
"""Drawers that a search asks: one, but for a name that several go by."""

# --- who serves -----------------------------------------------------------------------------

ROLL_MAX: Final = 4_096
"""Supernodes that a supernode knows of, 1.5 MB: each owns a drawer then."""

ROLL_OF_NETWORK_MAX: Final = 4
"""Of these of one network: no two owners of a drawer are of one network."""

ROLL_LASTS_S: Final = 40 * 60
"""How long after it signed that it serves a supernode is reckoned with."""

ROLL_RENEWED_S: Final = 10 * 60
"""How much newer a record must be to be passed on once more."""

ROLL_TOLD_MAX: Final = 64
"""Records in one answer: 8 kB."""

ROLL_EVERY_S: Final = 20
"""How often another supernode is asked whom it knows: of 300 everybody hears within minutes."""

ROLL_PAGES: Final = 8
"""Answers taken at a time: who is new has the whole list of 512 at once."""

ROLL_BURST: Final = 32
ROLL_PER_S: Final = 0.5
"""Questions of one peer that are answered."""

VISITED_AT_ONCE: Final = 4
"""Supernodes that were only heard of, and are visited at a time: one that is not there owns
nothing."""

VISITED_AGAIN_S: Final = 30 * 60
"""After so long one that was not there is looked for again."""

# --- how much there is ----------------------------------------------------------------------

COUNTED_S: Final = 24 * 60 * 60
"""Posts are counted over so long."""

COUNTED_STEP_S: Final = 10 * 60
"""In steps of so long."""

COUNTED_LEAST_S: Final = 10 * 60
"""Before so much time has passed nobody knows how much is written."""

# --- giving on ------------------------------------------------------------------------------

DRAWER_BYTES: Final = 2
"""The number of one in a message, big-endian."""

TAKEN_OVER_MAX: Final = 100_000
"""Posts that are taken over from one supernode when drawers come: 120 MB, at a walking pace."""

TAKEN_OVER_FOR_S: Final = 60 * 60
"""How long after a drawer came its owners are asked for it, each once: of some it is heard
later."""

TAKEN_FROM: Final = 8
"""Those who are called most to own a drawer, of whom its posts are taken over: the owners, and
those who were before others came."""

SOURCES_KEPT_MAX: Final = 4_096
"""Supernodes that posts are still to be taken over from: all, once; of more the first ones are
left out."""
