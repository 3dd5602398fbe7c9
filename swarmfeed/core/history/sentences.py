"""What people are told about holding for others: every sentence of the role, once.

Reasons are kept in the ledger and told to other nodes, so they are words for their people
too: a change here changes what they read.
"""

from math import ceil, floor
from typing import Final

from swarmfeed.core.base.texts import Text, format_size
from swarmfeed.core.history.limits import DISK_GIVEN_MIN_BYTES

# --- how safe the own posts are ---------------------------------------------------------

FRIENDS: Final = Text("{friends:1 friend has|# friends have}")
SERVERS: Final = Text("{servers:1 history server has|# history servers have}")
FRIENDS_AND_SERVERS: Final = Text(
    "{friends:1 friend|# friends} and {servers:1 history server|# history servers} have"
)
SAFE: Final = Text("Your posts are safe: if your machine breaks today, {holders} everything.")
NOT_SAFE: Final = Text("If your machine breaks today, {holders} everything. {advice}")
MORE_NEEDED: Final = Text(
    "To be safe, {more:1 more machine has|# more machines have} to keep it;"
    " history servers count most."
)
SELDOM_THERE: Final = Text(
    "It would be out of reach {how_long}: it takes machines that are on more of the time."
)

HARDLY_EVER: Final = Text("less than a second a day")
SECONDS_A_DAY: Final = Text("about {seconds:1 second|# seconds} a day")
MINUTES_A_DAY: Final = Text("about {minutes:1 minute|# minutes} a day")
HOURS_A_DAY: Final = Text("about {hours:1 hour|# hours} a day")
NEARLY_ALWAYS: Final = Text("nearly always")


def how_safe(
    *, friends: int, servers: int, reachable: float, copies_missing: float, safe: bool
) -> str:
    """Whether own posts would outlive this machine, by what their holders, one at least, sign.

    Args:
        friends: Others who hold all of it because they read it.
        servers: History servers that promised to.
        reachable: Share of the coming day, 0 to 1.
        copies_missing: Lasting copies that are wanted beside those that are there; one more
            holder counts as one at most.
        safe: Whether that is enough without us.
    """
    who = FRIENDS_AND_SERVERS if friends and servers else FRIENDS if friends else SERVERS
    holders = who(friends=friends, servers=servers)
    if safe:
        return SAFE(holders=holders)
    if copies_missing > 0:
        advice = MORE_NEEDED(more=ceil(copies_missing))
    else:
        advice = SELDOM_THERE(how_long=how_long(1 - reachable))
    return NOT_SAFE(holders=holders, advice=advice)


def how_long(share: float) -> str:
    """A share of the day as people say it, 0 to 1; never nothing at all."""
    seconds = round(share * 24 * 60 * 60)
    if seconds < 1:
        return HARDLY_EVER()
    if seconds < 60:
        return SECONDS_A_DAY(seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return MINUTES_A_DAY(minutes=minutes)
    hours = minutes // 60
    return HOURS_A_DAY(hours=hours) if hours < 23 else NEARLY_ALWAYS()


def whole_copies(copies: float, wanted: float) -> int:
    """Lasting copies as a whole number that reaches that of ``wanted`` only when they do."""
    return ceil(wanted) + floor(copies - wanted)


# --- how the history server is ----------------------------------------------------------

TOO_LITTLE: Final = Text(
    "That is too little to help anybody: give {least} at least, or leave it to others."
)


def too_little() -> str:
    """Why so little disk is not taken."""
    return TOO_LITTLE(least=format_size(DISK_GIVEN_MIN_BYTES, tenths_below=10))


NO_SERVER: Final = Text("This machine is no history server: it keeps what you read.")
LEAVING: Final = Text(
    "Leaving: {feeds:1 history is|# histories are} kept until other servers have taken over."
)
NOBODY_IN_SCOPE: Final = Text(
    "In service, but you follow nobody yet: there is nobody to keep anything for."
)
IN_SERVICE: Final = {
    "friends": Text(
        "In service for those you follow:"
        " {feeds:1 history is|# histories are} here or on the way."
    ),
    "community": Text(
        "In service for those you follow, and whom they follow:"
        " {feeds:1 history is|# histories are} here or on the way."
    ),
    "open": Text(
        "In service for anybody who asks:"
        " {feeds:1 history is|# histories are} here or on the way."
    ),
}
"""By the scope that the operator chose."""

TOLD: Final = Text("{nodes:1 machine was|# machines were} told; stop this one now.")
NOBODY_TOLD: Final = Text(
    "Nobody is connected right now, so nobody was told. Say it again when somebody is there."
)

# --- why a feed is held, or not ---------------------------------------------------------

NOT_LOOKED: Final = Text("not looked at yet")
REFUSED: Final = Text("refused: {refusal}")
FOLLOWED: Final = Text("kept, because the operator follows the author")
NEEDED: Final = Text("needed: {why}")
OTHERS_FIRST: Final = Text("too few have it, but others come first: {why}")
NO_SOURCE: Final = Text("too few have it, but nobody to fetch from is online: {why}")
SLACK_BUT: Final = Text("too few have it, but {refusal}")
NOT_OUR_TURN: Final = Text("too few have it, waiting for {place:1 server|# servers}: {why}")
OUR_TURN: Final = Text("too few have it, and we are number {number} to take it: {why}")
NO_SERVER_HAS_IT: Final = Text("no server has it, {why}")
WORTH_HOLDING: Final = Text("worth keeping: {why}")
ANOTHER_LETS_GO: Final = Text("another server lets go first: {why}")
SPARE_FOR_NOW: Final = Text("not needed at {looks} of {of:1 look|# looks}: {why}")
SPARE: Final = Text("not needed: {why}")
NO_SLACK: Final = Text("enough others have it: {why}")
COPY_ABOUT_TO_GO: Final = Text("enough others have it, and one is about to let go: {why}")
COULD_STAND_FOR: Final = Text("could stand for {others:1 other|# others}: {why}")
STANDS_FOR: Final = Text(
    "stands for {others:1 other on a weaker server|# others on weaker servers}: {why}"
)
WITHOUT_US: Final = Text("without us {offer}")
OFFER: Final = Text(
    "out of reach {how_long} (allowed: {allowed}),"
    " {copies:1 copy|# copies} likely to stay (wanted: {wanted})"
)


def what_is_offered(
    *, unavailable: float, allowed: float, copies: float, copies_min: float
) -> str:
    """What the holders of a feed offer together, and what they should.

    Args:
        unavailable: Chance that no copy is reachable, mean over the coming day, 0 to 1.
        allowed: The most that may be.
        copies: Copies that count as lasting.
        copies_min: The fewest that are wanted.
    """
    return OFFER(
        how_long=how_long(unavailable),
        allowed=how_long(allowed),
        copies=whole_copies(copies, copies_min),
        wanted=ceil(copies_min),
    )


# --- why a feed is refused, or let go ---------------------------------------------------

FOLLOWS_NOBODY: Final = Text("the operator follows nobody, so nobody is in scope")
OUT_OF_SCOPE: Final = Text("the author is outside our scope")
DISK_FULL: Final = Text("what is given of the disk is full: {used} of {given}")
QUOTA_FULL: Final = Text("the author's quota is full: {used} of {quota}")
TOO_FAST: Final = Text("the author adds too fast: {left} allowed now")
FRIENDS_FULL: Final = Text(
    "{friends:the part of the 1 friend|the parts of all # friends} behind the author"
    " {friends:is|are} full"
)
DISK_SHORT: Final = Text("{free} of the disk are free, and {floor} are left alone")
HANDED_OVER: Final = Text("handed over, because nobody the operator follows follows the author")
SERVER_LEAVES: Final = Text("the server is leaving")
GREW: Final = Text("it grew, but {refusal}")
TOO_LATE: Final = Text("it could not be fetched within an hour")
OVER_QUOTA: Final = Text("over its author's quota, and enough others have it")
SERVES_LEAST: Final = Text(
    "what is given of the disk is full, it is asked for least, and enough others have it"
)

# --- what a repeating job decided -------------------------------------------------------

NOT_A_SERVER: Final = Text("not a history server")
LEFT: Final = Text("left in good order: everything is held by others")
LOOKED: Final = Text(
    "looked at {feeds:1 feed|# feeds}; {leased:,} leased, {claimed:,} claimed,"
    " {leaving:,} leaving, {gone:,} let go"
)
SAID: Final = Text("{notices:1 notice|# notices} signed anew; {tidied}")
NOTICES_TIDIED: Final = Text(
    "{notices:1 notice|# notices} on {feeds:1 feed|# feeds}, {expired:,} expired"
)
REPORTED: Final = Text("told {servers:1 other server|# other servers}")
SAMPLED: Final = Text("{online:,} of {holders:1 holder|# holders} online")
AUDITED: Final = Text(
    "{asked:,} asked, {passed:,} passed and {failed:,} failed since the start"
)
POLICY: Final = Text("the policy of history servers")
