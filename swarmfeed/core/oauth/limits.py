"""Bounds of apps that read and write for a person."""

from typing import Final

APPS_MAX: Final = 64
"""Apps that are registered at once: nobody uses so many, and anybody on this machine may
register one."""

TOKENS_MAX: Final = 128
"""Logins of apps, and as many tokens that only say which app asks; of more of a kind, the one
that was used longest ago ends."""

CODES_MAX: Final = 32
"""Codes that were given and not yet taken; of more, the oldest goes."""

CODE_S: Final = 600
"""How long a code can be turned into a token."""

ASKED_MAX: Final = 8
"""Apps that wait on the page for a person's word, and origins that do; of more, the one that
came first goes."""

ORIGINS_MAX: Final = 64
"""Web apps that are let in."""

REDIRECTS_MAX: Final = 8
"""Places an app names to be led back to."""

REDIRECT_CHARS_MAX: Final = 1_024
"""Longest of them."""

APP_NAME_CHARS_MAX: Final = 80
"""Longest name of an app; the rest of it is not shown."""

SCOPES_MAX: Final = 64
"""Most words of a list of scopes."""

STATE_CHARS_MAX: Final = 2_048
"""Longest value that an app has handed back to it unread."""

ORIGIN_CHARS_MAX: Final = 255
"""Longest origin: scheme, host and port of a web app."""

VERIFIER_CHARS: Final = (43, 128)
"""Shortest and longest secret of PKCE (RFC 7636, section 4.1)."""

SEEN_EVERY_S: Final = 86_400
"""When an app was used is written down by the day: a disk need not hear of every request."""
