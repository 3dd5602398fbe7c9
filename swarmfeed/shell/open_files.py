"""How many descriptors this process may have.  The only module that imports ``resource``."""

import resource

from swarmfeed.core.asks.sentences import TOO_FEW_FILES
from swarmfeed.core.net.limits import OPEN_FILES_MAC, OPEN_FILES_MAX, OPEN_FILES_MIN
from swarmfeed.errors import UserError


def raise_files_max() -> int:
    """Ask the system for OPEN_FILES_MAX descriptors, and return how many there may be.

    The soft limit is a courtesy to old programs; the hard one is what the machine's owner set.
    """
    soft, hard = (_finite(each) for each in resource.getrlimit(resource.RLIMIT_NOFILE))
    for wanted in (OPEN_FILES_MAX, OPEN_FILES_MAC):
        if soft < min(wanted, hard) and _set(min(wanted, hard)):
            soft = min(wanted, hard)
    return soft


def require_files() -> None:
    """See that there are enough for a node that stays.

    Raises:
        UserError: Fewer than OPEN_FILES_MIN, with what to do about it.
    """
    files_max = raise_files_max()
    if files_max < OPEN_FILES_MIN:
        raise UserError(TOO_FEW_FILES(files=files_max, least=OPEN_FILES_MIN))


def _set(files_max: int) -> bool:
    """The hard limit stays as it is, so that nobody loses what they may ask for later."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, hard))
    except (OSError, ValueError):
        return False
    return True


def _finite(limit: int) -> int:
    return OPEN_FILES_MAX if limit == resource.RLIM_INFINITY else limit
