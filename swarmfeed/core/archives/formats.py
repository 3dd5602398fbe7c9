"""The archives that can be read, and which one some files are."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from swarmfeed.core.archives.bluesky import ArchiveOfBluesky, is_car
from swarmfeed.core.archives.feeds import ArchiveOfFeed, is_json_feed, is_xml_feed
from swarmfeed.core.archives.format import Format
from swarmfeed.core.archives.lines import as_utf8
from swarmfeed.core.archives.mastodon import ArchiveOfMastodon, is_outbox
from swarmfeed.core.archives.nostr import ArchiveOfNostr, is_nostr
from swarmfeed.core.archives.ours import ArchiveOfOurs, is_ours
from swarmfeed.core.archives.twtxt import ArchiveOfTwtxt, is_twtxt
from swarmfeed.core.archives.x import ArchiveOfX, is_file_of_x

FORMATS: Final[tuple[type[Format], ...]] = (
    ArchiveOfOurs,
    ArchiveOfX,
    ArchiveOfMastodon,
    ArchiveOfBluesky,
    ArchiveOfNostr,
    ArchiveOfTwtxt,
    ArchiveOfFeed,
)
"""Asked in this order which of them some files are."""

_BEGINNINGS: Final = (
    (is_file_of_x, "tweets.js"),
    (is_outbox, "outbox.json"),
    (is_ours, "posts.jsonl"),
    (is_car, "repo.car"),
    (is_nostr, "nostr.jsonl"),
    (is_json_feed, "feed.json"),
    (is_xml_feed, "feed.xml"),
    (is_twtxt, "twtxt.txt"),
)
"""How a file begins that is alone, and what it is called in a whole archive."""


_PACKED: Final = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".7z", ".rar")


def format_of(names: Sequence[str]) -> Format | None:
    """Return what reads an archive with these files; None: nothing does."""
    made = (each(names) for each in FORMATS)
    return next((each for each in made if each.fits), None)


def packed_inside(names: Sequence[str]) -> str:
    """Return the first file that is packed itself, and is not looked into; empty: none is."""
    return next((name for name in names if name.lower().endswith(_PACKED)), "")


def called_in_archive(head: bytes) -> str:
    """Return what a file that begins so is called in an archive; empty: nobody knows."""
    parts: list[bytes] = []
    with suppress(ValueError):  # the head ends within a character
        parts += as_utf8([head])
    whole = b"".join(parts)
    return next((name for begins, name in _BEGINNINGS if begins(whole)), "")
