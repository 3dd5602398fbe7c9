"""Bounds of what peers may cost: turns of the loop, pieces, and what we send ourselves."""

from typing import Final

from swarmfeed.core.base.limits import BUDGET_WINDOW_S

AUTHORS_ASKED_AT_ONCE: Final = 50
"""Authors that we put into one `want`: encoded in a millisecond, and within MESSAGE_VALUES_MAX
even if each of them has FEEDS_PER_AUTHOR_MAX feeds."""

NEW_AUTHORS_ASKED_AT_ONCE: Final = 64
"""The same of authors of whom nothing is held: as many as are answered in one `several`."""

AUTHORS_ASKED_OF_ALL: Final = 16
"""New authors that every peer is asked for at once: whoever follows somebody waits for nobody's
turn.  Of more, the heads would come from each peer: one is enough, at 4 kB."""

AUTHORS_UNANSWERED_MAX: Final = 3 * NEW_AUTHORS_ASKED_AT_ONCE
"""New authors that one peer is asked for and nobody else: some of them are made there, some are
on their way, and some are put on our disk.  It begins with a third, so that who is linked a
moment later has something left to give."""

UNANSWERED_S: Final = 1.0
"""How long only one peer is asked for authors while it answers nothing."""

UNANSWERED_WHILE_IT_ANSWERS_S: Final = 5.0
"""The same while it answers others: three messages of heads take half a second, and
several times that where a machine is busy.  To ask more peers then makes it worse."""

FEEDS_ANSWERED_AT_ONCE: Final = 32
"""Feeds of a want whose holders are asked of the index in one step: half a millisecond where
few are known, and 10 ms where each of them has HOLDERS_MAX."""

SEVERAL_MAX: Final = 64
"""Most answers of a kind in one `several`: so many small feeds come with one sync of the disk,
which takes as long as verifying them where a sync takes 3 ms."""

SEVERAL_BYTES: Final = 256 * 1024
"""Bytes of entries after which we send a `several`: 64 small feeds, decoded in 5 ms."""

SEVERAL_VALUES: Final = 8_192
"""The same of values, half of MESSAGE_VALUES_MAX: the last answer put in goes beyond."""

SPLIT_MIN: Final = 5
"""Fewer answers than these go out one by one: about one feed there are four at most."""

SAID_SOON_S: Final = 0.1
"""How long what nobody waits for - receipts, notices - waits for more of its kind: no person
sees it, and of a newcomer that takes in some hundred feeds a second it makes one message."""

AT_LEISURE_WITHIN_S: Final = 10.0
"""How long receipts and notices wait at most while posts are taken in: 2,700 small feeds, and
what an author is told of who holds a post is a matter of minutes."""

AT_LEISURE_MAX: Final = 512
"""Messages and feeds that wait so; of more the oldest is done at once.  A message has at most
64 receipts or notices, of 0.5 kB: 16 MiB, and half of that where all are ours."""

MESSAGES_SENT_PER_S: Final = 1_000
"""Messages that we send one peer in a second, on average over BUDGET_WINDOW_S: half of what it
takes from us, so that an answer to the widest wants never costs us the link."""

DECODED_IN_LOOP_BYTES: Final = 8 * 1024
"""Longest message that is decoded in the loop, in 2 ms at most; longer ones go to a thread."""

READ_BYTES: Final = 4 * 1024
"""Bytes of a peer that are cut into frames at once: 700 of the shortest frames, a few
milliseconds.  Between two such pieces of a long burst everybody else has a turn."""

PEER_WORK_S_PER_S: Final = 0.2
"""Processor seconds that a peer's messages, and the answers to them, may cost in a second, on
average over BUDGET_WINDOW_S.  Beyond, it is read more slowly until that is paid off: who asks
for 20,000 authors at once breaks no rule."""

NEW_FEED_WORTH_S: Final = 0.004
"""Processor seconds that a peer earns by the head of a feed that we asked for and had nothing
of: what that takes here in all, with what three holders say of it, on a slow machine.  Without
it a newcomer of 2,700 feeds waits for its own fairness half of the time."""

PEERS_WORK_S_PER_S: Final = 0.5
"""Seconds of work for all peers together in a second: the other half stays for the page and
the node's own jobs, however many peers there are."""

PEERS_WORK_BURST_S: Final = PEER_WORK_S_PER_S * BUDGET_WINDOW_S
"""Work for all peers together that may be done without a pause: as much as one peer's own, or
nobody could ever use that.  A newcomer's 2,700 feeds take a holder as long, a post that comes
in and goes out to 256 peers an eighth of it.  Who waits for a page gets it in between."""

TURN_S: Final = 0.003
"""Processor seconds that work for peers keeps the loop before everybody else has a turn.  A
page needs some ten turns of the loop, so it comes well within a tenth of a second."""

CALLED_AT_ONCE: Final = 8
"""Peers in line that are called together: each does a step if the turn is not over by then.
Else each costs a round of the loop, and where a thousand are linked, or others have the
machine, rounds are what is scarce."""

PERSON_PAUSE_S: Final = 0.03
"""How long peers wait after each step while a person waits for a page: it is made in about as
long, so that there is one such step in it, or two."""

PERSON_WAITS_S: Final = 1.0
"""How long peers make way for one request: what takes longer is not a page being read."""

ACCOUNTS_MAX: Final = 4 * 256
"""Peers whose use of our time is remembered, linked or not: who comes back has no new budget.
Those that owe nothing are forgotten first."""

PAIR_SEALED_BYTES_MAX: Final = 256 * 1024
"""Longest box between two machines that pair: twice what the certificates of an author can
be."""

DEVICE_LINK_S: Final = 10 * 60
"""How long a machine that wants to be a device waits: long enough to walk to the other one and
to find its passphrase."""

PAIR_ANSWER_S: Final = 30
"""How long an answer may take that no person has to give."""
