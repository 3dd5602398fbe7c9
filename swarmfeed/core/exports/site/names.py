"""What the files of a site are called.

    index.html, older/<n>.html      threads, newest first; the first ones written are in older/1
    posts/<name>.html               a post with all the person answered to it
    tags/<tag>/<n>.html             the same of each tag; a page of all tags leads there
    feed.atom, feed.rss, feed.json  the newest posts
    style.css
    media/<id>.<ending>             pictures and files

No page is called by its place from the newest, so what is full never changes.
"""

import re
from typing import Final
from urllib.parse import quote

from swarmfeed.core.base.address import format_address
from swarmfeed.core.exports.writing import OwnPost
from swarmfeed.core.feed.medium import Medium, medium_name

INDEX: Final = "index.html"
TAGS: Final = "tags.html"
STYLE: Final = "style.css"
FEED_ADDRESS_CHARS: Final = 16
"""Of a feed's address in the name of a post: 80 bits tell the few feeds of a person apart."""

_OURS: Final = re.compile(
    r"index\.html|tags\.html|style\.css|feed\.(?:atom|rss|json)|older/\d{1,10}\.html"
    r"|posts/[a-z2-7]{16}-\d{1,10}\.html|tags/[^/\\.\x00-\x1f]{1,200}/(?:index|\d{1,10})\.html"
    r"|media/[a-z2-7]{32}\.[a-z0-9]{2,5}"
)
_ENDINGS: Final = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
    "audio/webm": "weba",
    "audio/flac": "flac",
    "audio/wav": "wav",
    "application/pdf": "pdf",
}
"""Of types that no web space serves as a page of its own: anything else could act there in the
site's name (HTML, SVG, XML)."""


def is_of_site(name: str) -> bool:
    """Whether a file of this name can be one of a site; none leads out of its folder."""
    return _OURS.fullmatch(name) is not None


def post_name(post: OwnPost) -> str:
    """What a post is called on its site, for ever."""
    return f"{format_address(post.feed_id)[:FEED_ADDRESS_CHARS]}-{post.index}"


def post_page(first: OwnPost) -> str:
    """The page of the thread that a post begins."""
    return f"posts/{post_name(first)}.html"


def list_page(folder: str, number: int) -> str:
    """A page of a list; 0: the one that has the newest.

    Args:
        folder: Of the pages of a tag, with a slash; empty: of the index.
    """
    if number:
        return f"{folder or 'older/'}{number}.html"
    return f"{folder}index.html"


def tag_folder(tag: str) -> str:
    """Where the pages of a tag are."""
    return f"tags/{tag}/"


def medium_file(medium: Medium) -> str:
    """What a picture or file is called."""
    base = medium_name(medium.id).partition(".")[0]
    return f"media/{base}.{_ENDINGS.get(medium.type, 'bin')}"


def way(page: str, to: str) -> str:
    """The relative address that leads from one page to another file; both lie in the site."""
    up = "../" * page.count("/")
    return f"{up}{quote(to)}"
