"""Searching: people, posts and tags; and tags that somebody listens to."""

from typing import Final
from urllib.parse import urlsplit

from swarmfeed.core.asks.listening import Subscribe, Unsubscribe, WhatIsListenedTo
from swarmfeed.core.asks.network import WhatRises
from swarmfeed.core.asks.posts import PostView, SearchPosts
from swarmfeed.errors import RetryError, UserError

from webui.current import ask
from webui.mastodon.accounts import find
from webui.mastodon.endpoint import ApiCall, Json, MissingError, get, params, post
from webui.mastodon.entities import statuses, tag
from webui.mastodon.ids import find_status, is_tag, tag_of
from webui.mastodon.paging import PAGE, PAGE_MAX

TYPES: Final = ("accounts", "statuses", "hashtags")


def search() -> Json:
    """GET /api/v2/search: of the three kinds, or of the one that is asked for."""
    asked = params()
    words, kind = asked.text("q").strip(), asked.text("type")
    limit = asked.number("limit", PAGE, PAGE_MAX)
    wanted = {kind} if kind in TYPES else set(TYPES)
    if not words or asked.number("offset", 1, 10**6) > 1:
        wanted = set()
    return {
        "accounts": find(words, limit, asked.flag("following")) if "accounts" in wanted else [],
        "statuses": _posts(words, limit) if "statuses" in wanted else [],
        "hashtags": _tags(words) if "hashtags" in wanted else [],
    }


def _posts(words: str, limit: int) -> list[Json]:
    """Posts with these words, or the one whose page or name this is."""
    try:
        if (named := _named(words)) is not None:
            return statuses([named])
        return statuses(ask(SearchPosts(words=words, limit=limit)).posts)
    except UserError:
        # What was typed is a handle, or half of a search: it finds nothing.
        return []


def _named(words: str) -> PostView | None:
    """The post of ``http://.../posts/<id>``, or of ``swarmfeed:<author>?post=<place>``."""
    if words.startswith("swarmfeed:"):
        _, marked, name = words.partition("?post=")
        return find_status(name.partition("&")[0]) if marked else None
    if not words.startswith(("http://", "https://")) or " " in words:
        return None
    _, posts, name = urlsplit(words).path.partition("/posts/")
    return find_status(name.strip("/")) if posts else None


def _tags(words: str) -> list[Json]:
    name = words.removeprefix("#")
    return [_tag(name)] if is_tag(name) else []


def _listened_to() -> list[str]:
    """Tags alone, with their sign; of what else is listened to apps know nothing."""
    what = ask(WhatIsListenedTo()).what
    return [each for each in what if each.startswith("#") and is_tag(each[1:])]


def _tag(name: str) -> Json:
    return tag(name, following=f"#{name.lower()}" in {each.lower() for each in _listened_to()})


def show_tag(name: str) -> Json:
    tag_of(name)
    return _tag(name)


def follow_tag(name: str) -> Json:
    """Listening to it: posts of anybody come, and stand on the page Listening."""
    ask(Subscribe(what=tag_of(name)))
    return tag(name, following=True)


def unfollow_tag(name: str) -> Json:
    if f"#{name.lower()}" not in {each.lower() for each in _listened_to()}:
        raise MissingError(name)
    kept = next(each for each in _listened_to() if each.lower() == f"#{name.lower()}")
    ask(Unsubscribe(what=kept))
    return tag(name, following=False)


def followed_tags() -> list[Json]:
    return [tag(each.removeprefix("#"), following=True) for each in _listened_to()]


def trends() -> list[Json]:
    """GET /api/v1/trends/tags: tags of which many people write now, as supernodes say."""
    try:
        found = ask(WhatRises()).tags
    except RetryError:
        return []
    return [tag(each.tag.removeprefix("#")) for each in found]


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v2/search", search, "read:search"),
    get("/api/v1/tags/<name>", show_tag, "read"),
    post("/api/v1/tags/<name>/follow", follow_tag, "write:follows"),
    post("/api/v1/tags/<name>/unfollow", unfollow_tag, "write:follows"),
    get("/api/v1/followed_tags", followed_tags, "read:follows"),
    get("/api/v1/trends/tags", trends, "read"),
    get("/api/v1/trends", trends, "read"),
)
