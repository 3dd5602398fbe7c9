"""The file of a home in which settings are kept for the next starts.

``{"settings": {"--disk": "20 GB", "--dht/--no-dht": "off"}}``: flags, and values as people
write them, so that it can be read and corrected by hand.
"""

import json
from collections.abc import Mapping

from swarmfeed.core.install.limits import KEPT_SETTINGS_BYTES_MAX
from swarmfeed.errors import BadEncodingError


def format_kept(kept: Mapping[str, str]) -> bytes:
    """Return the content of the file."""
    return json.dumps({"settings": dict(kept)}, ensure_ascii=False, indent=1).encode() + b"\n"


def parse_kept(content: bytes) -> dict[str, str]:
    """Read the file; what the settings mean is for others to say.

    Raises:
        BadEncodingError: It is no such file.
    """
    if len(content) > KEPT_SETTINGS_BYTES_MAX:
        raise BadEncodingError("too long")
    try:
        found = json.loads(content)["settings"]
        kept = {str(flag): value for flag, value in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadEncodingError("not as it is written") from error
    if not all(isinstance(value, str) for value in kept.values()):
        raise BadEncodingError("not as it is written")
    return kept
