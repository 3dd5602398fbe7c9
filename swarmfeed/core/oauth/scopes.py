"""What an app may do, as words: ``read``, ``write:statuses``.

Source: the public documentation of the Mastodon client API, "OAuth scopes".
"""

from collections.abc import Collection
from typing import Final

from swarmfeed.core.oauth import sentences
from swarmfeed.core.oauth.limits import SCOPES_MAX
from swarmfeed.core.oauth.refusal import INVALID_SCOPE, OAuthError

READ: Final = "read"
WRITE: Final = "write"
FOLLOW: Final = "follow"
PUSH: Final = "push"
PROFILE: Final = "profile"

_OWN_THINGS: Final = frozenset(
    ("accounts", "blocks", "bookmarks", "filters", "follows", "lists", "mutes")
)
_SHARED_THINGS: Final = frozenset(("favourites", "notifications", "statuses"))
_OF_ONE_KIND: Final = frozenset(
    ("read:search", "write:conversations", "write:media", "write:reports")
)
_FOLLOWED: Final = frozenset(
    f"{how}:{what}" for how in (READ, WRITE) for what in ("blocks", "follows", "mutes")
)
"""What ``follow``, an old word, stands for."""

KNOWN: Final = frozenset(
    {READ, WRITE, FOLLOW, PUSH, PROFILE}
    | _OF_ONE_KIND
    | {f"{how}:{what}" for how in (READ, WRITE) for what in _OWN_THINGS | _SHARED_THINGS}
)


def parse_scopes(text: str) -> tuple[str, ...]:
    """Return the scopes of a list with spaces, each once; ``read`` when nothing is said.

    Raises:
        OAuthError: One of them is not known here.
    """
    words = text.replace("+", " ").replace(",", " ").split()
    if len(words) > SCOPES_MAX or any(each not in KNOWN for each in words):
        raise OAuthError(INVALID_SCOPE, sentences.NO_SCOPE())
    return tuple(dict.fromkeys(words)) or (READ,)


def covers(granted: Collection[str], needed: str) -> bool:
    """Whether what was granted allows ``needed``, such as ``read:statuses``."""
    if needed in granted or needed.partition(":")[0] in granted:
        return True
    return FOLLOW in granted and needed in _FOLLOWED


def require_within(asked: Collection[str], registered: Collection[str]) -> None:
    """Raise OAuthError when something is asked for beyond what an app registered for."""
    if not all(covers(registered, each) for each in asked):
        raise OAuthError(INVALID_SCOPE, sentences.BEYOND_REGISTERED())
