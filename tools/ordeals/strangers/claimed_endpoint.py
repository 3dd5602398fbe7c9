"""A peer says that it is where a friend is, whom the person then names."""

from typing import Final

from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import Endpoint

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import besieged
from ordeals.strangers.readers import fetch, write
from ordeals.strangers.siege import Siege, Terms
from ordeals.strangers.silence import company

POSTS: Final = 600
CLAIMANTS: Final = 5
DELAY_S_MAX: Final = 1.5
"""More than without, on a machine that is busy; it was 70 s."""


def lay(terms: Terms) -> Outcome:
    """Fetch from a friend by their link, while several peers claim to be there."""
    outcome = Outcome()
    with besieged(terms.folder) as friend, company(terms.folder / "liars") as liars:
        who = write(friend, POSTS, terms.luck)
        at = Endpoint(*friend.ports()["link"])
        offer = liars.learn(at, parse_link(who).author_id)
        with besieged(terms.folder, "calm") as reader:
            calm = fetch(reader, who)
        with besieged(terms.folder, "deceived") as reader:
            for _ in range(CLAIMANTS):
                liar = liars.join(offer, "mute")
                liars.claim(liar, at, Endpoint(*reader.ports()["link"]))
            claimed = [each["endpoint"] for each in reader.get("peers")["peers"]]
            fetched = fetch(reader, who)
        outcome.cases += 1
        outcome.figures |= {"without": str(calm), f"{CLAIMANTS} claimants": str(fetched)}
        if claimed != [str(at)] * CLAIMANTS:
            outcome.gave_way.append(f"nothing was claimed: {claimed}")
        delay_s_max = DELAY_S_MAX if terms.is_whole else DELAY_S_MAX + calm.busy_s
        if fetched.whole_s > calm.whole_s + delay_s_max:
            outcome.gave_way.append(f"{fetched}, and without: {calm}")
    return outcome


CLAIMED_ENDPOINT: Final = Siege(
    name="claimed-endpoint",
    about="peers say they are where a friend is, whom the person names afterwards",
    lay=lay,
)
