"""Much is what comes in a row; after a pause it is counted anew."""

import pytest
from swarmfeed.shell import influx
from swarmfeed.shell.influx import Influx


def test_it_is_much_from_a_number_on_and_little_again_after_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(influx.time, "monotonic", lambda: now[0])
    comes = Influx(worth=10, pause_s=30)
    assert not comes.add(9)
    now[0] += 30
    assert comes.add(1)
    assert comes.add(0)
    now[0] += 30.1
    assert not comes.add(9)
    assert comes.add(1)
