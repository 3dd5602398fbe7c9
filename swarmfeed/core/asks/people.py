"""People: who one is here, whom one follows, and how much of somebody there is."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks import input_sentences as said
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import FOLLOWED_AT_ONCE_MAX, FOLLOWED_BYTES_MAX
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.address import Link, parse_link
from swarmfeed.core.base.types import AuthorId, NodeId
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.core.words.folding import name_key
from swarmfeed.errors import UserError


class Whoami(Struct, frozen=True, kw_only=True):
    """Who this node writes as, and how others find it."""

    author_id: AuthorId
    name: str
    link: str
    """``swarmfeed:`` link to give to others."""
    node_id: NodeId
    verifier_key: str
    """Of the feed written here, for tools of transparency logs (c2sp.org/signed-note)."""


class AuthorView(Struct, frozen=True, kw_only=True):
    """A person as the page shows them."""

    author_id: AuthorId
    name: str
    bio: str
    is_self: bool
    followed: bool
    entry_count: int
    """Entries in all feeds of the author, as their newest heads say."""
    entries_held: int
    post_count: int
    """Posts in the local index."""
    bytes_held: int
    forked: bool
    """A fork proof is kept: the author signed two histories."""
    unpacked_bytes: int = 0
    """What is held of them, unpacked for reading: what it takes of memory and index."""
    limit: str = ""
    """Why not all that is held can be read and searched; empty when all can."""
    missing: Annotated[str, Spare()] = ""
    """What the author wrote beyond it, that nobody reachable has; empty as far as we know."""
    namesake: Annotated[bool, Spare()] = False
    """Whether the name can be taken for that of another author known here."""
    muted: Annotated[bool, Spare()] = False
    """Whether the person does not want to see their posts; nobody else knows."""
    blocked: Annotated[bool, Spare()] = False
    """Whether the person wants nothing to do with them; nobody else knows."""
    note: Annotated[str, Spare()] = ""
    """What the person wrote down about them, for themselves alone."""
    avatar: Annotated[MediumView | None, Spare()] = None
    """The picture beside their name; told of one person that is asked for."""
    banner: Annotated[MediumView | None, Spare()] = None
    """The wide picture above their page."""
    fields: Annotated[tuple[ProfileField, ...], Spare()] = ()
    """Pairs of label and text that their profile has; told likewise."""
    disputed: Annotated[bool, Spare()] = False
    """Whether a key of theirs signed for two successors: somebody else has their sheets."""


class Followed(Struct, frozen=True, kw_only=True):
    """Whom this node's author follows."""

    authors: tuple[AuthorView, ...]
    count: int
    """Of all, also where fewer were asked for."""
    found: int = 0
    """Of those who are called as was asked for; as ``count`` when nothing was."""
    next: AuthorId | None = None
    """What ``after`` takes to go on; null when nobody is left."""


class FetchProgress(Struct, frozen=True, kw_only=True):
    """How far the fetch of one author's backlog is."""

    author_id: AuthorId
    name: str
    entries_held: int
    entries_total: int
    bytes_held: int
    bytes_total: int
    holders: tuple[str, ...] = ()
    """Nodes that served chunks or are being asked, as ``host:port`` of their swarm."""
    done: bool = False
    """The whole backlog is held and verified."""
    searchable: bool = False
    """All that is held is in the index too, so that timeline and search show it."""
    unpacked_bytes: int = 0
    """What is held, unpacked for reading."""
    limit: str = ""
    """Why not all that is held can be read and searched; empty when all can."""
    missing: str = ""
    """What the author wrote beyond it, that nobody reachable has; empty as far as we know."""
    error: str = ""
    """Why it cannot go on; empty while it can."""


class Cost(Struct, frozen=True, kw_only=True):
    """What it would take to follow somebody, as far as it can be known before."""

    author_id: AuthorId
    entry_count: int
    """By the newest heads that holders sent; 0 when nobody answered yet."""
    bytes_total: int
    """All that is sealed, as it is fetched."""
    unpacked_bytes: int
    """The same once it is unpacked for reading; 0 while nothing has come to tell it by."""
    exact: bool
    """Whether that was read from all there is; else it is estimated from the newest part."""
    held_by: int = 0
    """Machines with a link to this one that say they hold all of it; their word alone says so,
    and the author's own may be among them."""
    sentences: tuple[str, ...]
    """The same for a person; a second one is a warning."""


class Namesake(Struct, frozen=True, kw_only=True):
    """Somebody who has a name that was asked for."""

    author_id: AuthorId
    name: str
    """As they write it."""
    is_self: bool
    followed: bool


class Namesakes(Struct, frozen=True, kw_only=True):
    """All who have a name: nobody is the only one who may choose it."""

    people: tuple[Namesake, ...]
    """Oneself and whom one follows first; at most SEARCH_AUTHORS_MAX."""


class WhoIsCalled(Ask[Namesakes], frozen=True, kw_only=True):
    """Who of those known here has a name, or one that readers take for the same."""

    name = "called"

    called: str


class WhoAreYou(Ask[Whoami], frozen=True, kw_only=True):
    """Who this node writes as, and the link to give to others."""

    name = "whoami"


class AboutAuthor(Ask[AuthorView], frozen=True, kw_only=True):
    """Who somebody is, and how much of them is here; zeros when nothing is known."""

    name = "author"

    author: AuthorId


class WhoIsFollowed(Ask[Followed], frozen=True, kw_only=True):
    """Whom this node's author follows."""

    name = "follows"

    limit: int | None = None
    """At most so many; all when it is left out."""
    after: AuthorId | None = None
    """Only those behind this one; an error when it is not among them any more."""
    called: str = ""
    """Only those with this in their name, as a search finds names."""


def follows_page(
    follows: Sequence[tuple[AuthorId, str]], ask: WhoIsFollowed
) -> tuple[list[AuthorId], int, AuthorId | None]:
    """Choose who is shown of all that are followed, given with their names in their order.

    Returns:
        Those of the page, how many are called as was asked for, and where the next page begins.

    Raises:
        UserError: The place where the page begins is gone.
    """
    wanted = name_key(ask.called)
    found = [author_id for author_id, name in follows if wanted in name_key(name)]
    start = 0
    if ask.after is not None:
        if ask.after not in found:
            raise UserError("That is no place in this list any more; start again at the top.")
        start = found.index(ask.after) + 1
    end = len(found) if ask.limit is None else start + max(ask.limit, 0)
    shown = found[start:end]
    return shown, len(found), shown[-1] if shown and end < len(found) else None


class LookAt(Ask[Cost], frozen=True, kw_only=True):
    """Ask holders what it would take to follow somebody; waits for them for a moment."""

    name = "look-at"
    changes = True

    who: str
    """A link or an address."""


class Follow(Ask[AuthorView], frozen=True, kw_only=True):
    """Follow somebody from now on; everybody can see it."""

    name = "follow"
    changes = True

    who: str
    """A link or an address."""


class Passed(Struct, frozen=True, kw_only=True):
    """One of many who was passed over."""

    who: str
    """As it was given."""
    reason: str


class FollowedNow(Struct, frozen=True, kw_only=True):
    """What came of a wish to follow many."""

    authors: tuple[AuthorId, ...] = ()
    """Who is followed now and was not before, in the order given."""
    already: int = 0
    """Who was followed before."""
    passed: tuple[Passed, ...] = ()
    """What is no link, or oneself, in the order given."""


class FollowAll(Ask[FollowedNow], frozen=True, kw_only=True):
    """Follow many people from now on; whoever cannot be followed is named, all others are.

    When it is answered, it survives a power cut.
    """

    name = "follow-all"
    changes = True
    bytes_max = FOLLOWED_BYTES_MAX

    who: tuple[str, ...]
    """Links or addresses, at most 4,096."""


def people_in(text: str) -> list[str]:
    """Return who is named in a list of one a line; lines that begin with # are remarks."""
    lines = map(str.strip, text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_links(who: Sequence[str]) -> tuple[list[Link], list[Passed]]:
    """Read links that somebody gave, and say what is wrong with the others.

    Raises:
        UserError: They are more than FOLLOWED_AT_ONCE_MAX.
    """
    if len(who) > FOLLOWED_AT_ONCE_MAX:
        raise UserError(said.TOO_MANY_AT_ONCE(given=len(who), most=FOLLOWED_AT_ONCE_MAX))
    links, passed = [], []
    for each in who:
        try:
            links.append(parse_link(each))
        except UserError as error:
            passed.append(Passed(who=each, reason=str(error)))
    return links, passed


class Unfollow(Ask[AuthorView], frozen=True, kw_only=True):
    """Follow somebody no longer."""

    name = "unfollow"
    changes = True

    who: str
    """A link or an address."""


class Fetch(Ask[FetchProgress], frozen=True, kw_only=True):
    """Start to fetch an author's whole backlog, and say how far it is."""

    name = "fetch"
    changes = True

    who: str
    """A link or an address."""


class HowFar(Ask[FetchProgress], frozen=True, kw_only=True):
    """How far the fetch of an author's backlog is."""

    name = "fetch-progress"

    author: AuthorId
