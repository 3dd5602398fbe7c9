"""Slack: what a feed's holders fail to offer of the availability it should have.

A feed has slack when the chance that no full copy is reachable, averaged over its readers'
coming day, is above its target, or when fewer copies than COPIES_MIN would survive.  The
formulas on single numbers use nothing but arithmetic, so that the simulator may hand them
arrays.

Sources: Chun et al., "Carbonite", NSDI 2006 (durability is a target of its own); Nath et al.,
NSDI 2006 (failures that come together); Kangasharju et al., INFOCOM 2007 (copies grow with the
logarithm of demand).
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.history.availability import DAY_PARTS, HOUR_MS, Outlook

UNAVAILABLE_TARGET: Final = 1e-3
"""Share of an ordinary feed's requests that may find no copy, as predicted."""

TARGET_FACTOR_MIN: Final = 0.1
"""How much stricter than ordinary the target of a small, popular feed may be."""

TARGET_FACTOR_MAX: Final = 10.0
"""How much laxer than ordinary the target of a large feed that nobody asks for may be."""

REQUESTS_PER_DAY_MIN: Final = 1 / 30
"""Demand of a feed that nobody asks for: once a month, so that nothing is worth nothing."""

COPIES_MIN: Final = 2.6
"""Copies that must survive: three, less what a short silence takes away from one of them.  A
good server that is silent for twelve hours counts for six tenths."""

PEOPLE_COPIES_MAX: Final = 1.0
"""Most that the copies of an author and its friends count: they are one community and may
leave together, so that at least two servers always have a copy."""

DOMAIN_COPIES_MAX: Final = 1.0
"""Most that the copies within one failure domain count: a company may close, and a crowd of
claims from one network may be one liar."""

OUTAGE: Final = 0.004
"""Chance that a whole failure domain is out, where nothing was measured."""

SMOOTHING_HALF_LIFE_MS: Final = 24 * HOUR_MS
"""Half-life of the average of log U: slack must last to be acted upon."""

UNAVAILABLE_MIN: Final = 1e-12
"""Keeps log U finite."""

NEVER_FAILS: Final = 0.9999
"""Most a holder may offer within its domain, apart from the domain's outages."""

EVEN: Final = (1.0,) * DAY_PARTS
"""Readers who ask at all hours alike."""


class Coverage(Struct, frozen=True):
    """What a set of holders offers together; holders can be added one by one."""

    alone: tuple[float, ...] = EVEN
    """Chance per part of the day that nobody outside any domain is reachable."""
    domains: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """The same for the holders of each domain, given that the domain itself is up."""
    people_copies: float = 0.0
    server_copies: float = 0.0
    """Of servers outside any domain."""
    domain_copies: Mapping[str, float] = field(default_factory=dict)


def missing(up: float, outage: float) -> float:
    """Chance that a holder is unreachable although its domain is up."""
    offered = up / (1 - outage)
    return 1 - offered * (offered <= NEVER_FAILS) - NEVER_FAILS * (offered > NEVER_FAILS)


def domain_missing(nobody: float, outage: float) -> float:
    """Chance that a domain offers nothing, from that of its holders given that it is up."""
    return outage + (1 - outage) * nobody


def at_most(copies: float, most: float) -> float:
    """Copies that count of those that may go together: PEOPLE_ or DOMAIN_COPIES_MAX."""
    few = copies <= most
    return copies * few + most * (1 - few)


def target(
    requests_per_day: float,
    ordinary_requests_per_day: float,
    size: float = 1.0,
    ordinary_size: float = 1.0,
    ordinary_target: float = UNAVAILABLE_TARGET,
) -> float:
    """Return the unavailability a feed may have: laxer for a large one, stricter for demand.

    What serves most requests with a given disk is to take a copy when the requests it saves
    per byte exceed a price, which is one threshold on U * requests / size for all feeds.
    """
    asked = _larger(requests_per_day, REQUESTS_PER_DAY_MIN)
    factor = ordinary_requests_per_day * size / (asked * ordinary_size)
    low, high = factor < TARGET_FACTOR_MIN, factor > TARGET_FACTOR_MAX
    clamped = (
        factor * (1 - low) * (1 - high) + TARGET_FACTOR_MIN * low + TARGET_FACTOR_MAX * high
    )
    return ordinary_target * clamped


def has_slack(unavailable: float, allowed: float, copies: float) -> bool:
    """Whether somebody should add a copy."""
    return (unavailable > allowed) | (copies < COPIES_MIN)


def smoothing_share(elapsed_ms: float) -> float:
    """Weight of the newest value in the average after ``elapsed_ms`` without one."""
    return 1 - 2 ** -(elapsed_ms / SMOOTHING_HALF_LIFE_MS)


def smooth(before: float, newest: float, share: float) -> float:
    """Move an average towards the newest value."""
    return before + share * (newest - before)


def smooth_unavailability(before: float | None, newest: float, elapsed_ms: float) -> float:
    """Return the geometric moving average; the first value stands for itself."""
    value = max(newest, UNAVAILABLE_MIN)
    if before is None:
        return value
    earlier = log(max(before, UNAVAILABLE_MIN))
    return exp(smooth(earlier, log(value), smoothing_share(elapsed_ms)))


def cover(holders: Iterable[Outlook], outages: Mapping[str, float]) -> Coverage:
    """Put holders together, in the order of their ids: the result is the same everywhere."""
    covered = Coverage()
    for holder in sorted(holders, key=lambda each: each.node_id):
        covered = with_holder(covered, holder, outages)
    return covered


def with_holder(before: Coverage, holder: Outlook, outages: Mapping[str, float]) -> Coverage:
    """Add one holder."""
    domain = holder.domain
    if domain is None:
        pairs = zip(before.alone, holder.up, strict=True)
        alone = tuple(nobody * (1 - up) for nobody, up in pairs)
        covered = replace(before, alone=alone)
    else:
        outage = outages.get(domain, OUTAGE)
        pairs = zip(before.domains.get(domain, EVEN), holder.up, strict=True)
        inside = tuple(nobody * missing(up, outage) for nobody, up in pairs)
        covered = replace(before, domains={**before.domains, domain: inside})
    if not holder.server:
        return replace(covered, people_copies=before.people_copies + holder.held)
    if domain is None:
        return replace(covered, server_copies=before.server_copies + holder.held)
    copies = before.domain_copies.get(domain, 0.0) + holder.held
    return replace(covered, domain_copies={**before.domain_copies, domain: copies})


def unavailability(
    covered: Coverage, outages: Mapping[str, float], readers: Sequence[float] = EVEN
) -> float:
    """Chance that a request of the next day finds no full copy reachable.

    Holders are independent once the hour is known, apart from their domain.  Posterior means
    may be multiplied: for independent posteriors the mean of the product is the product of
    the means.

    Args:
        covered: What the holders offer.
        outages: Chance of each domain to be out; OUTAGE for those not named.
        readers: Relative number of requests in each part of the day.
    """
    nobody = list(covered.alone)
    for domain, inside in sorted(covered.domains.items()):
        outage = outages.get(domain, OUTAGE)
        nobody = [
            each * domain_missing(part, outage)
            for each, part in zip(nobody, inside, strict=True)
        ]
    weighted = sum(each * weight for each, weight in zip(nobody, readers, strict=True))
    return weighted / sum(readers)


def copies_of(covered: Coverage) -> float:
    """Copies that count as lasting."""
    within = [at_most(each, DOMAIN_COPIES_MAX) for each in covered.domain_copies.values()]
    people = at_most(covered.people_copies, PEOPLE_COPIES_MAX)
    return people + covered.server_copies + sum(sorted(within))


def _larger(left: float, right: float) -> float:
    return left * (left >= right) + right * (left < right)
