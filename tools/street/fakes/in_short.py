"""People in short, as a fake node knows them."""

from typing import Final

from swarmfeed.core.asks.in_short import (
    FollowsAndFollowers,
    PeopleInShort,
    PersonInShort,
    WhoAreThey,
    WhoFollowsWhom,
)
from swarmfeed.core.asks.posts import names_in
from swarmfeed.core.base.address import parse_author

from street.fakes.table import Rows
from street.fakes.world import FakeWorld


def _who(desk: FakeWorld, ask: WhoAreThey) -> PeopleInShort:
    known = [desk.author(parse_author(each)) for each in names_in(ask.authors)]
    return PeopleInShort(
        people=tuple(
            PersonInShort(
                author_id=each.author_id,
                name=each.name,
                bio=each.bio,
                post_count=each.post_count,
                is_self=each.is_self,
                followed=each.followed,
                follows_back=False,
                muted=each.muted,
                blocked=each.blocked,
                note=each.note,
                fields=each.fields,
            )
            for each in known
        )
    )


def _around(desk: FakeWorld, ask: WhoFollowsWhom) -> FollowsAndFollowers:
    follows = sorted(each.author_id for each in desk.authors.values() if each.followed)
    if ask.author == desk.me:
        return FollowsAndFollowers(follows=tuple(follows), followers=())
    followers = (desk.me,) if ask.author in follows else ()
    return FollowsAndFollowers(follows=(), followers=followers)


IN_SHORT: Final[Rows] = {WhoAreThey: _who, WhoFollowsWhom: _around}
