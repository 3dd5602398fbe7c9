"""People by their names, as supernodes have seen their profiles: each is proven.

A profile travels as a post does (FORMAT 18), in the post's place.  A name proves nothing but
that somebody calls themselves so; who it is the address says.
"""

from collections.abc import Iterable

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import ProfileBody
from swarmfeed.core.feed.proven import ProvenPost, open_proven
from swarmfeed.core.words.folding import name_key
from swarmfeed.errors import BadProofError


class SeenPerson(Struct, frozen=True, kw_only=True):
    """Somebody, as their profile says."""

    author_id: AuthorId
    name: str
    bio: str
    head_size: int
    """Entries of their feed when this was their newest profile, as far as is known."""


def is_called(name: str, typed: str) -> bool:
    """Whether each word that was typed is the beginning of one in a name."""
    words = name_key(name).split()
    wanted = name_key(typed).split()
    return bool(wanted) and all(any(word.startswith(each) for word in words) for each in wanted)


def check_person(proven: ProvenPost, typed: str) -> SeenPerson:
    """Return whom a profile is of.

    Raises:
        RemoteError: As ``check_post``.
        BadProofError: It is no profile, or of somebody who is called otherwise.
    """
    opened = open_proven(proven)
    if not isinstance(opened.body, ProfileBody) or not is_called(opened.body.name, typed):
        raise BadProofError("whom a supernode named is not called so")
    return SeenPerson(
        author_id=opened.author_id,
        name=opened.body.name,
        bio=opened.body.bio,
        head_size=opened.head.size,
    )


def merge_people(lists: Iterable[Iterable[SeenPerson]]) -> list[SeenPerson]:
    """Return each person once, by the newest profile; whom most name comes first."""
    newest: dict[AuthorId, SeenPerson] = {}
    named: dict[AuthorId, int] = {}
    for people in lists:
        for each in people:
            named[each.author_id] = named.get(each.author_id, 0) + 1
            known = newest.get(each.author_id)
            if known is None or known.head_size < each.head_size:
                newest[each.author_id] = each
    return sorted(newest.values(), key=lambda each: (-named[each.author_id], each.name))
