"""What people wrote as the HTML that apps expect: paragraphs, links, tags and mentions.

Nothing else is ever in it: text is escaped, and shown for what it is (``webui.render``).
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from markupsafe import Markup, escape
from msgspec import Struct
from swarmfeed.core.base.address import format_author, parse_author, parse_link
from swarmfeed.core.base.limits import MENTIONS_MAX, TEXT_BYTES_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.words.tags import find_tags
from swarmfeed.errors import UserError

from webui.mastodon import places
from webui.render import LINKIFY, link_text, plain

DOMAIN: Final = "swarm"
"""What stands behind an address where Mastodon has a server: ``anna@<address>.swarm``."""

SLUG_CHARS_MAX: Final = 30

_HANDLE: Final = re.compile(rf"(?<![\w@])@([\w.-]{{1,64}})@([a-z2-7]{{56}})\.{DOMAIN}(?!\w)")
_ACCT: Final = re.compile(rf"@?([\w.-]{{1,64}})@([a-z2-7]{{56}})\.{DOMAIN}")
_ADDRESS: Final = re.compile(r"(?<![a-z2-7])[a-z2-7]{56}(?![a-z2-7])")
_LINK_HTML: Final = Markup(
    '<a href="{}" rel="nofollow noopener noreferrer" target="_blank">{}</a>'
)
_TAG_HTML: Final = Markup(
    '<a href="{}" class="mention hashtag" rel="tag nofollow noopener" target="_blank">'
    "#<span>{}</span></a>"
)
_MENTION_HTML: Final = Markup(
    '<span class="h-card"><a href="{}" class="u-url mention" rel="nofollow noopener"'
    ' target="_blank">@<span>{}</span></a></span>'
)


class _Piece(Struct, frozen=True):
    """A part of a text that becomes a link."""

    start: int
    end: int
    html: Callable[[], Markup]


def slug(name: str, author_id: AuthorId) -> str:
    """Return what stands before the ``@``: the name's letters and digits, else the beginning
    of the address.  Others may have the same; the address tells them apart."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:SLUG_CHARS_MAX].strip("_")
    return made or format_author(author_id)[:8]


def acct(name: str, author_id: AuthorId, *, is_self: bool) -> str:
    """Return how an author is called in apps; the address in it is whole, and so proves it."""
    first = slug(name, author_id)
    return first if is_self else f"{first}@{format_author(author_id)}.{DOMAIN}"


def read_acct(text: str) -> tuple[str, AuthorId] | None:
    """Return name and author of ``[@]name@<address>.swarm``, an address or a link; None when
    it names nobody."""
    typed = text.strip()
    found = _ACCT.fullmatch(typed)
    try:
        if found is not None:
            return found[1], parse_author(found[2])
        link = parse_link(typed.removeprefix("@"))
    except UserError:
        return None
    return link.name, link.author_id


def mentioned(text: str) -> tuple[AuthorId, ...]:
    """Return the authors whose address stands in a text, each once, the first MENTIONS_MAX."""
    found: dict[AuthorId, None] = {}
    for match in _ADDRESS.finditer(text):
        with suppress(UserError):
            found[parse_author(match[0])] = None
        if len(found) == MENTIONS_MAX:
            break
    return tuple(found)


def without_handles(text: str) -> str:
    """Return a text without the handles of people."""
    return _HANDLE.sub("", text).strip()


def html(text: str) -> str:
    """Return a text as paragraphs of HTML; empty when there is none."""
    text = plain(text[:TEXT_BYTES_MAX])
    out, at = [], 0
    for piece in _pieces(text):
        if piece.start < at:
            continue
        out += [escape(text[at : piece.start]), piece.html()]
        at = piece.end
    out.append(escape(text[at:]))
    whole = "".join(out).strip("\n")
    blocks = [each for each in re.split(r"\n{2,}", whole) if each]
    return "".join("<p>{}</p>".format(each.replace("\n", "<br />")) for each in blocks)


def _pieces(text: str) -> list[_Piece]:
    handles = [
        _Piece(match.start(), match.end(), lambda match=match: _mention(match[1], match[2]))  # type: ignore[misc]  # bound now
        for match in _HANDLE.finditer(text)
    ]
    links = [
        _Piece(each.index, each.last_index, lambda url=each.url: _link(url))  # type: ignore[misc]
        for each in LINKIFY.match(text) or ()
    ]
    tags = [
        _Piece(tag.start, tag.end, lambda tag=tag: _tag(text[tag.start + 1 : tag.end]))  # type: ignore[misc]
        for tag in find_tags(text)
    ]
    return sorted([*handles, *links, *tags], key=lambda piece: (piece.start, -piece.end))


def _link(url: str) -> Markup:
    try:
        shown = link_text(url)
        named = read_acct(url) if url.startswith("swarmfeed:") else None
    except ValueError:
        return escape(url)
    if named is not None:
        name, author_id = named
        return _MENTION_HTML.format(places.author_page(author_id), slug(name, author_id))
    return _LINK_HTML.format(url, shown)


def _tag(name: str) -> Markup:
    return _TAG_HTML.format(places.tag_page(name), name)


def _mention(name: str, address: str) -> Markup:
    try:
        page = places.author_page(parse_author(address))
    except UserError:
        return escape(f"@{name}@{address}.{DOMAIN}")
    return _MENTION_HTML.format(page, name)
