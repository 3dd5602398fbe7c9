"""What is asked beside a page of posts, of all of them at once."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from swarmfeed.core.asks.muting import WhichAreMuted
from swarmfeed.core.asks.posts import NamedPosts, PostView, ref_text
from swarmfeed.core.asks.quotes import HowOftenQuoted
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import EntryRef

from webui.current import ask
from webui.mastodon.filter_groups import FilterGroup, groups

T = TypeVar("T")


def in_parts(of: Iterable[T]) -> Iterator[Sequence[T]]:
    """Yield each once, as many together as may be asked for."""
    each = list(dict.fromkeys(of))
    return (each[at : at + PAGE_POSTS_MAX] for at in range(0, len(each), PAGE_POSTS_MAX))


def named(refs: Iterable[EntryRef]) -> dict[str, PostView]:
    """Posts that others answer or quote, those that are here, by their places."""
    found: dict[str, PostView] = {}
    for part in in_parts(map(ref_text, refs)):
        posts = ask(NamedPosts(refs=",".join(part))).posts
        found |= {ref_text(post.ref): post for post in posts if not post.withdrawn}
    return found


def muted(posts: Iterable[PostView]) -> set[str]:
    """Places of those that stand in threads which the person muted."""
    return {
        name
        for part in in_parts(ref_text(each.ref) for each in posts)
        for name in ask(WhichAreMuted(refs=",".join(part))).refs
    }


def quote_counts(posts: Iterable[PostView]) -> dict[str, int]:
    """How many quote each of some posts, by their places."""
    found: dict[str, int] = {}
    for part in in_parts(ref_text(each.ref) for each in posts):
        counts = ask(HowOftenQuoted(refs=",".join(part))).counts
        found |= zip(part, counts, strict=True)
    return found


def filters(posts: Iterable[PostView]) -> dict[str, FilterGroup]:
    """Of words for which some of these posts are covered, the filter they belong to."""
    if not any(each.filtered for each in posts):
        return {}
    return {one.words: each for each in groups() for one in each.filters}
