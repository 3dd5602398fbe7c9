"""Where things are, as URLs that apps open: posts, people, pictures.

A picture is shown by a page of another origin, without token or cookie: its URL carries a key
of its own, made of the secret that the links of torrent lists have, for this one file alone.
"""

from urllib.parse import quote

from flask import request
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId, Hash

from webui.current import has_key_for, key_for


def base() -> str:
    """Return where the app reached this node, without a slash at the end."""
    return request.host_url.rstrip("/")


def post_page(post: PostView) -> str:
    return f"{base()}/posts/{post.id or ref_text(post.ref)}"


def post_uri(post: PostView) -> str:
    return f"swarmfeed:{format_author(post.author_id)}?post={ref_text(post.ref)}"


def author_page(author_id: AuthorId) -> str:
    return f"{base()}/authors/{format_author(author_id)}"


def author_uri(author_id: AuthorId) -> str:
    return f"swarmfeed:{format_author(author_id)}"


def tag_page(tag: str) -> str:
    return f"{base()}/tags/{quote(tag, safe='')}"


def avatar(author_id: AuthorId) -> str:
    """The emblem drawn of a key: no secret, and the same for everybody."""
    return f"{base()}/api/v1/swarmfeed/avatars/{format_author(author_id)}.svg"


def header() -> str:
    """One picture for all; Mastodon wants one."""
    return f"{base()}/api/v1/swarmfeed/header.svg"


def medium(id: Hash, form: str) -> str:
    name = id.hex()
    key = key_for(_named(name, form))
    return f"{base()}/api/v1/swarmfeed/media/{name}/{form}?key={key}"


def opens_medium(name: str, form: str) -> bool:
    """Whether the key in this request's URL is that of the file."""
    return has_key_for(_named(name, form))


def _named(name: str, form: str) -> bytes:
    return f"medium of an app {name} {form}".encode()
