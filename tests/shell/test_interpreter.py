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


@pytest.mark.slow
def test_nothing_is_searched_for_while_a_node_starts() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError), loading():
        raise ZeroDivisionError
    assert gc.isenabled(), "a start that failed, too"


@pytest.mark.slow
def test_what_was_loaded_is_old_and_was_not_searched() -> None:
    gc.unfreeze()
    searched: list[str] = []
    gc.callbacks.append(lambda phase, _: searched.append(phase))
    try:
        with loading():
            loaded = [[number] for number in range(10_000)]
        [[number] for number in range(10)]
        assert not searched
        old = set(map(id, gc.get_objects(generation=2)))
    finally:
        gc.callbacks.pop()
    assert old >= set(map(id, loaded))
    assert not gc.get_freeze_count(), "what of it is garbage is found later"


@pytest.mark.slow
def test_what_a_start_froze_stays_so() -> None:
    gc.freeze()
    before = gc.get_freeze_count()
    with loading():
        pass
    assert gc.get_freeze_count() >= before - 100


@pytest.mark.slow
def test_a_start_is_not_searched_at_its_end() -> None:
    searched: list[str] = []
    gc.callbacks.append(lambda phase, _: searched.append(phase))
    try:
        with loading():
            keep_pauses_short()
    finally:
        gc.callbacks.pop()
    assert not searched


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


SEARCHED_WHILE_LOADING = """
import gc, sys
from pathlib import Path
from swarmfeed.cli.doors import Doors
from swarmfeed.errors import UserError
searched = {}
class Watch:
    def find_spec(self, name, *_):
        searched[name] = gc.isenabled()
sys.meta_path.insert(0, Watch())
try:
    Doors().run_node(Path(sys.argv[1]), None, "", print, ())
except UserError:
    print(searched["swarmfeed.serving"], searched["swarmfeed.node.node"], gc.isenabled())
"""


@pytest.mark.slow
def test_while_a_node_is_loaded_nothing_is_searched(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", SEARCHED_WHILE_LOADING, tmp_path], capture_output=True, text=True
    )
    assert said.stdout == "False False True\n", said.stderr


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
