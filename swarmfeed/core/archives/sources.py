"""Where a post was brought in from, in words.  What its author wrote there is a claim.

A link is made of what is an address of the web and nothing else, and its host is what is said.
"""

from typing import Final

from swarmfeed.core.asks.posts import BroughtView
from swarmfeed.core.exports.writing import parse_uri
from swarmfeed.core.net.web import WEB_ADDRESS

_CALLED: Final = {"x.com": "X", "twitter.com": "X", "bsky.app": "Bluesky"}
"""Hosts that people know by another name."""


def brought_from(src: str) -> BroughtView | None:
    """Return what ``src`` of a post says; None: it says nothing."""
    if not src:
        return None
    if found := WEB_ADDRESS.fullmatch(src):
        host = found[1].lower().removeprefix("www.")
        return BroughtView(src=src, place=_CALLED.get(host, host), url=src)
    if src.startswith("nostr:"):
        return BroughtView(src=src, place="Nostr")
    return BroughtView(src=src, place="swarmfeed" if parse_uri(src) else "")
