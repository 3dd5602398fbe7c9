"""How long a holder is waited for, and what it has shown of itself so far.

    unproven --delivers--> proven, asked for twice as much each time
        |                     |
        +--keeps us waiting---+--> demoted: asked when nobody else is there
                                       |  delivers, or a minute, then two, four ... pass
                                       +--> unproven, one chunk at a time

The wait for a first byte is estimated as TCP estimates round trips: a smoothed mean and four
times its deviation.  Source: RFC 6298, section 2.
"""

from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.base.limits import CHUNKS_IN_FLIGHT_MAX
from swarmfeed.core.feed.limits import (
    PACE_BYTES_PER_S,
    PACE_SHARE,
    PAROLE_DOUBLINGS,
    PAROLE_MS,
    RACE_GROWTH,
    RACE_MS_FIRST,
    RACE_MS_MAX,
    RACE_MS_MIN,
    UNPROVEN_CHUNKS,
)


class Wait(Struct, frozen=True, kw_only=True):
    """Time from asking to the first byte, in milliseconds; of nobody yet when it is new."""

    mean_ms: float | None = None
    deviation_ms: float = 0.0

    def learn(self, sample_ms: int) -> "Wait":
        """Take one more first byte into account."""
        if self.mean_ms is None:
            return Wait(mean_ms=sample_ms, deviation_ms=sample_ms / 2)
        off_ms = abs(self.mean_ms - sample_ms)
        return Wait(
            mean_ms=self.mean_ms * 7 / 8 + sample_ms / 8,
            deviation_ms=self.deviation_ms * 3 / 4 + off_ms / 4,
        )

    def patience_ms(self) -> int:
        """How long to wait before somebody else is asked as well."""
        if self.mean_ms is None:
            return RACE_MS_FIRST
        wanted_ms = self.mean_ms + 4 * self.deviation_ms
        return round(min(max(wanted_ms, RACE_MS_MIN), RACE_MS_MAX))


class Repute(Struct, frozen=True, kw_only=True):
    """What one holder has shown of itself."""

    wait: Wait = field(default_factory=Wait)
    delivered: int = 0
    """Chunks since it last kept us waiting."""
    strikes: int = 0
    """How often in a row it kept us waiting."""
    demoted_until_ms: int | None = None
    """On the monotonic clock; None while it was never waited for in vain."""

    def gave_first_byte(self, after_ms: int) -> "Repute":
        return replace(self, wait=self.wait.learn(after_ms))

    def delivered_chunk(self) -> "Repute":
        """It gave the better part of a chunk that is here now."""
        return replace(self, delivered=self.delivered + 1, strikes=0, demoted_until_ms=None)

    def kept_waiting(self, now_ms: int) -> "Repute":
        """It was asked, and gave nothing, or next to nothing, for as long as is waited."""
        if self.is_demoted(now_ms):
            return self
        pause_ms = PAROLE_MS << min(self.strikes, PAROLE_DOUBLINGS)
        return replace(
            self,
            delivered=0,
            strikes=self.strikes + 1,
            demoted_until_ms=now_ms + pause_ms,
        )

    def is_demoted(self, now_ms: int) -> bool:
        return self.demoted_until_ms is not None and now_ms < self.demoted_until_ms

    def window(self) -> int:
        """Chunks that may be asked of it at once, while there are others to ask."""
        if self.strikes:
            return 1
        return min(UNPROVEN_CHUNKS << min(self.delivered, 8), CHUNKS_IN_FLIGHT_MAX)


def keeps_pace(gained_bytes: int, during_ms: int, fastest_bytes_per_s: float) -> bool:
    """Whether a holder gives enough to be left alone with what was asked of it.

    Args:
        gained_bytes: What it gave in all that is in flight.
        during_ms: In how long.
        fastest_bytes_per_s: What the fastest holder gives; 0 when that is not known.
    """
    wanted = max(PACE_BYTES_PER_S, fastest_bytes_per_s / PACE_SHARE)
    return gained_bytes * 1000 >= wanted * during_ms and gained_bytes > 0


def race_size(asked: int) -> int:
    """How many more to ask for a chunk that stands still although ``asked`` were asked."""
    return max(asked * RACE_GROWTH, 1)
