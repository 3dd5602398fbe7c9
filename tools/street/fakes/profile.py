"""What a fake desk answers of its person's profile, and of pinned posts."""

from typing import Final

from msgspec.structs import replace
from swarmfeed.core.asks.people import AuthorView
from swarmfeed.core.asks.posts import Posts, PostView
from swarmfeed.core.asks.profile import (
    ChangeProfile,
    Pin,
    Unpin,
    WhatIsPinned,
    clean_bio,
    clean_fields,
    clean_name,
)
from swarmfeed.core.asks.profile_sentences import NOT_YOURS, NOTHING_PINNED
from swarmfeed.errors import UserError

from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def change_profile(desk: FakeWorld, ask: ChangeProfile) -> AuthorView:
    desk.changed.append("profile")
    me = desk.author(desk.me)
    name = me.name if ask.called is None else clean_name(ask.called)
    bio = me.bio if ask.bio is None else clean_bio(ask.bio)
    fields = me.fields if ask.fields is None else clean_fields(ask.fields)
    desk.authors[desk.me] = replace(me, name=name, bio=bio, fields=fields)
    return desk.authors[desk.me]


def pin(desk: FakeWorld, ask: Pin) -> PostView:
    post = desk.find_post(ask.ref)
    if post.author_id != desk.me:
        raise UserError(NOT_YOURS())
    desk.changed.append("pin")
    desk.pinned[desk.me] = post
    return post


def unpin(desk: FakeWorld, _: Unpin) -> PostView:
    if desk.me not in desk.pinned:
        raise UserError(NOTHING_PINNED())
    desk.changed.append("unpin")
    return desk.pinned.pop(desk.me)


def what_is_pinned(desk: FakeWorld, ask: WhatIsPinned) -> Posts:
    pinned = desk.pinned.get(ask.author)
    return Posts(posts=(pinned,) if pinned else (), next=None)


PROFILE: Final[Rows] = {
    ChangeProfile: change_profile,
    Pin: pin,
    Unpin: unpin,
    WhatIsPinned: what_is_pinned,
}
