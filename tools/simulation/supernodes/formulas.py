"""Formulas of the core for many nodes at once: they have no branches, so arrays pass through.

What is declared there is what a node needs, one number; here they get the simulator's types.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from swarmfeed.core.supernode import formulas
from swarmfeed.core.supernode.limits import COUNT_BITS

Formula = Callable[..., np.ndarray]


def _of_arrays(formula: Callable[..., Any]) -> Formula:
    return cast(Formula, formula)


blended = _of_arrays(formulas.blended)
clamped = _of_arrays(formulas.clamped)
draw_chance = _of_arrays(formulas.draw_chance)
draw_number = _of_arrays(formulas.draw_number)
floor_chance = _of_arrays(formulas.floor_chance)
is_floor_moment = _of_arrays(formulas.is_floor_moment)
sheds = _of_arrays(formulas.sheds)
spare_chance = _of_arrays(formulas.spare_chance)
utility = _of_arrays(formulas.utility)
weight = _of_arrays(formulas.weight)

NODES_COUNTED = np.array([formulas.counted_nodes(zeros) for zeros in range(COUNT_BITS + 1)])
"""How many nodes are counted, by the bits that are left unset."""
