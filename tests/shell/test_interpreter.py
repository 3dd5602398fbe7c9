"""What was there at the start is not searched for garbage, and threads change quickly."""

import gc
import sys
from collections.abc import Iterator

import pytest
from swarmfeed.shell.interpreter import SWITCH_S, keep_pauses_short


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    switch_s = sys.getswitchinterval()
    yield
    gc.unfreeze()
    sys.setswitchinterval(switch_s)


def test_what_was_loaded_is_not_searched_any_more() -> None:
    loaded = [[number] for number in range(1_000)]
    keep_pauses_short()
    assert gc.get_freeze_count() > len(loaded)
    kept = {id(each) for generation in range(3) for each in gc.get_objects(generation)}
    assert not kept & {id(each) for each in loaded}
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)


def test_what_comes_later_is_still_collected() -> None:
    class Circle:
        gone = 0

        def __del__(self) -> None:
            Circle.gone += 1

    keep_pauses_short()
    circle = Circle()
    circle.self = circle  # type: ignore[attr-defined]
    del circle
    gc.collect()
    assert Circle.gone == 1
