"""What apps call things, and what the node calls them.

A post has its public id; one without is ``<feed address>-<index>``.  A boost stands in the home
timeline as a status of its own, with an id made as that of a post, of when it was boosted.
People are called by their address, lists and filters by their names in hex.
"""

from hashlib import sha256
from typing import Final

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import NamedPosts, PostView, Timeline, ref_text
from swarmfeed.core.base.address import format_author, parse_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.public_id import TAG_BITS, time_of_id
from swarmfeed.core.words.tags import find_tags
from swarmfeed.errors import UserError

from webui.current import ask
from webui.mastodon.endpoint import MissingError
from webui.mastodon.limits import BOOSTS_OF_A_MOMENT

LETTER: Final = "letter-"
"""Before the id of a letter, where an app expects that of a status."""


def post_id(post: PostView) -> str:
    return post.id or ref_text(post.ref).replace("/", "-")


def place_id(post: PostView) -> str:
    """What a post of the home timeline is called there: a boost has an id of its own."""
    if post.boosted_by is None:
        return post_id(post)
    said = f"{format_author(post.boosted_by.author_id)} {post.cursor}"
    tag = int.from_bytes(sha256(said.encode()).digest()[:2], "big")
    return str(post.cursor.time_ms << TAG_BITS | tag)


def letter_id(id: str) -> str:
    return LETTER + id


def ref_of(id: str) -> str:
    """The post with an id, as ``show`` takes it."""
    return id.replace("-", "/")


def find_status(id: str) -> PostView:
    """Return the post of a status; that of a boost has ``boosted_by``.

    Raises:
        MissingError: It is not here.
    """
    if (post := _named(ref_of(id))) is not None:
        return post
    if (boost := _boost(id)) is not None:
        return boost
    raise MissingError(id)


def _named(ref: str) -> PostView | None:
    try:
        found = ask(NamedPosts(refs=ref)).posts
    except UserError:
        return None
    return found[0] if found and not found[0].withdrawn else None


def _boost(id: str) -> PostView | None:
    time_ms = time_of_id(id)
    if time_ms is None:
        return None
    after = Cursor(time_ms + 1, 0)
    page = ask(Timeline(before=after, limit=BOOSTS_OF_A_MOMENT)).posts
    return next((each for each in page if each.boosted_by and place_id(each) == id), None)


def place_of(id: str) -> Cursor | None:
    """Return where a status stands in lists; None when it is no id at all."""
    try:
        return find_status(id).cursor
    except MissingError:
        # It is gone, or no post: what has that time stands about there.  Of notifications of
        # one group each has a number behind the id.
        time_ms = time_of_id(id.partition("-")[0])
        return None if time_ms is None else Cursor(time_ms, 0)


def author_of(id: str) -> AuthorId:
    """Raises MissingError: that is no address."""
    try:
        return parse_author(id)
    except UserError as error:
        raise MissingError(id) from error


def is_tag(name: str) -> bool:
    """Whether it is one whole tag, without its sign."""
    return [(each.start, each.end) for each in find_tags(f"#{name}")] == [(0, len(name) + 1)]


def tag_of(name: str) -> str:
    """Return a tag as a search takes it.  Raises MissingError: nothing can have that tag."""
    if not is_tag(name):
        raise MissingError(name)
    return f"#{name}"


def name_id(name: str) -> str:
    """What a list or a filter is called."""
    return name.encode().hex()


def name_of(id: str) -> str:
    """Raises MissingError: nothing is called so."""
    try:
        return bytes.fromhex(id).decode()
    except ValueError as error:
        raise MissingError(id) from error
