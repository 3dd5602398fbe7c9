"""What people are told about holding for others: every sentence of the role, once.

Reasons are kept in the ledger and told to other nodes, so they are words for their people
too: a change here changes what they read.
"""

from typing import Final

from swarmfeed.core.base.texts import Text

# --- how safe the own posts are ---------------------------------------------------------

SAFE_TO_QUIT: Final = Text("safe to quit")
NOT_ENOUGH: Final = Text("not yet enough to quit for good")
HELD: Final = Text("Held by {holders}; reachable {share} of the coming day; {advice}.")
FRIENDS: Final = Text("{friends:1 friend|# friends}")
SERVERS: Final = Text("{servers:1 history server|# history servers}")
FRIENDS_AND_SERVERS: Final = Text(
    "{friends:1 friend|# friends} and {servers:1 history server|# history servers}"
)
SHARE: Final = Text("{percent:.2f} %")


def how_safe(*, friends: int, servers: int, reachable: float, safe: bool) -> str:
    """Whether own posts would outlive this machine, by what their holders, one at least, sign.

    Args:
        friends: Others who hold all of it because they read it.
        servers: History servers that promised to.
        reachable: Share of the coming day, 0 to 1.
        safe: Whether that is enough without us.
    """
    holders = FRIENDS_AND_SERVERS if friends and servers else FRIENDS if friends else SERVERS
    return HELD(
        holders=holders(friends=friends, servers=servers),
        share=_share(reachable),
        advice=SAFE_TO_QUIT() if safe else NOT_ENOUGH(),
    )


def _share(reachable: float) -> str:
    """Rounded down: 100 % is never promised."""
    return SHARE(percent=int(min(reachable, 0.9999) * 10_000) / 100)


# --- how the history server is ----------------------------------------------------------

NO_SERVER: Final = Text("This node is no history server: it holds what its owner reads.")
LEAVING: Final = Text("Leaving: {feeds} feeds are held until other servers have taken them.")
NOBODY_IN_SCOPE: Final = Text(
    "In service, but the operator follows nobody yet: nobody is in scope."
)
IN_SERVICE: Final = {
    "friends": Text(
        "In service for those the operator follows: {feeds} feeds held or on their way."
    ),
    "community": Text(
        "In service for whom the operator follows, and whom they follow:"
        " {feeds} feeds held or on their way."
    ),
    "open": Text("In service for anybody who asks: {feeds} feeds held or on their way."),
}
"""By the scope that the operator chose."""

TOLD: Final = Text("{nodes:1 node was|# nodes were} told; stop this one now.")

# --- why a feed is held, or not ---------------------------------------------------------

NOT_LOOKED: Final = Text("not looked at yet")
REFUSED: Final = Text("refused: {refusal}")
FOLLOWED: Final = Text("kept, because the operator follows the author")
NEEDED: Final = Text("needed: {why}")
OTHERS_FIRST: Final = Text("slack, but others come first: {why}")
NO_SOURCE: Final = Text("slack, but nobody to fetch from is online: {why}")
SLACK_BUT: Final = Text("slack, but {refusal}")
NOT_OUR_TURN: Final = Text("slack, waiting for {place} before us: {why}")
OUR_TURN: Final = Text("slack, and we are number {number} to add: {why}")
NO_SERVER_HAS_IT: Final = Text("no server has it, {why}")
WORTH_HOLDING: Final = Text("worth holding: {why}")
ANOTHER_LETS_GO: Final = Text("another server lets go first: {why}")
SPARE_FOR_NOW: Final = Text("superfluous for {looks} of {of} looks: {why}")
SPARE: Final = Text("superfluous: {why}")
NO_SLACK: Final = Text("no slack: {why}")
COPY_ABOUT_TO_GO: Final = Text("no slack, and a copy is about to go: {why}")
COULD_STAND_FOR: Final = Text("could stand for {others} others: {why}")
STANDS_FOR: Final = Text("stands for {others} others on weaker servers: {why}")
WITHOUT_US: Final = Text("without us {offer}")
OFFER: Final = Text(
    "unreachable {unavailable:.3%} of the coming day (target {target:.3%}),"
    " {copies:.1f} lasting copies (at least {copies_min:.1f})"
)

# --- why a feed is refused, or let go ---------------------------------------------------

FOLLOWS_NOBODY: Final = Text("the operator follows nobody, so nobody is in scope")
OUT_OF_SCOPE: Final = Text("the author is outside our scope")
DISK_FULL: Final = Text("the disk is full: {used:,} of {given:,} bytes")
QUOTA_FULL: Final = Text("the author's quota is full: {used:,} of {quota:,} bytes")
TOO_FAST: Final = Text("the author adds too fast: {left:,} bytes allowed now")
FRIENDS_FULL: Final = Text("the parts of all {friends} friends behind the author are full")
DISK_SHORT: Final = Text("the disk has {free:,} bytes free, and {floor:,} are left alone")
HANDED_OVER: Final = Text("handed over, because nobody the operator follows follows the author")
SERVER_LEAVES: Final = Text("the server is leaving")
GREW: Final = Text("it grew, but {refusal}")
TOO_LATE: Final = Text("it could not be fetched within an hour")
OVER_QUOTA: Final = Text("over its author's quota, {copies:.1f} other copies last")
SERVES_LEAST: Final = Text(
    "the disk is full and it serves least, {copies:.1f} other copies last"
)

# --- what a repeating job decided -------------------------------------------------------

NOT_A_SERVER: Final = Text("not a history server")
LEFT: Final = Text("left in good order: everything is held by others")
LOOKED: Final = Text(
    "looked at {feeds} feeds; {leased} leased, {claimed} claimed, {leaving} leaving,"
    " {gone} let go"
)
SAID: Final = Text("{notices} notices signed anew; {tidied}")
NOTICES_TIDIED: Final = Text("{notices} notices on {feeds} feeds, {expired} expired")
REPORTED: Final = Text("told {servers} other servers")
SAMPLED: Final = Text("{online} of {holders} holders online")
AUDITED: Final = Text("{asked} asked, {passed} passed and {failed} failed since the start")
POLICY: Final = Text("the policy of history servers")
