"""Formulas of `swarmfeed.core.history`, for many feeds or holders at once.

They are arithmetic without branches, so that arrays pass through them as numbers do; what is
declared there is what a node needs, one number.  Here the same functions get the types that
the simulator uses them with.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from swarmfeed.core.history import availability, placement, slack

Formula = Callable[..., np.ndarray]


def _of_arrays(formula: Callable[..., Any]) -> Formula:
    return cast(Formula, formula)


at_most = _of_arrays(slack.at_most)
domain_missing = _of_arrays(slack.domain_missing)
has_slack = _of_arrays(slack.has_slack)
is_spare = _of_arrays(placement.is_spare)
missing = _of_arrays(slack.missing)
posterior = _of_arrays(availability.posterior)
reachable = _of_arrays(availability.reachable)
smooth = _of_arrays(slack.smooth)
survival = _of_arrays(availability.survival)
target = _of_arrays(slack.target)
trust = _of_arrays(availability.trust)
