"""Who may serve at all: six conditions, each with the sentence that says it is not met.

An operator who says ``on`` knows how the machine is reached: nothing but a metered connection
is looked at then.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from statistics import median

from msgspec import Struct

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.net.reach import is_loopback
from swarmfeed.core.supernode import sentences
from swarmfeed.core.supernode.limits import (
    AGE_GATE_S,
    AGE_SHARE,
    CLOCK_MAX_MS,
    CLOCK_PEERS,
    DIALLED_BY,
)


class Willing(StrEnum):
    """What the operator said with ``--supernode``."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class DialledBy(Struct, frozen=True, kw_only=True):
    """A node that reached us by a link it opened."""

    node_id: NodeId
    network: str
    chosen: bool
    """We asked it to: it may be our accomplice, or we its."""


class Means(Struct, frozen=True, kw_only=True):
    """What a node knows of itself when it looks at the gates."""

    willing: Willing
    metered: bool
    listen_host: str
    """On loopback everybody is in one network."""
    dialled_by: Collection[DialledBy]
    """At most DIALS_KEPT_MAX, the latest."""
    uptime_s: float
    ages_s: Sequence[float]
    """Of nodes seen; at most AGES_KEPT_MAX."""
    clock_offsets_ms: Sequence[int]
    """What the clocks of peers are ahead of ours."""


class Eligibility(Struct, frozen=True, kw_only=True):
    """Whether a node may serve, and the sentence to it."""

    eligible: bool
    why: str


def judge(means: Means) -> Eligibility:
    """Look at the gates, those that last longest first."""
    told = _told(means)
    if told is not None:
        return told
    reached = reached_by(means.dialled_by, means.listen_host)
    if reached < DIALLED_BY:
        return _no(sentences.NOT_REACHED(dialled=reached, wanted=DIALLED_BY))
    offset_ms = median(means.clock_offsets_ms) if means.clock_offsets_ms else 0
    if len(means.clock_offsets_ms) >= CLOCK_PEERS and abs(offset_ms) > CLOCK_MAX_MS:
        return _no(sentences.CLOCK_OFF(seconds=round(abs(offset_ms) / 1000)))
    if means.uptime_s < age_wanted(means.ages_s):
        return _no(sentences.TOO_YOUNG(minutes=int(means.uptime_s // 60)))
    return Eligibility(eligible=True, why=sentences.MAY_SERVE())


def reached_by(dialled_by: Collection[DialledBy], listen_host: str) -> int:
    """How many networks reached us that we did not choose; on loopback, how many nodes."""
    strangers = [each for each in dialled_by if not each.chosen]
    if is_loopback(listen_host):
        return len({each.node_id for each in strangers})
    return len({each.network for each in strangers})


def age_wanted(ages_s: Sequence[float]) -> float:
    """Uptime that is enough, in seconds: a share of what the oldest tenth has, AGE_GATE_S at
    most.  In a network that has just begun it is next to nothing."""
    if not ages_s:
        return 0.0
    oldest_tenth = sorted(ages_s)[-1 - len(ages_s) // 10]
    return min(float(AGE_GATE_S), AGE_SHARE * oldest_tenth)


def _told(means: Means) -> Eligibility | None:
    """What the operator decided; None: it is for the gates to say."""
    if means.willing is Willing.OFF:
        return _no(sentences.SWITCHED_OFF())
    if means.metered:
        return _no(sentences.METERED())
    if means.willing is Willing.ON:
        return Eligibility(eligible=True, why=sentences.TOLD_TO())
    return None


def _no(why: str) -> Eligibility:
    return Eligibility(eligible=False, why=why)
