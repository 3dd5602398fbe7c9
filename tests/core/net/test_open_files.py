import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import PEERS_DIALLED_MAX, PEERS_MAX, SWARM_CONNECTIONS_MAX
from swarmfeed.core.net.limits import (
    DIALLED_FILES,
    DIALS_AT_ONCE,
    OPEN_FILES_MAX,
    OPEN_FILES_MIN,
    OWN_FILES,
    STRANGERS_SILENT_MAX,
)
from swarmfeed.core.net.open_files import EVERYTHING, share_files


@pytest.mark.attack("A60")
@given(st.integers(OPEN_FILES_MIN, 2 * OPEN_FILES_MAX))
def test_whatever_strangers_open_the_nodes_own_files_are_left(files_max: int) -> None:
    left = files_max - share_files(files_max).total
    assert left >= min(OWN_FILES + DIALLED_FILES, files_max // 2)
    assert DIALLED_FILES > PEERS_DIALLED_MAX


@given(st.integers(0, 2 * OPEN_FILES_MAX))
def test_everybody_has_something(files_max: int) -> None:
    shared = share_files(files_max)
    assert min(shared.page, shared.silent, shared.links, shared.dials, shared.swarm_files) >= 11
    assert shared.speaking >= 7 and shared.swarm_connections >= 34


def test_with_many_files_nobody_is_short() -> None:
    assert EVERYTHING.links == PEERS_MAX
    assert EVERYTHING.dials == DIALS_AT_ONCE
    assert EVERYTHING.swarm_connections == SWARM_CONNECTIONS_MAX
    assert EVERYTHING.silent == STRANGERS_SILENT_MAX
    # Nobody has use for more, so more is not asked for.
    assert EVERYTHING.total < OPEN_FILES_MAX
