"""The Python interpreter, told not to keep a waiting page from its turn."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final, cast

SWITCH_S: Final = 0.001
"""How long a thread may keep the interpreter while another waits for it.  A page changes
between its thread and the loop some ten times; with Python's 5 ms, one thread that decodes a
long message beside it would cost it 50 ms."""

YOUNG_OBJECTS: Final = 2_000
"""Objects that came to be, beyond those that went, before the youngest are searched for
garbage: a millisecond.  Python's 700 leads to the full search three times as often."""

ROUNDS_TO_FULL: Final = 25
"""Searches of the middle-aged before a full one, which takes 10 to 60 ms; Python's 10."""


@contextmanager
def loading() -> Iterator[None]:
    """Search for no garbage inside, or until ``keep_pauses_short``: what is loaded at a start
    stays, and to search all of it again and again takes a tenth of that start."""
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # All counts as old now, unsearched; else the next object would have all searched.
            gc.freeze()
            gc.unfreeze()
        gc.enable()


@contextmanager
def unseen(package: str) -> Iterator[None]:
    """Let who is loaded inside not find a package that it takes along where there is one."""
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    if package in modules:
        yield
        return
    modules[package] = None  # so Python notes that there is none
    try:
        yield
    finally:
        del modules[package]


def keep_pauses_short() -> None:
    """Make long stops of this process rare: for one that is a node, once it has started.

    A full search for garbage walks over every object there is, in 50 ms for 1,000 feeds, and
    comes again and again while a peer has much to say.  What a node has loaded at its start
    lives as long as the node: it is not searched any more, nor once before that.  Of 200,000
    objects 63 were garbage, and to find them took 0.13 s of a start with 2,700 feeds.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.set_threshold(YOUNG_OBJECTS, gc.get_threshold()[1], ROUNDS_TO_FULL)
    gc.freeze()
    gc.enable()
