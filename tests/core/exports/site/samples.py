"""Own posts, and the site that is made of them."""

from collections.abc import Callable, Sequence
from functools import partial

from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.exports.site.pages import Author, SiteParts
from swarmfeed.core.exports.site.plan import SiteMedium, SiteText, plan_site
from swarmfeed.core.exports.site.threads import OwnThreads
from swarmfeed.core.exports.writing import OwnPost
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.feed.profile_field import ProfileField

FEED, OTHER = FeedId(b"\1" * 32), FeedId(b"\2" * 32)
AUTHOR = AuthorId(b"\3" * 32)
LINK = "swarmfeed:anna"


def own(index: int, text: str = "", time_ms: int = 0, feed_id: FeedId = FEED) -> OwnPost:
    when_ms = time_ms or 1_700_000_000_000 + index * 60_000
    return OwnPost(feed_id=feed_id, index=index, time_ms=when_ms, text=text or f"post {index}")


def ref(to: OwnPost) -> EntryRef:
    return EntryRef(to.feed_id, Hash(bytes(32)), to.index)


def answering(to: OwnPost, post: OwnPost) -> OwnPost:
    return replace(post, reply=ref(to))


def medium(kind: str, number: int = 0, alt: str = "") -> Medium:
    return Medium(size_bytes=9, v1=bytes([number]) * 20, v2=bytes([number]) * 32, type=kind,
                  alt=alt)  # fmt: skip


def parts_of(
    posts: Sequence[OwnPost],
    is_here: Callable[[Medium], bool] = lambda _: True,
    fields: tuple[ProfileField, ...] = (),
) -> SiteParts:
    return SiteParts(
        author=Author(link=LINK, name="Anna <b>", bio="Moss & more", fields=fields),
        threads=OwnThreads(sorted(posts, key=lambda each: (each.time_ms, each.index))),
        is_here=is_here,
        uri_of=partial(OwnPost.uri, author_id=AUTHOR),
    )


def site_of(
    posts: Sequence[OwnPost],
    url: str = "",
    is_here: Callable[[Medium], bool] = lambda _: True,
    fields: tuple[ProfileField, ...] = (),
) -> dict[str, str]:
    """Texts by the names of their files; of pictures and files what type they have."""
    return {
        file.name: file.make() if isinstance(file, SiteText) else _type_of(file)
        for file in plan_site(parts_of(posts, is_here, fields), url)
    }


def _type_of(file: SiteMedium) -> str:
    return file.medium.type
