"""How property tests are run: many examples in the whole run, few in the quick one.

``HYPOTHESIS_PROFILE=quick`` is what ``tools/check`` sets.  No test has a deadline.
"""

import os

from hypothesis import settings

settings.register_profile("full", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "full"))
