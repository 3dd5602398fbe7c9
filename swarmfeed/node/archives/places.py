"""Where files of a person are: what they say, as a whole path."""

from contextlib import suppress
from pathlib import Path

from swarmfeed.core.exports.paths import check_path


def whole_path(path: str) -> str:
    """Return the path of what a person names, with ``~`` spelled out.

    Raises:
        UserError: It is none, or depends on the folder that the node works in.
    """
    with suppress(RuntimeError):  # nobody here is called so: it stays, and is refused
        path = str(Path(path).expanduser())
    return check_path(path)
