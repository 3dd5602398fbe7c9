"""Bounds of what apps are told and may send."""

from typing import Final

from swarmfeed.core.base.limits import TEXT_BYTES_MAX

STATUS_CHARS_MAX: Final = TEXT_BYTES_MAX // 4
"""Longest post as apps count it: no character takes more than four bytes."""

URL_CHARS: Final = 23
"""As which apps count a link; here it counts whole, and the sentence says so."""

BODY_BYTES_MAX: Final = 64 * 1024
"""Longest request that brings no file."""

STRANGER_BYTES_MAX: Final = 16 * 1024
"""Longest request of somebody without a token: an app that registers."""

VALUES_MAX: Final = 1_000
"""Values in one request: as many as a list of accounts has, and more."""

DEPTH_MAX: Final = 6
"""How deep objects and lists of a request in JSON may lie in each other."""

DIGITS_MAX: Final = 9
"""Longest number in a request."""

LOOKED_AT_MAX: Final = 400
"""How far back it is looked for what comes right after a place; ten full pages."""

BOOSTS_OF_A_MOMENT: Final = 40
"""Entries of one millisecond of the home timeline among which a boost is looked for."""

NOTICES_LOOKED_AT: Final = 200
"""The newest notifications, among which one with an id is looked for."""

UPLOADS_KEPT: Final = 32
"""Files handed over and not posted yet, whose descriptions are remembered."""

IDEMPOTENCY_CHARS: Final = 64
"""Longest name of a wish that the node takes as it is; a longer one is hashed."""

FAMILIAR_MAX: Final = 40
"""People of whom it is told who of those one follows follows them."""

PEOPLE_MAX: Final = 80
"""People on one page."""

STREAMS_MAX: Final = 16
"""Apps that listen at once; of more, the one that began first ends."""

SUBSCRIPTIONS_MAX: Final = 16
"""Streams over one WebSocket."""
