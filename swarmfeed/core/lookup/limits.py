"""Bounds of searches in the network, with unit and reason."""

from typing import Final

DAY_MS: Final = 86_400_000

# --- what is asked -------------------------------------------------------------------------

SEARCH_ID_BYTES: Final = 8
"""Names a search between two nodes: chosen by luck."""

HITS_MAX: Final = 50
"""Posts of one answer: a page.  With their proofs 60 kB, and 5 ms to verify."""

FOUND_BYTES: Final = 512 * 1024
"""Of the posts of one answer: fifty usual ones take 60 kB, fifty of the longest 500 kB."""

CALLED_MAX: Final = 32
"""Names in a search of which the asker says whom it means by them: more than may be typed."""

CALLED_AUTHORS_MAX: Final = 64
"""Authors that one name stands for: as many as a search of this machine looks for."""

CALLED_FEEDS_MAX: Final = 256
"""Feeds of theirs that the asker knows."""

REASON_CHARS_MAX: Final = 200
"""Why a search was not answered, in words for people."""

OWNERS_NAMED_MAX: Final = 8
"""Owners named in one answer: those of two drawers."""

OWNER_BYTES: Final = 122
"""Record of one (FORMAT 16)."""

DRAWERS_BYTES: Final = 2_048
"""Numbers of drawers in one question: all of them, 2 bytes each."""

# --- who answers ---------------------------------------------------------------------------

SEARCHES_OF_PEER_MAX: Final = 4
"""Searches of one peer that wait for their answers: a person asks one after the other."""

SEARCHES_MAX: Final = 64
"""Searches of all peers that wait: at 5 ms each the last one waits a third of a second."""

ANSWER_WAIT_S: Final = 3.0
"""How long an answer is waited for: a search takes 60 ms, a way through the network 300 ms."""

SECOND_WAIT_S: Final = 0.5
"""How much longer the other answers are waited for, once one that is true has come."""

ASKING_MAX: Final = 16
"""Searches of our own at a time: a person has a few windows open."""

PEOPLE_MAX: Final = 20
"""People of one answer: each with a proof of their profile, 20 kB."""

RISEN_MAX: Final = 10
"""Tags of one answer."""

EXAMPLES_MAX: Final = 3
"""Posts by which a tag shows that it rises."""

RISING_LEAST: Final = 3
"""Authors of a day that a tag must have: two may be one person."""

RISING_STEP_MS: Final = 6 * 60 * 60 * 1000
"""Authors are counted over so long, four times a day."""

RISING_DAYS: Final = 8
"""The last day, and the week before, with which it is compared."""

RISING_TAGS_MAX: Final = 1_000
"""Tags of one such step; those of a single author give way to others."""

RISING_PAIRS_MAX: Final = 8_000
"""Authors of all tags of one step: 25 MB for eight days."""

RISEN_EVERY_S: Final = 60
"""How often it is looked what rises: with three posts of each tag 50 ms."""

TALK_BURST: Final = 16
TALK_PER_S: Final = 0.5
"""Questions for people and for what rises that one peer has answered."""

# --- what is noticed -----------------------------------------------------------------------

SETTLED_MS: Final = 60_000
"""How old a post must be before a supernode that lacks it may be wondered at: push takes
seconds, and a crashed layer half a minute."""

CANARIES_MAX: Final = 8
"""Newest own posts that a parent must have: as many as it is told of when it becomes one."""

CANARY_MS: Final = 50 * 60_000
"""How young they are: those of the last hour are told to a new parent."""

OMISSIONS_BORNE: Final = 2
"""Searches in a row in which a parent left out what the other one showed: at the next one it
is taken for a liar.  One alone may be a post that was on its way for very long."""

# --- what is kept --------------------------------------------------------------------------

WINDOW_DAYS: Final = 30
"""How far back the index of the network reaches, where the disk given for it holds that."""

RECENT_BYTES: Final = 1_000_000_000
"""Disk for it where the person says nothing: 1.5 million posts."""

RECENT_BYTES_MIN: Final = 16_000_000
"""Least that can be said: an empty index has one."""

COPIED_PAGES: Final = 10
"""Pages that a new supernode copies at a time from another one: 600 kB, 20 ms of its time."""

COPY_EVERY_S: Final = 5
"""So it copies 100 posts a second at most."""

COPIED_MAX: Final = 200_000
"""Posts it copies in all: 240 MB in half an hour.  Older ones, whoever holds them has."""

SOURCES_MAX: Final = 2
"""Supernodes it copies from: what one keeps back the other one has."""

AUTHOR_POSTS_A_DAY: Final = 1_000
"""Posts of one author that are kept of a day, the newest: who writes more than one each minute
and a half does not shorten how far back the posts of others reach.  All supernodes come to keep
the same, whatever order posts came in."""

EARLY_EDITS_MAX: Final = 1_024
"""Edits that came before their posts did: by another way, a second later.  1 MB."""

TAKEN_AT_ONCE: Final = 512
"""Posts that go into it in one transaction: 50 ms."""

SEEN_WAITING_MAX: Final = 8_192
"""Posts that others passed on and that wait to go in: 5 MB.  Of more, the oldest are left out,
and it is said since when the index has everything."""
