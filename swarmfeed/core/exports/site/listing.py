"""Which files of a folder are a site's: so pages of withdrawn posts go, and nothing else.

    swarmfeed-site.json  {"author": address, "files": {name: digest}, "whole": true or false}

A digest is of what the file has in it.  ``whole`` is false from before the first file changes
until all are written: a site that was left so is written anew.  What stands there may be
anybody's doing: only names that a site's files can have are read.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from msgspec import Struct, field

from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.exports.site.names import is_of_site

LISTING: Final = "swarmfeed-site.json"
DIGEST_CHARS: Final = 16


class Listing(Struct, frozen=True, kw_only=True):
    """What is known of the files of a site."""

    author_id: AuthorId
    files: Mapping[str, str] = field(default_factory=dict)
    """Digests by name."""
    is_whole: bool = True


def digest_of(content: bytes) -> str:
    """Return what tells contents apart."""
    return sha256(content).hexdigest()[:DIGEST_CHARS]


def encode_listing(listing: Listing) -> bytes:
    told = {
        "author": format_author(listing.author_id),
        "whole": listing.is_whole,
        "files": dict(sorted(listing.files.items())),
    }
    return (json.dumps(told, ensure_ascii=False, indent=0) + "\n").encode("utf-8")


def decode_listing(raw: bytes, author_id: AuthorId) -> Listing | None:
    """Read it as a listing of this author; None: it is none, or somebody else's.

    What is damaged of it says of no file that it is as it should be.
    """
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.get("author") != format_author(author_id):
        return None
    files = told.get("files")
    rows = files.items() if isinstance(files, dict) else ()
    return Listing(
        author_id=author_id,
        files={
            name: digest if isinstance(digest, str) else ""
            for name, digest in rows
            if is_of_site(name)
        },
        is_whole=told.get("whole") is True,
    )
