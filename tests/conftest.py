"""How property tests are run: many examples in the whole run, few in the quick one.

``HYPOTHESIS_PROFILE=quick`` is what ``tools/check`` sets.  No test has a deadline.
"""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("full", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=10, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "full"))


HANG_S = 1_200
"""What starts processes and browsers is slow where the machine is busy; each of its waits ends
by itself before that.  A browser that is broken off from outside hangs for good."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every end-to-end test the time that a busy machine takes."""
    for item in items:
        if item.get_closest_marker("e2e") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(HANG_S))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Modules and tests stay until the end: the collector of Python is not to look at them."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
