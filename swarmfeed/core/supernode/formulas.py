"""The formulas of the election: arithmetic without branches.

So arrays pass through them as numbers do, and the simulator of 10^6 nodes runs the very code.
"""

from math import inf, log

from swarmfeed.core.supernode.limits import (
    BOOST,
    CLAMP,
    COUNT_BITS,
    DOUBLINGS_MAX,
    EPOCH_ROUNDS,
    FIRST_DRAWS,
    FLOOR,
    FLOOR_SAMPLES,
    FLOOR_SIGHTINGS,
    PRIOR_WEIGHT,
    PRIOR_WEIGHT_CUBED,
    RAMP_S,
    RAMP_START,
    SHED_LOAD,
    SMALL_NETWORK,
    SPARE_LOAD,
    SPARE_SLOPE,
    SPARE_START,
    SPARE_STRONG,
    SPARE_WEAK,
    TARGET_LOAD,
    UPTIME_SHAPE,
)


def lower(first: float, second: float) -> float:
    """The lower of two."""
    is_lower = first <= second
    return first * is_lower + second * (1 - is_lower)


def ramp(uptime_s: float) -> float:
    """Weight of a node by how long it has been up: RAMP_START to 1.  Never a gate."""
    return lower(RAMP_START + uptime_s / RAMP_S, 1.0)


def utility(capacity: float, uptime_s: float) -> float:
    """What a supernode is worth: capacity times the time it will still be up, in no unit.

    The rest of a Weibull session grows with the time it has lasted, by one less its shape.
    """
    worth: float = capacity * (uptime_s + RAMP_S) ** (1 - UPTIME_SHAPE)
    return worth


def draw_number(starved: int, moment: int) -> int:
    """Which draw this starving round is, from 0 on; negative when there is none."""
    since = starved - 1 - moment % FIRST_DRAWS
    turn = (since >= 0) & (since % EPOCH_ROUNDS == 0)
    return (since // EPOCH_ROUNDS) * turn - (1 - turn)


def draw_chance(
    missing: int, capacity: int, uptime_s: float, mean_weight: float, number: int
) -> float:
    """Chance to be promoted at a draw; may be over 1.

    Args:
        missing: Parents that the node lacks.
        capacity: Children it would take.
        uptime_s: How long it has been up.
        mean_weight: Of all nodes: eligible * capacity**3 * ramp (``Others.mean_weight``).
        number: From ``draw_number``, 0 or more.
    """
    asked = BOOST * missing * capacity**2 * ramp(uptime_s)
    doubled = lower((number - 1) * (number > 1), DOUBLINGS_MAX)
    chance: float = asked / (TARGET_LOAD * mean_weight) * 2.0**doubled
    return chance


def floor_chance(known: int, samples: float, nodes: float, eligible_share: float) -> float:
    """Chance to be promoted because a small network knows too few; 0 in a large one."""
    seen_again = (samples >= FLOOR_SAMPLES) & (samples >= FLOOR_SIGHTINGS * nodes)
    small = seen_again & (nodes < SMALL_NETWORK) & (known < FLOOR)
    # Beside those it saw there is the node itself.
    return small * (FLOOR - known) / ((nodes + 1) * eligible_share)


def is_floor_moment(round_number: int, moment: int) -> bool:
    """Whether an attached node looks at the floor: once in an epoch, each at its own time."""
    return (round_number - moment) % EPOCH_ROUNDS == 0


def spare_chance(is_weak: bool, mean_load: float) -> float:
    """Chance to step down of a supernode that may be superfluous.

    Args:
        is_weak: Its utility is no better than the median of those it asked.
        mean_load: Of those it asked, below SPARE_LOAD.
    """
    whole = SPARE_WEAK * is_weak + SPARE_STRONG * (1 - is_weak)
    return whole * lower((SPARE_LOAD - mean_load) / SPARE_SLOPE + SPARE_START, 1.0)


def sheds(load: float, known_load: float) -> bool:
    """Whether a supernode asks some children to move: it is full, others are not."""
    return (load > SHED_LOAD) & (known_load < TARGET_LOAD)


def blended(mean: float, samples: float, prior: float) -> float:
    """A sampled mean and its prior, each by its weight."""
    return (PRIOR_WEIGHT * prior + samples * mean) / (PRIOR_WEIGHT + samples)


def weight(eligible: bool, capacity: float, uptime_s: float) -> float:
    """What a node counts for where a mean weight is taken; 0 if it may not serve."""
    return eligible * capacity**3 * ramp(uptime_s)


def clamped(mean_weight: float) -> float:
    """A mean weight as far as it is believed."""
    low, high = PRIOR_WEIGHT_CUBED / CLAMP, PRIOR_WEIGHT_CUBED * CLAMP
    return -lower(-lower(mean_weight, high), -low)


def counted_nodes(zeros: int) -> float:
    """How many different ids left so many bits of COUNT_BITS unset.

    Source: Whang, Vander-Zanden and Taylor, "A linear-time probabilistic counting algorithm
    for database applications", 1990.
    """
    return COUNT_BITS * log(COUNT_BITS / zeros) if zeros else inf
