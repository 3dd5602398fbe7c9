"""Style sheet, scripts and icon as they go over the wire: packed, when the browser takes that.

Only files that are the same for everybody are packed.  Pages are not: they hold secrets of a
login beside what somebody else wrote, and from the size of both packed together the secret
could be guessed (the BREACH attack; THREATS A03).
"""

import gzip
import re
from functools import lru_cache
from typing import Final

from flask import Response, request

LEVEL: Final = 9
"""Each file is packed once in a run, so it may take a millisecond."""

KINDS: Final = frozenset({"text/css", "text/javascript", "image/svg+xml"})

COMMENT: Final = re.compile(rb"^ *//.*$", re.MULTILINE)

FILES_KEPT: Final = 64
"""More than there are."""


def pack(response: Response) -> Response:
    """Pack one of the files of the page itself, and say for whom the answer may be kept."""
    if request.endpoint != "static" or response.mimetype not in KINDS:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 or not request.accept_encodings["gzip"]:
        return response
    response.direct_passthrough = False
    response.set_data(_packed(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        # The same file, other bytes: equal enough to be asked about, no more.
        response.set_etag(etag, weak=True)
    return response


@lru_cache(FILES_KEPT)
def _packed(content: bytes) -> bytes:
    return gzip.compress(without_comments(content), LEVEL, mtime=0)


def without_comments(content: bytes) -> bytes:
    """A script without its lines of comment, a fifth of it; others keep their numbers.

    Files of another kind have no such lines.
    """
    return COMMENT.sub(b"", content)
