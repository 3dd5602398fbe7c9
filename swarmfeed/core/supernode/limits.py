"""Bounds and constants of the supernode layer: who serves, what each node remembers of others.

A round is 10 s.  The figures of the rule were calibrated with real peer sampling, on seeds that
no claim rests on; docs/SUPERNODES.md says what they come to.
"""

from typing import Final

# --- time -------------------------------------------------------------------------------

ROUND_S: Final = 10
"""Seconds between two looks of a node at its place in the layer."""

PARENT_TTL_ROUNDS: Final = 30
"""Rounds for which a supernode counts as serving after it signed that it does: five minutes, in
which it would have been heard of again."""

RECORD_LASTS_S: Final = 2 * 60 * 60
"""How long a record may be passed on: a view of nodes turns over in a quarter of that."""

RECORD_AHEAD_S: Final = 120
"""How far a record may be ahead of our clock: as far as a sane clock is off."""

FIRST_HAND_ROUNDS: Final = 7
"""Rounds in which a contact of our own counts as fresh: one more than attached leaves pause."""

ATTACHED_EVERY: Final = 6
"""Rounds between two exchanges of a node that lacks nothing: once a minute."""

TENURE_ROUNDS: Final = 12
"""Rounds a supernode serves at least before it may step down: time for leaves to find it."""

PROBE_EVERY: Final = 3
"""Rounds between two looks of a supernode at whether it is needed."""

SWAP_AFTER_S: Final = 60 * 60
"""A child takes over after so long at the earliest, and a supernode yields once in so long."""

# --- what is remembered -----------------------------------------------------------------

VIEW_MAX: Final = 24
"""Records of any nodes in a view: a uniform random graph of that degree does not fall apart."""

SAMPLERS: Final = 12
"""Min-wise samplers: nodes nobody can choose for us by pushing often."""

PULLED_MAX: Final = 12
"""Records of any nodes in one answer: half a view, 1.5 kB."""

KNOWN_ASKED_MAX: Final = 2
"""Supernodes that a leaf names with its question."""

KNOWN_MAX: Final = 4
"""Supernodes in an answer, and in a refusal: as many as are tried in one round."""

SWAPPED_MAX: Final = 12
"""Supernodes that two supernodes tell each other each round."""

TABLE_MAX: Final = 24
"""Supernodes a node remembers, one of each network: 3 kB."""

PARENTS: Final = 2
"""Parents a leaf has, in different networks: one may fail, or lie."""

TRIES: Final = 4
"""Supernodes that a leaf asks in one round for each parent it lacks."""

WAYS_IN_MAX: Final = 200
"""Addresses kept for the next start, half of them old: of stable nodes 5 % living after a month
is enough to find one (Kazaa kept as many)."""

WAYS_IN_PER_NETWORK: Final = 4
"""Of these of one network (of one address in loopback and private ones): who owns a network
does not own all ways in."""

WAYS_IN_LAST_S: Final = 60 * 24 * 60 * 60
"""How long an address is kept that was not heard of again: after two months one in a hundred
is still there."""

WAY_RENEWED_S: Final = 10 * 60
"""A way in is written down anew when it was heard of so much later: not with each record."""

WAY_LIST_BYTES_MAX: Final = 64 * 1024
"""Longest list file: WAYS_IN_MAX records with a remark each take 40 kB."""

DHT_WAYS_MAX: Final = 64
"""Addresses that the DHT named, at most; anybody can put any there."""

FRIENDS_ASKED_MAX: Final = 32
"""Nodes that hold the feeds of those the person follows, taken for ways in."""

WAYS_IN_AT_ONCE: Final = 3
"""Ways in asked at once by a node that knows nobody; Kazaa's asked five."""

WAY_IN_EVERY: Final = 2
"""Every second round without two parents one way in is asked."""

DIALS_KEPT_MAX: Final = 64
"""Nodes remembered that dialled us: two count."""

SHUN_S: Final = 60 * 60
"""How long who told us what is false is neither parent nor child: as long as who breaks a rule
of the link is kept out."""

SHUNNED_MAX: Final = 256
"""Nodes remembered that are left alone so."""

AGES_KEPT_MAX: Final = 160
"""Records by which a node knows what others are like."""

PRIOR_WEIGHT: Final = 32
"""Records that the prior counts for."""

# --- the rule ---------------------------------------------------------------------------

CAPACITIES: Final = (50, 150, 400)
"""Children that a supernode of each class takes at most, by sockets and upload."""

TARGET_LOAD: Final = 0.7
"""Children of a supernode over its capacity, as planned: room for those of one that fails."""

BOOST: Final = 1.2
"""How much more capacity is called for than lacks: who was called may be gone already."""

EPOCH_ROUNDS: Final = 4
"""Rounds between two draws of a starving node: time to find who came forward at the last."""

FIRST_DRAWS: Final = 3
"""Starving rounds over which the first draws are spread: no herd in one round."""

DOUBLINGS_MAX: Final = 5
"""How often the chance doubles while nobody answers."""

PRIOR_WEIGHT_CUBED: Final = 3.25e6
"""Mean of eligible * capacity**3 * ramp over all nodes, expected: 30 % eligible, half of these
of 50, 35 % of 150, 15 % of 400."""

PRIOR_ELIGIBLE: Final = 0.3
"""Share of nodes that may serve, expected."""

CLAMP: Final = 2.0
"""By how much what is sampled may differ from the prior, up or down: liars gain no more."""

RAMP_START: Final = 0.3
"""Weight of a node that has just started."""

RAMP_S: Final = 15 * 60
"""After so long a node has its whole weight."""

FLOOR: Final = 4
"""Supernodes everybody should know of: two parents, and two when these fail."""

FLOOR_SAMPLES: Final = 36
"""Records that must have been seen before a network is said to be small: three answers."""

FLOOR_SIGHTINGS: Final = 2
"""How often each node must have been seen by then, on average: in a large network nearly all
that are seen are new."""

SMALL_NETWORK: Final = 60
"""Nodes below which the floor is kept: a 64-bit count tells no more."""

COUNT_BITS: Final = 64
"""Bits of the linear count of nodes."""

SPARE_LOAD: Final = 0.66
"""Load below which a supernode may be superfluous: near the target, so the layer is small."""

SPARE_PROBED: Final = 3
"""Supernodes asked for their load before one steps down."""

SPARE_WEAK: Final = 0.25
"""Chance to step down of one no better than the median of those it asked."""

SPARE_STRONG: Final = 0.04
"""Of one that is better."""

SPARE_SLOPE: Final = 0.15
"""Load below SPARE_LOAD at which the chance is whole."""

SPARE_START: Final = 0.2
"""Share of the chance that is there at once."""

TOLD_OF_END: Final = 4
"""Supernodes that hear of one that steps down from itself: as many as everybody should know of.
In a small network that is nearly all, and they do not step down for its sake; a table would
take five minutes to forget it."""

SHED_LOAD: Final = 0.9
"""Load above which children are asked to move."""

SHED_SHARE: Final = 0.08
"""Share of the children asked in a round."""

SWAP_GAIN: Final = 2.0
"""How much better than its parent a child must be to take over."""

UPTIME_SHAPE: Final = 0.59
"""Weibull shape of sessions: who was up long stays long (Stutzbach and Rejaie, 2006)."""

# --- who may serve ----------------------------------------------------------------------

DIALLED_BY: Final = 2
"""Nodes, in different networks, that must have reached us without our choice."""

REACHED_LASTS_S: Final = 3 * 60 * 60
"""How long it counts that somebody reached us; others are asked again after half of it."""

AGE_GATE_S: Final = 10 * 60
"""Age that is always enough."""

AGE_SHARE: Final = 0.1
"""Share of the age of the oldest tenth that is enough too: a new network has no old nodes."""

CLOCK_MAX_MS: Final = 120_000
"""How far the own clock may be from the median of the peers'."""

CLOCK_PEERS: Final = 3
"""Peers whose clocks make a median."""

CLOCKS_KEPT_MAX: Final = 32
"""Peers whose clocks are remembered, the latest."""

DIAL_BACKS_PER_PEER: Final = 4
"""Times in an hour that one peer is dialled back: once for each address it may come to have."""

DIAL_BACKS_BURST: Final = 8
"""Peers that are dialled back in a burst."""

DIAL_BACKS_PER_S: Final = 0.2
"""The same for ever, for all peers together: each costs a handshake of TLS."""

# --- what it costs ------------------------------------------------------------------------

CHILD_UP_BYTES_PER_S: Final = 4_000
"""Upload that a child takes on average: posts that it listens for, records, answers."""

HOME_UP_BYTES_PER_S: Final = 1_000_000
"""Upload of a connection of which nothing was said: a home's, 8 Mbit/s."""

SPARE_LINKS: Final = 100
"""Links of a supernode that are left for others than its children."""

CHILDREN_SHARE_OF_NETWORK: Final = 0.25
"""Share of its places that a supernode gives to one network: no crowd takes them all."""

CHILDREN_OF_NETWORK_MIN: Final = 8
"""So many it gives to any."""

# --- on links -----------------------------------------------------------------------------

ANSWER_S: Final = 5
"""How long a peer may take to answer: half a round; then it counts as gone."""

SAID_BURST: Final = 16
"""Messages of the layer that one peer may send in a burst: a question of each kind, twice."""

SAID_PER_ROUND: Final = 8
"""The same in each round, for ever.  What is beyond is passed over, unread."""

VISIT_ROUNDS: Final = 3
"""Rounds that a link stays which was opened for one question, if nothing else uses it."""

ROLE_CHANGES_KEPT: Final = 16
"""Changes of role that people are told of: a day of a role that flaps is one too many."""

RECORDS_KEPT_MAX: Final = 1_024
"""Nodes of which the newest record is remembered as verified, 0.5 MB: those of supernodes come
round again and again."""

# --- interests --------------------------------------------------------------------------

INTEREST_SALT_BYTES: Final = 16
"""Salt of a parent for words and phrases: no table of them is made beforehand."""

INTERESTS_MAX: Final = 4_096
"""Keys of one child: 200 authors with three keys each, and thousands of words; 0.6 MB."""

INTERESTS_PER_MESSAGE_MAX: Final = 1_024
"""Keys of one message: 8 kB, read in less than a millisecond."""

PHRASED_TERMS_MAX: Final = 1_024
"""Words of a post in which phrases are looked for, the first: the longest post may have 4,000,
and all its phrases took 20 ms."""

PHRASE_TERMS_MAX: Final = 8
"""Words of a phrase that is listened for: three bits of its key say how many they are."""

# --- from one supernode to all -----------------------------------------------------------

SPREAD_WAYS: Final = 8
"""Parts of a range that are given on: 3,000 supernodes are four steps away."""

DELEGATE_MS: Final = 400
"""How long a part may stay unconfirmed before another node of it is asked: seven ways there."""

LAZY_LINKS: Final = 7
"""Supernodes that are told beside of what a node has: who was left out hears of it by one of
these.  With five, one honest node in 200 was left out where a fifth had crashed and a tenth
dropped posts (`tools/simulate push`)."""

NEAR_LINKS: Final = 4
"""Of these, so many are neighbours: they tell on and on, random ones leave somebody out."""

LATE_AT_ONCE_MAX: Final = 256
"""Of what is late, so many are looked after in one step: a few milliseconds."""

LATE_ACTIONS_MAX: Final = 1_024
"""What such a step has others told at most, 15 ms: one message may have many parts."""

SPREAD_KEPT_MS: Final = 60_000
"""How long what was spread is remembered, so that nothing is taken twice."""

SPREAD_KEPT_MAX: Final = 16_384
"""Most that is remembered: 270 posts a second for that time, some 10 MB."""

SPREAD_OPEN_MAX: Final = 2_048
"""Of what is spread, so many are looked after at once, the newest: seven seconds of 270 posts a
second, each of which is confirmed within half a second.  Others are found by who lacks them."""

SEEN_TO_MAX: Final = 16
"""Ranges of one message that are seen to here: two publishers and some that ask anew need five.
Whoever thinks up others is not confirmed, and has nothing sent to anybody."""

ASKED_WEIGHT: Final = 1 / 8
"""What the last post counts for in the share of those that had to be asked for."""

ANNOUNCERS_MAX: Final = 3
"""Of those who say that they have what we lack, so many are remembered to be asked."""

# --- where the index of the network is ---------------------------------------------------

RECORD_BYTES_A_POST: Final = 400
"""What a post takes on its way to a supernode, with proof and head."""

BROADCAST_BYTES_A_DAY: Final = 50_000_000
"""What all posts of a day may take at each supernode: beyond, each keeps only its keys."""

PARTITION_ABOVE: Final = 1.5
BROADCAST_BELOW: Final = 0.5
"""Shares of that at which the way changes: a network that stays about the limit never does."""

OWNERS: Final = 4
"""Supernodes that keep what belongs to a key: with a tenth of them liars, all four lie for one
key in ten thousand."""
