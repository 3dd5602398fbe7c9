"""The one translation from what the node shows to what apps expect.

Everything else of this room asks; what an account, a status or a picture looks like is decided
here.  Of a page of posts all people, and all posts that others answer or quote, are asked for
at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from swarmfeed.core.asks.in_short import PersonInShort, WhoAreThey
from swarmfeed.core.asks.letters import LetterView
from swarmfeed.core.asks.media import FILE, SMALL, WHOLE, MediumView
from swarmfeed.core.asks.media import HERE as MEDIUM_HERE
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import HERE, WITHDRAWN, PostView, ref_text
from swarmfeed.core.asks.profile import WhatIsPinned
from swarmfeed.core.asks.withdrawing import HistoryOfPost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.core.words.tags import find_tags

from webui.current import ask
from webui.faces import faces
from webui.mastodon import beside, content, places
from webui.mastodon.endpoint import Json
from webui.mastodon.ids import letter_id, place_id, post_id
from webui.mastodon.times import SOMETIME, iso
from webui.render import one_line


def people(authors: Iterable[AuthorId]) -> dict[AuthorId, PersonInShort]:
    """Ask who some people are, as many at once as may be asked."""
    wanted = list(authors)
    faces(wanted)
    found: dict[AuthorId, PersonInShort] = {}
    for part in beside.in_parts(wanted):
        told = ask(WhoAreThey(authors=",".join(map(format_author, part)))).people
        found |= {each.author_id: each for each in told}
    return found


def _pictures(author_id: AuthorId) -> tuple[str, str]:
    """Where somebody's picture is, and their banner: what is here, else what is drawn."""
    face = faces((author_id,))[author_id]
    shown = (face.avatar, face.banner) if face is not None else (None, None)
    avatar, banner = (
        places.medium(each.id, form) if each is not None and each.state == MEDIUM_HERE else ""
        for each, form in zip(shown, (SMALL, WHOLE), strict=True)
    )
    return avatar or places.avatar(author_id), banner or places.header()


def account(who: PersonInShort, *, called: str = "") -> Json:
    """An Account.

    Args:
        called: What stands before the ``@`` while their name is not known.
    """
    name = who.name or called
    handle = content.acct(name, who.author_id, is_self=who.is_self)
    picture, behind = _pictures(who.author_id)
    return {
        "id": format_author(who.author_id),
        "username": content.slug(name, who.author_id),
        "acct": handle,
        "display_name": who.name,
        "locked": False,
        "bot": False,
        "group": False,
        "discoverable": True,
        "indexable": True,
        "created_at": iso(SOMETIME),
        "note": content.html(who.bio),
        "url": places.author_page(who.author_id),
        "uri": places.author_uri(who.author_id),
        "avatar": picture,
        "avatar_static": picture,
        "header": behind,
        "header_static": behind,
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": who.post_count,
        "last_status_at": None,
        "emojis": [],
        "fields": list(map(_field, who.fields)),
        "roles": [],
    }


def accounts(authors: Iterable[AuthorId]) -> list[Json]:
    """Accounts of some people, in their order."""
    wanted = list(authors)
    known = people(wanted)
    return [account(known[each]) for each in wanted]


def _field(each: ProfileField) -> Json:
    """A Field: two lines, whatever was signed; nobody verifies what a link leads to."""
    label, text = one_line(each.label), one_line(each.text)
    return {"name": label, "value": content.html(text), "verified_at": None}


def mention(who: PersonInShort) -> Json:
    """A Mention of somebody in a Status."""
    return {
        "id": format_author(who.author_id),
        "username": content.slug(who.name, who.author_id),
        "acct": content.acct(who.name, who.author_id, is_self=who.is_self),
        "url": places.author_page(who.author_id),
    }


def relationship(who: PersonInShort) -> Json:
    """A Relationship."""
    return {
        "id": format_author(who.author_id),
        "following": who.followed,
        "showing_reblogs": who.followed,
        "notifying": False,
        "languages": None,
        "followed_by": who.follows_back,
        "blocking": who.blocked,
        "blocked_by": False,
        "muting": who.muted,
        "muting_notifications": who.muted,
        "muting_expires_at": None,
        "requested": False,
        "requested_by": False,
        "domain_blocking": False,
        "endorsed": False,
        "note": who.note,
    }


def medium(each: MediumView) -> Json:
    """A MediaAttachment; what is not on this machine has no URL yet."""
    kind = each.type.partition("/")[0]
    kind = kind if kind in ("image", "video", "audio") else "unknown"
    is_here = each.state == MEDIUM_HERE
    whole = places.medium(each.id, WHOLE if each.is_picture else FILE) if is_here else None
    small = places.medium(each.id, SMALL) if is_here and each.is_picture else whole
    shape = _shape(each.width, each.height) if each.width and each.height else None
    return {
        "id": each.id.hex(),
        "type": kind,
        "url": whole,
        "preview_url": small,
        "remote_url": None,
        "meta": {"original": shape, "small": shape} if shape else {},
        "description": each.alt or None,
        "blurhash": None,
    }


def _shape(width: int, height: int) -> Json:
    size = f"{width}x{height}"
    return {"width": width, "height": height, "size": size, "aspect": width / height}


def tag(name: str, *, following: bool | None = None) -> Json:
    """A Tag: how often others use it is not counted here."""
    said = {} if following is None else {"following": following}
    return {
        "id": name.lower(),
        "name": name,
        "url": places.tag_page(name),
        "history": [],
        "featuring": False,
        **said,
    }


ACCEPTED: Final = "accepted"
"""State of a quote that is shown."""

ANYBODY_QUOTES: Final[Json] = {
    "automatic": ["public"],
    "manual": [],
    "current_user": "automatic",
}
"""Who may quote what is for everybody: nobody has to be asked."""

NO_QUOTES: Final[Json] = {"automatic": [], "manual": [], "current_user": "denied"}
"""What is for some people only cannot be quoted."""

_BARE: Final[Json] = {
    "in_reply_to_id": None,
    "in_reply_to_account_id": None,
    "edited_at": None,
    "sensitive": False,
    "spoiler_text": "",
    "language": None,
    "media_attachments": [],
    "mentions": [],
    "tags": [],
    "emojis": [],
    "replies_count": 0,
    "reblogs_count": 0,
    "favourites_count": 0,
    "quotes_count": 0,
    "favourited": False,
    "reblogged": False,
    "bookmarked": False,
    "pinned": False,
    "muted": False,
    "filtered": [],
    "reblog": None,
    "poll": None,
    "card": None,
    "application": None,
    "quote": None,
    "quote_approval": NO_QUOTES,
}
"""What a Status has of which there is nothing to tell."""


def letter(written: LetterView, other: AuthorId) -> Json:
    """A letter to or from somebody, as a Status with the visibility ``direct``."""
    to = other if written.own else ask(WhoAreYou()).author_id
    known = people([written.author_id, to])
    page = f"{places.base()}/messages/with/{format_author(other)}"
    return {
        **_BARE,
        "id": letter_id(written.id),
        "uri": page,
        "url": page,
        "created_at": iso(written.time_ms),
        "account": account(known[written.author_id]),
        "content": content.html(written.text),
        "visibility": "direct",
        "mentions": [mention(known[to])],
    }


def statuses(posts: Sequence[PostView]) -> list[Json]:
    """Statuses of a page of posts, in their order."""
    return _Page(posts).all()


def status(post: PostView) -> Json:
    return statuses([post])[0]


class _Page:
    """Posts that are shown together, and all that stands beside them."""

    def __init__(self, posts: Sequence[PostView]) -> None:
        self._posts = posts
        self._beside = beside.named(
            ref for post in posts for ref in (post.reply_to, post.quotes) if ref is not None
        )
        quoted = {ref_text(post.quotes) for post in posts if post.quotes is not None}
        shown = [*posts, *(post for ref, post in self._beside.items() if ref in quoted)]
        self._deeper = beside.named(
            post.quotes
            for ref, post in self._beside.items()
            if ref in quoted and post.quotes is not None
        )
        self._mentions = {post.ref: content.mentioned(post.text) for post in shown}
        self._people = people(
            author
            for post in shown
            for author in (
                post.author_id,
                *([post.boosted_by.author_id] if post.boosted_by else []),
                *self._mentions[post.ref],
            )
        )
        self._muted = beside.muted(shown)
        self._filters = beside.filters(shown)
        self._quotes = beside.quote_counts(shown)
        own = [who for who in self._people.values() if who.is_self]
        self._pinned = {
            each.ref for who in own for each in ask(WhatIsPinned(author=who.author_id)).posts
        }

    def all(self) -> list[Json]:
        return [self._placed(post) for post in self._posts]

    def _placed(self, post: PostView) -> Json:
        plain = self._status(post)
        if post.boosted_by is None:
            return plain
        by = self._people[post.boosted_by.author_id]
        said = {
            "id": place_id(post),
            "created_at": iso(post.cursor.time_ms),
            "account": account(by),
            "uri": f"{plain['uri']}&boost={place_id(post)}",
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
        }
        return {**plain, **said, "reblog": plain}

    def _status(self, post: PostView, *, with_quote: bool = True) -> Json:
        who = self._people[post.author_id]
        return {
            **_BARE,
            "id": post_id(post),
            "uri": places.post_uri(post),
            "url": places.post_page(post),
            "created_at": iso(post.time_ms),
            "edited_at": _edited_at(post),
            "account": account(who),
            "content": content.html(post.text),
            "text": post.text,
            **self._around(post),
            "visibility": "private" if post.audience else "public",
            "sensitive": post.cw != "",
            "spoiler_text": post.cw,
            "language": post.lang or None,
            "media_attachments": list(map(medium, post.media)),
            "mentions": [mention(self._people[each]) for each in self._mentions[post.ref]],
            "tags": [_short_tag(name) for name in tags_of(post.text)],
            **_counts(post),
            "quotes_count": self._quotes[ref_text(post.ref)],
            "quote_approval": NO_QUOTES if post.audience else ANYBODY_QUOTES,
            "pinned": post.ref in self._pinned,
            "muted": ref_text(post.ref) in self._muted,
            "filtered": self._filtered(post.filtered),
            "quote": self._quote(post) if with_quote else None,
        }

    def _filtered(self, words: str) -> list[Json]:
        group = self._filters.get(words)
        return [] if group is None else [group.matching(words)]

    def _around(self, post: PostView) -> Json:
        """What it answers, where that is here."""
        parent = self._beside.get(ref_text(post.reply_to)) if post.reply_to else None
        if parent is None:
            return {}
        return {
            "in_reply_to_id": post_id(parent),
            "in_reply_to_account_id": format_author(parent.author_id),
        }

    def _quote(self, post: PostView) -> Json | None:
        """A Quote; of what is quoted in turn, which post that is alone."""
        if post.quotes is None:
            return None
        quoted, inner = _quoted(post, self._beside), None
        if quoted is not None:
            inner = {**self._status(quoted, with_quote=False), "quote": self._shallow(quoted)}
        return {"state": _quote_state(post), "quoted_status": inner}

    def _shallow(self, post: PostView) -> Json | None:
        """A ShallowQuote."""
        if post.quotes is None:
            return None
        quoted = _quoted(post, self._deeper)
        named = {"quoted_status_id": post_id(quoted) if quoted else None}
        return {"state": _quote_state(post), **named}


def _quoted(post: PostView, among: Mapping[str, PostView]) -> PostView | None:
    """What a post quotes, where that is shown: nothing is of somebody blocked."""
    if post.quotes is None or _quote_state(post) != ACCEPTED:
        return None
    return among.get(ref_text(post.quotes))


def _quote_state(post: PostView) -> str:
    """Why what a post quotes is shown, or is not."""
    state = post.quoted.state if post.quoted is not None else HERE
    return {HERE: ACCEPTED, WITHDRAWN: "deleted"}.get(state, "unauthorized")


def _edited_at(post: PostView) -> str | None:
    if not post.edited:
        return None
    versions = ask(HistoryOfPost(ref=ref_text(post.ref))).versions
    return iso(versions[-1].time_ms) if versions else None


def _counts(post: PostView) -> Json:
    return {
        "replies_count": post.reply_count,
        "reblogs_count": post.boosts,
        "favourites_count": post.likes,
        "favourited": post.liked,
        "reblogged": post.boosted,
        "bookmarked": post.bookmarked,
    }


def tags_of(text: str) -> list[str]:
    """Return the tags of a text as they are written there, each once."""
    found = {each.term: text[each.start + 1 : each.end] for each in find_tags(text)}
    return list(found.values())


def _short_tag(name: str) -> Json:
    return {"name": name.lower(), "url": places.tag_page(name)}
