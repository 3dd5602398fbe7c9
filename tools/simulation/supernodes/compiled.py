"""Loops that are compiled: what a node does one by one, done for a million."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(loop: F) -> F:
    """Compile a loop at its first call; what came of it is kept beside its file."""
    return cast(F, numba.njit(cache=True, nogil=True)(loop))
