"""Where holders of an author meet in the DHT, and where supernodes do.

Holders announce their peer-link port on one topic per author (BEP 5), never one per chunk:
ten thousand announced torrents would cost a quarter of a megabyte a second for ever.
"""

from hashlib import sha1
from typing import Final

from swarmfeed.core.base.types import AuthorId

SUPERNODE_TOPIC: Final = sha1(b"swarmfeed supernode 1", usedforsecurity=False).digest()
"""Where supernodes announce the ports of their links, so that who knows nobody finds one."""


def author_topic(author_id: AuthorId) -> bytes:
    """Return the 20-byte info-hash on which holders of an author's feeds announce."""
    return sha1(b"swarmfeed author 2" + author_id, usedforsecurity=False).digest()
