"""How likely a holder is reachable in each part of the coming day.

Three questions with an answer each: at which hours of the week is it there (a Beta posterior
per hour, forgetting over weeks, shrunk towards what is known of the hour of the day, of the
holder and of its role); is it gone for good (survival of the silence so far, no timeout); does
it really hold what it claims (audits).

The formulas on single numbers - `posterior`, `survival`, `trust` - use nothing but arithmetic,
so that the simulator may hand them arrays.

Sources: Dell'Amico et al., "Data redundancy and maintenance for peer-to-peer file backup
systems" and arXiv 1404.7688 (hours of the week); Tian et al., "Protector", SRDS 2008 (weighing
silence by the holder's own down times).
"""

from collections.abc import Sequence
from math import e, gamma
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import NodeId

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
WEEK_HOURS: Final = 168
WEEK_MS: Final = WEEK_HOURS * HOUR_MS

SAMPLE_EVERY_MS: Final = HOUR_MS // 4
"""One presence sample each quarter of an hour."""

DAY_PARTS: Final = 8
"""Parts of the coming day for which availability is told: three hours each."""

PART_HOURS: Final = 24 // DAY_PARTS

MISSES_TO_BE_OFF: Final = 2
"""Missed samples in a row before a holder counts as offline: one may be a lost packet."""

FORGET_PER_WEEK: Final = 2**-0.25
"""What a week leaves of older samples: half of them after four weeks."""

HOLDER_WEIGHT: Final = 2.0
"""Samples the prior of the role is worth against a holder's own."""

HOUR_WEIGHT: Final = 16.0
"""Samples the coarser mean is worth: an hour of the day against the holder's mean, an hour of
the week against that hour of the day.  The four samples of an hour mostly see one session, so
that these are four weeks, not sixteen observations."""

RUN_WEIGHT: Final = 0.2
"""Share of the newest run in the mean length of runs."""

SHAPE: Final = 0.6
"""Shape of the Weibull law of down times (Stutzbach and Rejaie, IMC 2006: 0.34 to 0.59)."""

SCALE_PER_MEAN: Final = 1 / gamma(1 + 1 / SHAPE)
"""Scale of that law for a mean of one."""

LAST_CHANCE_MAX: Final = 0.5
"""Most that a single disconnection may count as the last one."""

PROBABILITY_MAX: Final = 0.9995
"""Nobody is reachable with more certainty than this."""

AUDIT_FAIL_WEIGHT: Final = 10.0
"""Passed audits that one failed audit outweighs."""

AUDITS_PASSED_MAX: Final = 30.0
"""Passed audits that are remembered, a day's: years of honesty must not cover for a disk that
is gone.  Three failures after them leave a chance of one half, twelve one fifth."""


class Prior(Struct, frozen=True):
    """What is believed of a kind of holder before anything is known of one."""

    up: float
    """Mean share of time online."""
    up_mean_ms: float
    down_mean_ms: float
    leaving_per_ms: float
    """Chance per millisecond to leave for good."""


FRIEND: Final = Prior(0.30, 3 * HOUR_MS, 8 * HOUR_MS, 1 / (180 * DAY_MS))
SERVER: Final = Prior(0.70, 24 * HOUR_MS, 6 * HOUR_MS, 1 / (200 * DAY_MS))


class Presence(Struct, frozen=True):
    """What was seen of one holder, newest last; a few kilobytes, whatever its age."""

    ups: tuple[float, ...]
    """Samples online, faded, by hour of the week (UTC, hour 0 is a Thursday's midnight)."""
    downs: tuple[float, ...]
    up_mean_ms: float
    """Mean length of its runs online."""
    down_mean_ms: float
    online: bool
    since_ms: int
    """When the present run online or offline began."""
    seen_at_ms: int
    """When it was last seen online."""
    sampled_at_ms: int
    misses: int = 0
    """Missed samples in a row."""
    goodbye: bool = False
    """Whether it said that it leaves, and was not seen since."""


class Audits(Struct, frozen=True):
    """Random checks of what a holder claims, faded."""

    passed: float = 0.0
    failed: float = 0.0
    doubt: float = 1.0
    """1 for a stranger, who starts at one half; 0 for a friend, who starts at one."""


class Outlook(Struct, frozen=True):
    """One holder's coming day, as placement sees it."""

    node_id: NodeId
    server: bool
    """A history server; otherwise the author or a friend."""
    domain: str | None
    """Those who fail together: hosting company or operator; None for a home."""
    up: tuple[float, ...]
    """Chance to be reachable with the copy in each of DAY_PARTS parts of the next day."""
    held: float
    """Chance that it still has the copy at all, now or when it returns."""


def posterior(ups: float, downs: float, mean: float, weight: float) -> float:
    """Mean of a Beta posterior whose prior is ``weight`` samples of ``mean``."""
    return (ups + weight * mean) / (ups + downs + weight)


def survival(
    off_ms: float, up_mean_ms: float, down_mean_ms: float, leaving_per_ms: float
) -> float:
    """Chance that a holder that is offline for ``off_ms`` will come back.

    By Bayes' rule: a disconnection is the last one with chance pi, otherwise the silence
    lasts longer than ``off_ms`` with the chance of a Weibull law around its mean down time.
    Falls with ``off_ms``, from 1 - pi.
    """
    last = _smaller(leaving_per_ms * (up_mean_ms + down_mean_ms), LAST_CHANCE_MAX)
    longer: float = e ** -((off_ms / (down_mean_ms * SCALE_PER_MEAN)) ** SHAPE)
    return (1 - last) * longer / ((1 - last) * longer + last)


def trust(passed: float, failed: float, doubt: float) -> float:
    """Chance that a claim is true, after audits; 0.5 for a stranger, 1 for a friend."""
    return (1 + passed) / (1 + passed + AUDIT_FAIL_WEIGHT * failed + doubt)


def first_presence(prior: Prior, now_ms: int) -> Presence:
    """Return what is known of a holder that was met for the first time, online."""
    none = (0.0,) * WEEK_HOURS
    return Presence(
        none, none, prior.up_mean_ms, prior.down_mean_ms, True, now_ms, now_ms, now_ms
    )


def observe(before: Presence, online: bool, now_ms: int) -> Presence:
    """Add one sample.  Samples that are not newer than the last one change nothing."""
    if now_ms <= before.sampled_at_ms:
        return before
    faded = _fade(before, now_ms // WEEK_MS - before.sampled_at_ms // WEEK_MS)
    hour = hour_of_week(now_ms)
    counted = replace(
        faded,
        ups=_add(faded.ups, hour, 1.0) if online else faded.ups,
        downs=faded.downs if online else _add(faded.downs, hour, 1.0),
        sampled_at_ms=now_ms,
    )
    return _seen(counted, now_ms) if online else _missed(counted, now_ms)


def say_goodbye(before: Presence) -> Presence:
    """Take a holder's word that it leaves; being seen again takes it back."""
    return replace(before, goodbye=True)


def audited(before: Audits, passed: bool) -> Audits:
    """Add the result of one audit."""
    if passed:
        return replace(before, passed=min(before.passed + 1, AUDITS_PASSED_MAX))
    return replace(before, failed=before.failed + 1)


def faded_audits(before: Audits, weeks: int) -> Audits:
    """Forget audits as samples are forgotten."""
    kept = FORGET_PER_WEEK**weeks
    return replace(before, passed=before.passed * kept, failed=before.failed * kept)


def hour_of_week(at_ms: int) -> int:
    """0 <= hour < 168, by UTC."""
    return at_ms // HOUR_MS % WEEK_HOURS


def alive(seen: Presence, prior: Prior, now_ms: int) -> float:
    """Chance that the holder has not left for good."""
    if seen.goodbye:
        return 0.0
    if seen.online:
        return 1.0
    off_ms = max(0, now_ms - seen.since_ms)
    return survival(off_ms, seen.up_mean_ms, seen.down_mean_ms, prior.leaving_per_ms)


def mean_up(seen: Presence, prior: Prior) -> float:
    """Share of all its hours that a holder is online."""
    return posterior(sum(seen.ups), sum(seen.downs), prior.up, HOLDER_WEIGHT)


def week_profile(seen: Presence, prior: Prior) -> tuple[float, ...]:
    """Chance to be online, given that it has not left, for each hour of the week.

    Costs some 50 microseconds; changes with samples only, so that it may be kept.
    """
    mean = mean_up(seen, prior)
    by_hour_of_day = [
        posterior(sum(seen.ups[hour::24]), sum(seen.downs[hour::24]), mean, HOUR_WEIGHT)
        for hour in range(24)
    ]
    return tuple(
        posterior(up, down, by_hour_of_day[hour % 24], HOUR_WEIGHT)
        for hour, (up, down) in enumerate(zip(seen.ups, seen.downs, strict=True))
    )


def coming_day(profile: Sequence[float], now_ms: int) -> tuple[float, ...]:
    """Mean of a week's profile over each part of the next 24 hours."""
    first = hour_of_week(now_ms)
    return tuple(
        sum(
            profile[(first + part * PART_HOURS + hour) % WEEK_HOURS]
            for hour in range(PART_HOURS)
        )
        / PART_HOURS
        for part in range(DAY_PARTS)
    )


def reachable(held: float, up: float) -> float:
    """Chance to be reachable with the copy, from ``held`` and the profile's ``up``."""
    return _smaller(held * up, PROBABILITY_MAX)


def outlook(
    node_id: NodeId,
    seen: Presence,
    audits: Audits,
    prior: Prior,
    domain: str | None,
    now_ms: int,
) -> Outlook:
    """Put together what is known of one holder.

    It deliberately does not weigh being online now any higher: deciding by that makes and
    deletes copies with every nap of a friend (docs/POLICY.md).
    """
    held = alive(seen, prior, now_ms) * trust(audits.passed, audits.failed, audits.doubt)
    day = coming_day(week_profile(seen, prior), now_ms)
    up = tuple(reachable(held, part) for part in day)
    return Outlook(node_id, prior is SERVER, domain, up, held)


def _seen(before: Presence, now_ms: int) -> Presence:
    if before.online:
        return replace(before, seen_at_ms=now_ms, misses=0, goodbye=False)
    ended = _average(before.down_mean_ms, now_ms - before.since_ms)
    return replace(
        before,
        down_mean_ms=ended,
        online=True,
        since_ms=now_ms,
        seen_at_ms=now_ms,
        misses=0,
        goodbye=False,
    )


def _missed(before: Presence, now_ms: int) -> Presence:
    misses = before.misses + 1
    if not before.online or misses < MISSES_TO_BE_OFF:
        return replace(before, misses=misses)
    # It went when it was last seen, as far as we know; the misses belong to the silence.
    ended = _average(
        before.up_mean_ms, max(SAMPLE_EVERY_MS, before.seen_at_ms - before.since_ms)
    )
    return replace(
        before, up_mean_ms=ended, online=False, since_ms=before.seen_at_ms, misses=misses
    )


def _average(before: float, newest: float) -> float:
    return before + RUN_WEIGHT * (newest - before)


def _fade(before: Presence, weeks: int) -> Presence:
    if weeks <= 0:
        return before
    kept = FORGET_PER_WEEK**weeks
    ups = tuple(value * kept for value in before.ups)
    return replace(before, ups=ups, downs=tuple(value * kept for value in before.downs))


def _add(counts: tuple[float, ...], hour: int, more: float) -> tuple[float, ...]:
    return (*counts[:hour], counts[hour] + more, *counts[hour + 1 :])


def _smaller(left: float, right: float) -> float:
    """The smaller one; written with arithmetic, because `min` does not take arrays."""
    return left * (left <= right) + right * (left > right)
