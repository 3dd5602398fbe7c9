"""Places on the machine of the node, as people name them to it."""

from swarmfeed.core.exports import sentences
from swarmfeed.core.exports.limits import PATH_CHARS_MAX
from swarmfeed.errors import UserError


def check_path(path: str) -> str:
    """Return a path that can be remembered, and is the same wherever the node was started.

    Raises:
        UserError: It does not.
    """
    if len(path) > PATH_CHARS_MAX:
        raise UserError(sentences.LONG_PATH(most=PATH_CHARS_MAX))
    if "\0" in path or any("\ud800" <= each <= "\udfff" for each in path):
        raise UserError(sentences.NO_PATH())
    if not path.startswith("/"):
        raise UserError(sentences.NOT_WHOLE(path=path))
    return path
