"""Who is called what, and who stands around whom.

Names are chosen by those who have them, and are nobody's alone.
"""

from swarmfeed.core.asks.in_short import (
    FollowsAndFollowers,
    PeopleInShort,
    PersonInShort,
    WhoAreThey,
    WhoFollowsWhom,
)
from swarmfeed.core.asks.people import Namesake, Namesakes, WhoIsCalled
from swarmfeed.core.asks.posts import names_in
from swarmfeed.core.base.address import parse_author
from swarmfeed.node.ground.desk import Answers, in_reader
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BLOCK, MUTE, NOTE
from swarmfeed.ports import KnownAuthor


class Naming:
    """Finds people by their names or addresses, in the index alone."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._own_id = ground.identity.author_id
        self._private = ground.private

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_reader(WhoIsCalled, self.called),
            in_reader(WhoAreThey, self.who_are_they),
            in_reader(WhoFollowsWhom, self.who_follows_whom),
        )

    def who_are_they(self, ask: WhoAreThey) -> PeopleInShort:
        """Raises UserError: one is no address, or they are more than PAGE_POSTS_MAX."""
        follows = set(self._index.follows_of(self._own_id))
        followers = set(self._index.followers_of(self._own_id))
        found, authors = [], list(map(parse_author, names_in(ask.authors)))
        fields = self._index.profile_fields(authors)
        for author_id in authors:
            known = self._index.author(author_id) or KnownAuthor()
            found.append(
                PersonInShort(
                    author_id=author_id,
                    name=known.name,
                    bio=known.bio,
                    post_count=known.post_count,
                    is_self=author_id == self._own_id,
                    followed=author_id in follows,
                    follows_back=author_id in followers,
                    muted=author_id in self._private.names(MUTE),
                    blocked=author_id in self._private.names(BLOCK),
                    note=self._private.text(NOTE, author_id),
                    fields=fields.get(author_id, ()),
                )
            )
        return PeopleInShort(people=tuple(found))

    def who_follows_whom(self, ask: WhoFollowsWhom) -> FollowsAndFollowers:
        return FollowsAndFollowers(
            follows=tuple(self._index.follows_of(ask.author)),
            followers=tuple(self._index.followers_of(ask.author)),
        )

    def called(self, ask: WhoIsCalled) -> Namesakes:
        follows = set(self._index.follows_of(self._own_id))
        called = self._index.called(ask.called).items()
        found = [
            Namesake(
                author_id=author_id,
                name=name,
                is_self=author_id == self._own_id,
                followed=author_id in follows,
            )
            for author_id, name in called
        ]
        near = sorted(found, key=lambda each: (not each.is_self, not each.followed))
        return Namesakes(people=tuple(near))
