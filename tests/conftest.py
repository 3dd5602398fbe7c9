"""How property tests are run: many examples in the whole run, few in the quick one.

``HYPOTHESIS_PROFILE=quick`` is what ``tools/check`` sets.  No test has a deadline.  Errors in
the log have a plain trace, as those of the program have.
"""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from swarmfeed.shell.interpreter import unseen

# Where it finds rich, it draws each error with all local variables: a second of work, which a
# test in which hundreds of links fail pays hundreds of times.
with unseen("rich"):
    import structlog  # noqa: F401  # by whoever is tested

settings.register_profile("full", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=10, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "full"))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Modules and tests stay until the end: the collector of Python is not to look at them."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
