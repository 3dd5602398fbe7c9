"""The language of searches: what a person types, taken apart.

    word            posts that hold it
    "two words"     posts that hold them side by side
    begin*          posts that hold a word which begins so
    #tag            posts with this very tag
    from:WHO        posts of the author with that name or address
    to:WHO          posts that answer that author, or mention them
    since:2026-03   posts from that year, month or day on, as the clock of UTC has it
    until:2026-03   posts up to the end of it
    lang:de         posts whose author says that they are in this language
    has:link        posts with a link
    has:media       posts with a picture or file, or a link to a picture, sound or film
    is:reply        posts that answer another one
    order:best      the best ones first (``ranking``); order:newest, as it is without
    -word           posts that do not; also before a phrase, from:, to:, lang:, has: and is:

All that is typed has to be true of a post.  What a query says of a post, ``core.feed.matching``
tells; this machine's search and what other machines found are held against the same.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from msgspec import Struct

from swarmfeed.core.base.limits import (
    LANG_CHARS_MAX,
    SEARCH_CHARS_MAX,
    SEARCH_TERMS_MAX,
)
from swarmfeed.core.words import query_sentences as sentences
from swarmfeed.core.words.days import parse_days
from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.seeking import Sought, seek
from swarmfeed.errors import UserError

find_parts: Final = re.compile(
    r'(-)?(?:(from|to|since|until|lang|has|is|order):)?(?:"([^"]*)"?(\*)?|(\S+))',
    re.IGNORECASE,
).finditer
"""Groups: minus, field, text in quotes, its star, bare word.  Every text is a row of parts."""

NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
"""Half a surrogate pair and NUL are no text, and end a query early."""

QUOTES: Final = str.maketrans("“”„‟＂", '"""""')
"""What keyboards make of quotation marks."""

LANGUAGE: Final = re.compile(rf"(?=.{{2,{LANG_CHARS_MAX}}}$)[a-z]{{2,8}}(?:-[a-z0-9]{{1,8}})*")
"""A language tag in small letters (RFC 5646, without its checks of registered parts)."""

REPLY: Final = "is:reply"
LINK: Final = "has:link"
MEDIA: Final = "has:media"
TRAITS: Final = (REPLY, LINK, MEDIA)
"""What a post is or has, beside its words."""

All = tuple[Sought, ...]
"""What a post has to hold, all of it, to hold one word or phrase."""


class Conditions(Struct, frozen=True, kw_only=True):
    """Things that are true or false of a post."""

    words: tuple[All, ...] = ()
    authors: tuple[str, ...] = ()
    """By whom it is; a name or an address, as it was typed."""
    to: tuple[str, ...] = ()
    """Whom it answers or mentions; typed likewise."""
    langs: tuple[str, ...] = ()
    """Language tags in small letters: ``de`` is said of ``de-at`` too."""
    traits: tuple[str, ...] = ()
    """Some of ``TRAITS``."""

    @property
    def names(self) -> tuple[str, ...]:
        """Who is named, as it was typed."""
        return (*self.authors, *self.to)

    def __len__(self) -> int:
        of_each = (self.words, self.authors, self.to, self.langs, self.traits)
        return sum(len(each) for each in of_each)


class SearchQuery(Struct, frozen=True, kw_only=True):
    """What is looked for: all of the wanted is true of a post, and none of the unwanted."""

    wanted: Conditions
    """At least one."""
    unwanted: Conditions = Conditions()
    since_ms: int = 0
    """Only posts of this time or later."""
    until_ms: int | None = None
    """Only posts before this time; None: whenever."""
    best_first: bool = False
    """Whether the best ones come first, and not the newest."""

    @property
    def marked(self) -> All:
        """What a reader wants to see in a post that was found."""
        return tuple(sought for each in self.wanted.words for sought in each)


class _Part(NamedTuple):
    """One part of what was typed."""

    field: str
    """In small letters; empty for words."""
    text: str
    is_wanted: bool
    begins: bool


def parse_query(typed: str) -> SearchQuery:
    """Read a search.

    Raises:
        UserError: It is too long, asks for nothing that can be found, or a field has a value
            that it cannot have.
    """
    if len(typed) > SEARCH_CHARS_MAX:
        raise UserError(sentences.TOO_LONG(most=SEARCH_CHARS_MAX))
    parts = list(_parts(typed))
    wanted, unwanted = (
        _conditions([part for part in parts if part.is_wanted is side])
        for side in (True, False)
    )
    days = [_days(part) for part in parts if part.field in ("since", "until") and part.text]
    if len(wanted) + len(unwanted) + len(days) > SEARCH_TERMS_MAX:
        raise UserError(sentences.TOO_MANY(most=SEARCH_TERMS_MAX))
    if not len(wanted):
        raise UserError(sentences.NOTHING_TO_FIND())
    orders = [_order(part) for part in parts if part.field == "order" and part.text]
    since_ms = max((first for field, first, _ in days if field == "since"), default=0)
    ends = [end for field, _, end in days if field == "until"]
    return SearchQuery(
        wanted=wanted,
        unwanted=unwanted,
        since_ms=since_ms,
        until_ms=min(ends, default=None),
        best_first=bool(orders) and orders[-1] == "best",
    )


def _parts(typed: str) -> Iterable[_Part]:
    for match in find_parts(NO_TEXT.sub(" ", typed.translate(QUOTES))):
        minus, field, quoted, star, bare = match.groups()
        text = (quoted if bare is None else bare).strip()
        begins = bool(star) or text.endswith("*")
        yield _Part((field or "").lower(), text, is_wanted=minus is None, begins=begins)


def _conditions(parts: Sequence[_Part]) -> Conditions:
    return Conditions(
        words=tuple(
            filter(None, (seek(p.text, begins=p.begins) for p in parts if not p.field))
        ),
        authors=_values(parts, "from", _name),
        to=_values(parts, "to", _name),
        langs=_values(parts, "lang", _language),
        traits=_values(parts, "has", _has) + _values(parts, "is", _is),
    )


def _values(parts: Iterable[_Part], field: str, read: Callable[[str], str]) -> tuple[str, ...]:
    found = (read(part.text) for part in parts if part.field == field)
    return tuple(value for value in found if value)


def _name(text: str) -> str:
    return text if fold(text).strip() else ""


def _language(text: str) -> str:
    tag = text.lower()
    if text and not LANGUAGE.fullmatch(tag):
        raise UserError(sentences.NO_LANGUAGE(typed=text))
    return tag


def _has(text: str) -> str:
    trait = f"has:{text.lower()}"
    if text and trait not in (LINK, MEDIA):
        raise UserError(sentences.HAS_WHAT(typed=text))
    return trait if text else ""


def _is(text: str) -> str:
    if text and f"is:{text.lower()}" != REPLY:
        raise UserError(sentences.IS_WHAT(typed=text))
    return REPLY if text else ""


def _order(part: _Part) -> str:
    if part.text.lower() not in ("best", "newest") or not part.is_wanted:
        raise UserError(sentences.WHICH_ORDER(typed=part.text))
    return part.text.lower()


def _days(part: _Part) -> tuple[str, int, int]:
    """Return the field, and the days it names as [first, end) in ms."""
    if not part.is_wanted:
        raise UserError(sentences.NOT_WITHOUT(field=part.field))
    days = parse_days(part.text)
    if days is None:
        raise UserError(sentences.NO_DAY(field=part.field, typed=part.text))
    return part.field, *days
