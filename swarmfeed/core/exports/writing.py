"""Own posts as they are now, from what was written: with edits, without what was withdrawn."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.address import (
    format_address,
    format_author,
    parse_address,
    parse_author,
)
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.kinds import Body, EditBody, PostBody, WithdrawBody
from swarmfeed.core.feed.medium import Medium, medium_name
from swarmfeed.errors import UserError

_URI: Final = re.compile(r"swarmfeed:([a-z2-7]{56})\?post=([a-z2-7]{56})/(\d{1,10})", re.ASCII)

Entry = tuple[int, int, Body | None]
"""Index, time in ms and body of an entry; None: the body is withdrawn."""


class OwnPost(Struct, frozen=True, kw_only=True):
    """One post that everybody can read, in the words it has now."""

    feed_id: FeedId
    index: int
    time_ms: int
    text: str
    cw: str = ""
    lang: str = ""
    src: str = ""
    reply: EntryRef | None = None
    quote: EntryRef | None = None
    media: tuple[Medium, ...] = ()
    edited_ms: int = 0
    """When its text was changed last; 0: never."""

    def uri(self, author_id: AuthorId) -> str:
        """Its name for ever."""
        return uri_of(author_id, self.feed_id, self.index)


def uri_of(author_id: AuthorId, feed_id: FeedId, index: int) -> str:
    """Return the name of a post, as other formats want one."""
    return f"swarmfeed:{format_author(author_id)}?post={format_address(feed_id)}/{index}"


def parse_uri(uri: str) -> tuple[AuthorId, FeedId, int] | None:
    """Return author, feed and index that such a name means; None: it is none."""
    match = _URI.fullmatch(uri)
    if match is None:
        return None
    try:
        return parse_author(match[1]), FeedId(parse_address(match[2])), int(match[3])
    except UserError:
        return None


def file_of(medium: Medium) -> str:
    """What a picture or file is called in an archive that goes out."""
    base = medium_name(medium.id).partition(".")[0]
    ending = medium.type.rpartition("/")[2].partition("+")[0].replace("jpeg", "jpg")
    return f"media_attachments/files/{base}.{ending}"


def writings(feed_id: FeedId, entries: Iterable[Entry]) -> Iterator[OwnPost]:
    """Return the posts of one feed, oldest first.

    Posts whose body is withdrawn are there only if an edit of them is still shown; those for
    some people only are entries of another kind, and never are.
    """
    posts: dict[int, OwnPost] = {}
    begun: dict[int, int] = {}
    for index, time_ms, body in entries:
        match body:
            case PostBody():
                posts[index] = OwnPost(
                    feed_id=feed_id,
                    index=index,
                    time_ms=time_ms,
                    text=body.text,
                    cw=body.cw,
                    lang=body.lang,
                    src=body.src,
                    reply=body.reply,
                    quote=body.quote,
                    media=body.media,
                )
            case EditBody():
                _edit(posts, begun, feed_id, time_ms, body)
            case WithdrawBody(is_edited=False):
                posts.pop(body.index, None)
            case None:
                begun[index] = time_ms
            case _:
                pass
    yield from (posts[index] for index in sorted(posts))


def _edit(
    posts: dict[int, OwnPost],
    begun: dict[int, int],
    feed_id: FeedId,
    time_ms: int,
    body: EditBody,
) -> None:
    old = posts.get(body.index)
    if old is None:
        if body.index not in begun:
            return
        old = OwnPost(feed_id=feed_id, index=body.index, time_ms=begun[body.index], text="")
        old = replace(old, reply=body.reply, quote=body.quote)
    posts[body.index] = replace(
        old, text=body.text, cw=body.cw, media=body.media, edited_ms=time_ms
    )
