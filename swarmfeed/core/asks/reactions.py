"""Liking and boosting posts, and taking that back; everybody who holds the feed can see it."""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import Limit, Posts, PostView
from swarmfeed.core.asks.shape import Flat, Spare
from swarmfeed.core.base.limits import PAGE_POSTS
from swarmfeed.core.base.types import AuthorId, EntryRef

LIKE_EMOJI: Final = "\N{BLACK HEART SUIT}"
"""What is written for a like; any other reaction counts as one."""


class Like(Ask[PostView], frozen=True, kw_only=True):
    """Like a post; once is enough."""

    name = "like"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class Unlike(Ask[PostView], frozen=True, kw_only=True):
    """Like a post no longer."""

    name = "unlike"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class Boost(Ask[PostView], frozen=True, kw_only=True):
    """Show a post to those who follow the person; once more, and it stands on top again."""

    name = "boost"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class Unboost(Ask[PostView], frozen=True, kw_only=True):
    """Take a boost back."""

    name = "unboost"
    changes = True

    ref: str
    """The post, named as ``show`` takes it."""


class Reactor(Struct, frozen=True, kw_only=True):
    """Somebody who likes a post, or boosted it."""

    author_id: AuthorId
    author_name: str
    """Empty when unknown."""
    time_ms: int
    """By which it is sorted."""
    boosts: bool
    """Whether they boosted it; else they like it."""
    namesake: Annotated[bool, Spare()] = False
    """Whether the name can be taken for that of another author known here."""


class Reactors(Struct, frozen=True, kw_only=True):
    """Who reacted to a post, of those whose feeds are here, the newest first."""

    people: tuple[Reactor, ...]
    """At most 1,000."""


class WhoReacted(Ask[Reactors], frozen=True, kw_only=True):
    """Who likes a post, and who boosted it."""

    name = "reactions"

    ref: str
    """The post, named as ``show`` takes it."""


class LikedPosts(Ask[Posts], frozen=True, kw_only=True):
    """Posts that the person likes, those that are here, the one liked last first."""

    name = "liked"

    limit: Limit = PAGE_POSTS
    """At most so many."""
    before: Cursor | None = None
    """Only those after this place: each stands where the person said that they like it."""


class OwnReaction(Struct, frozen=True, kw_only=True):
    """What the person said of one post without a word of their own."""

    ref: Annotated[EntryRef, Flat()]
    liked: bool
    boosted: bool
    time_ms: int
    """When they said the newer of both."""
    author_id: AuthorId | None = None
    """Whose post it is; null when nothing of its feed is here."""
    author_name: str = ""
    """Empty when unknown."""


class OwnReactions(Struct, frozen=True, kw_only=True):
    """A page of what the person said of posts, the newest first."""

    reactions: tuple[OwnReaction, ...]
    next: int | None = None
    """What ``start`` takes to go on; null when the list ended."""


class ReactionsLeft(Ask[OwnReactions], frozen=True, kw_only=True):
    """What the person said of a post, also of one that is withdrawn or not here; or of all
    such posts."""

    name = "reactions-left"

    ref: str = ""
    """The post, by the number it had or as FEED/INDEX; empty: all that cannot be read here."""
    start: int = 0
    """How many of all to pass over."""
    limit: Limit = PAGE_POSTS


class TakeBack(Ask[OwnReactions], frozen=True, kw_only=True):
    """Take back what the person said of a post, whether it can be read here or not; answers
    what that was."""

    name = "take-back"
    changes = True

    ref: str
    """The post, by the number it has or had, or as FEED/INDEX."""
