"""What was there at the start is not searched for garbage, and threads change quickly."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from swarmfeed.shell.interpreter import (
    ROUNDS_TO_FULL,
    SWITCH_S,
    YOUNG_OBJECTS,
    keep_pauses_short,
    loading,
    unseen,
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    switch_s, thresholds = sys.getswitchinterval(), gc.get_threshold()
    frozen = gc.get_freeze_count()
    yield
    gc.unfreeze()
    if frozen:  # as tests/conftest.py does
        gc.freeze()
    sys.setswitchinterval(switch_s)
    gc.set_threshold(*thresholds)


@pytest.mark.slow
def test_what_was_loaded_is_not_searched_any_more() -> None:
    loaded = [[number] for number in range(1_000)]
    keep_pauses_short()
    assert gc.get_freeze_count() > len(loaded)
    kept = {id(each) for generation in range(3) for each in gc.get_objects(generation)}
    assert not kept & {id(each) for each in loaded}
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    assert (gc.get_threshold()[0], gc.get_threshold()[2]) == (YOUNG_OBJECTS, ROUNDS_TO_FULL)


def test_nothing_is_searched_for_while_a_node_starts() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), loading():
        raise ZeroDivisionError
    assert gc.isenabled(), "a start that failed, too"


def test_a_package_that_is_unseen_can_be_loaded_later(tmp_path: Path) -> None:
    (tmp_path / "seldom_there.py").write_text("HERE = True")
    sys.path.insert(0, str(tmp_path))
    try:
        with unseen("seldom_there"), pytest.raises(ImportError):
            import_module("seldom_there")
        assert import_module("seldom_there").HERE
        with unseen("seldom_there"):
            assert import_module("seldom_there").HERE, "what is loaded stays"
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("seldom_there", None)


@pytest.mark.slow
def test_a_node_loads_nothing_for_colours_of_errors() -> None:
    script = "import sys, swarmfeed.__main__ as m; sys.argv[1:] = ['--help']\n"
    script += "try: m.program()\nexcept SystemExit: print('rich' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.splitlines()[-1] == "False", said.stdout + said.stderr


@pytest.mark.slow
def test_a_start_that_is_over_is_searched_again() -> None:
    with loading():
        keep_pauses_short()
        assert gc.isenabled()


@pytest.mark.slow
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
