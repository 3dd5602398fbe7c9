"""Where a person has files written: anywhere but among those of the node itself."""

import os
from pathlib import Path

from swarmfeed.core.exports import sentences
from swarmfeed.errors import UserError


def require_outside(home: Path, path: str) -> Path:
    """Return a place, missing or not, that is in no home.  UserError: it is, by a link too."""
    place = Path(path)
    if Path(os.path.realpath(place)).is_relative_to(os.path.realpath(home)):
        raise UserError(sentences.IN_THE_HOME(path=path))
    return place
