"""Links in a text, as far as a search asks for them: whether there is one, and to what."""

import re
from typing import Final

LINK_TERM: Final = "//"
"""Stands in the index among the exact terms of a text with a link; nobody can type it."""

MEDIA_TERM: Final = "//media"
"""The same of a link to a picture, sound or film."""

_LINK: Final = re.compile(r"\b(?:https?://|magnet:\?|swarmfeed:)[^\s<>\"]+", re.IGNORECASE)

MAY_BE_LINK: Final = re.compile(
    r":(?:(?<=http:)//|(?<=https:)//|(?<=magnet:)\?|(?<=swarmfeed:))"
)
"""A sign of one, in a text of small letters: the colon is looked for first, and soon found."""

_KINDS: Final = (
    "apng|avif|bmp|gif|heic|jpe?g|jxl|png|svg|tiff?|webp"  # pictures
    "|aac|flac|m4a|mid|mp3|oga|ogg|opus|wav"  # sounds
    "|avi|m4v|mkv|mov|mp4|mpe?g|ogv|webm"  # films
)
_MEDIA: Final = re.compile(
    # Also behind the text that a Fediverse server or a shop puts after the name: 1.jpg?w=600
    rf"https?://[^/?#]+/[^?#]*\.(?:{_KINDS})[).,;:!]*(?:[?#].*)?|magnet:.*",
    re.IGNORECASE,
)
"""A link whose path ends like the name of such a file, or to files of a swarm."""


def link_terms(text: str) -> list[str]:
    """Return what the index keeps of the links of a text: at most both terms."""
    if ":" not in text:
        return []
    links = _LINK.findall(text)
    if not links:
        return []
    has_media = any(_MEDIA.fullmatch(link) for link in links)
    return [LINK_TERM, MEDIA_TERM] if has_media else [LINK_TERM]
