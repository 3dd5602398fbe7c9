"""The terms of a text: what the full-text index keeps, and where each stands.

A text is a row of *plain* terms, so a phrase is terms side by side:

    words        of scripts with blanks, folded; of don't, ``don`` and ``t``
    pairs        of scripts without: 東京都 is 東京 京都 都; a search for two characters or more
                 asks for pairs, one for a single character for what begins with it
    signs        each picture or symbol; ``👍🏽`` is two, and joined pictures are a row

Behind them stand *exact* terms for what is written in one piece and looked for as such:
``#tag``, ``c++``, ``c#``, ``.net``; and, in the index alone, that there are links (``links``).
Terms hold no blanks and no double quotes.
"""

import operator
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.limits import TAG_CHARS_MAX
from swarmfeed.core.words.characters import APOSTROPHE, BLANKED, FOLDED, PARTS
from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.links import MAY_BE_LINK, link_terms
from swarmfeed.core.words.scripts import CJK, EACH_ALONE, graphemes, leans
from swarmfeed.core.words.tags import ENDS_LINK, find_tags


class Term(Struct, frozen=True):
    """One term, as [start, end) of the text."""

    text: str
    start: int
    end: int
    first_end: int
    """Where the first of a pair ends; ``end`` for all others."""
    is_run: bool = False
    """Of a script without blanks."""


class Terms(Struct, frozen=True):
    """The terms of a text."""

    plain: tuple[Term, ...]
    exact: tuple[Term, ...]


_ASCII_WORDS: Final = bytes(
    code if chr(code).isascii() and chr(code).isalnum() else ord(" ") for code in range(256)
)
"""Letters and digits as they are, blanks for all else."""
_ASCII_PARTS: Final = "".join(PARTS[code] for code in range(128)).encode() + bytes(128)
_BETWEEN: Final = "\0"
"""Stands between texts that are folded at once."""
_ASCII_ROWS: Final = b"\0" + _ASCII_WORDS[1:]
_PLAIN_TAGS: Final = re.compile(
    rf"#(?<![a-z0-9_&/#]#)(?=\w{{1,{TAG_CHARS_MAX}}}(?!\w))[0-9_]*[a-z]\w*", re.ASCII
)
"""Tags of a text of small letters of ASCII in which there is no link."""
_TAG_IN_LINK: Final = re.compile(
    rf":(?:(?<=http:)|(?<=https:)|(?<=magnet:)|(?<=swarmfeed:))[^{ENDS_LINK}{_BETWEEN}]*#"
)
"""Sign of a tag that may be none, since it stands in a link; as in ``MAY_BE_LINK``."""
_MAY_BE_ODD: Final = (
    re.compile(r"\+(?<=[a-z0-9]\+)(?![a-z])"),
    re.compile("#(?<=[a-z0-9]#)(?![a-z])"),
    re.compile(r"\.(?<![a-z0-9.]\.)(?=[a-z])"),
)
"""Whether an ASCII text may hold an odd word: nearly none does, and to cut it up takes long.
Apart, since what begins with one certain character is found three times as soon."""
_SIGN_OF_ODD: Final = re.compile(r"[+#]|\.[ac]")
"""Whether the parts of a text may make an exact term."""
_ONLY_WORDS: Final = re.compile("[acd #+.]*")
_PIECES: Final = re.compile(
    "(?P<word>[acd]+(?:(?<=c)'(?=c)[acd]+)*)|(?P<run>[knmj]+)|(?P<sign>rr?|[sz]t*)"
)
_UNITS: Final = re.compile("[knmj](?:m|j[kn]?)*")
_ODD_WORDS: Final = re.compile(
    # From where a word begins: to try each of its letters takes the square of its length.
    r"(?<![acd])[acd]+(?:\+\++|\+(?![acdkn+#])|#(?![ackn+#]))|(?<![^ ])\.[ac][acd]*"
)

CLUSTER_CHARS: Final = 8
"""Longest cluster whose fold is remembered: those of languages are shorter."""

UNIT_END: Final = APOSTROPHE
"""Ends a letter that may take marks, so that none is found by the beginning of another."""


def index_text(text: str) -> str:
    """Return the terms of a text with blanks between, the plain ones first.

    A full-text index has to part them at blanks alone, and to change nothing in them.
    """
    folded = fold(text)
    if folded.isascii():
        return " ".join(_ascii_texts(text, folded) + link_terms(text))
    parts = folded.translate(PARTS)
    found = _plain_texts(folded, parts)
    if _SIGN_OF_ODD.search(parts):
        found += [term.text for term in _odd_words(folded, parts)]
        found += [tag.term for tag in find_tags(text)]
    return " ".join(found + link_terms(text))


def index_texts(texts: Sequence[str]) -> list[str]:
    """Return the terms of many texts, sooner than one by one; blanks may stand side by side."""
    if not texts:
        return []
    plain = [text if text.isascii() and _BETWEEN not in text else "" for text in texts]
    folded = fold(_BETWEEN.join(plain))
    rows = folded.encode().translate(_ASCII_ROWS).decode().split(_BETWEEN)
    lows = folded.split(_BETWEEN)
    for at in set().union(*(_those_with(sign, folded) for sign in _MAY_BE_ODD)):
        rows[at] = " ".join([rows[at], *_ascii_odd_words(lows[at])])
    for at, tag in _found(_PLAIN_TAGS, folded):
        rows[at] += f" {tag}"
    for at in _those_with(MAY_BE_LINK, folded):
        rows[at] = " ".join([rows[at], *link_terms(plain[at])])
    others = (at for at, text in enumerate(plain) if not text)
    for at in chain(others, _those_with(_TAG_IN_LINK, folded)):
        rows[at] = index_text(texts[at])
    return rows


def _those_with(sign: re.Pattern[str], folded: str) -> set[int]:
    """Return which of these texts hold something that takes a closer look."""
    return {number for number, _ in _found(sign, folded)}


def _found(sign: re.Pattern[str], folded: str) -> Iterator[tuple[int, str]]:
    """Yield what is found in these texts, each after the number of its text."""
    number, last = 0, 0
    for match in sign.finditer(folded):
        number += folded.count(_BETWEEN, last, match.start())
        last = match.start()
        yield number, match[0]


def _ascii_texts(text: str, folded: str) -> list[str]:
    """Return the texts of all terms where the fold is of ASCII: of most posts, and sooner."""
    found = folded.encode().translate(_ASCII_WORDS).decode().split()
    if any(sign.search(folded) for sign in _MAY_BE_ODD):
        found += _ascii_odd_words(folded)
    if "#" in folded:
        found += _ascii_tags(text, folded)
    return found


def _ascii_odd_words(folded: str) -> list[str]:
    parts = folded.encode().translate(_ASCII_PARTS).decode()
    return [term.text for term in _odd_words(folded, parts)]


def _ascii_tags(text: str, folded: str) -> list[str]:
    if not text.isascii() or _TAG_IN_LINK.search(folded):
        return [tag.term for tag in find_tags(text)]
    return _PLAIN_TAGS.findall(folded)


def terms(text: str) -> Terms:
    """Return the terms of a text, with their places in it."""
    if text.isascii():
        return _ascii_terms(text)
    folded, starts, ends = _fold_with_places(text)

    def place(term: Term) -> Term:
        start, end, first_end = starts[term.start], ends[term.end - 1], ends[term.first_end - 1]
        return Term(term.text, start, end, first_end, term.is_run)

    parts = folded.translate(PARTS)
    odd = tuple(place(term) for term in _odd_words(folded, parts))
    return Terms(tuple(place(term) for term in _plain(folded, parts)), odd + _tags(text))


def _ascii_terms(text: str) -> Terms:
    """The same of most posts: each character folds to one, so all stands where it stood."""
    folded = fold(text)
    parts = folded.encode().translate(_ASCII_PARTS).decode()
    may_be_odd = any(sign.search(folded) for sign in _MAY_BE_ODD)
    odd = tuple(_odd_words(folded, parts)) if may_be_odd else ()
    return Terms(tuple(_plain(folded, parts)), odd + _tags(text))


def _tags(text: str) -> tuple[Term, ...]:
    return tuple(Term(tag.term, tag.start, tag.end, tag.end) for tag in find_tags(text))


def _plain(folded: str, parts: str) -> Iterator[Term]:
    for match in _PIECES.finditer(parts):
        start, end = match.span()
        if match.lastgroup != "run":
            yield Term(folded[start:end].replace(APOSTROPHE, ""), start, end, end)
            continue
        spans = _units(parts, start, end)
        ends = [high for _, high in spans]
        texts = _pairs(folded, parts, start, end)
        for text, (low, high), stop in zip(texts, spans, [*ends[1:], end], strict=True):
            yield Term(text, low, stop, high, is_run=True)


def _plain_texts(folded: str, parts: str) -> list[str]:
    """Return the texts of ``_plain`` alone, and sooner."""
    if _ONLY_WORDS.fullmatch(parts):
        return folded.translate(BLANKED).split()
    found: list[str] = []
    for match in _PIECES.finditer(parts):
        if match.lastgroup == "run":
            found += _pairs(folded, parts, *match.span())
        else:
            start, end = match.span()
            found.append(folded[start:end].replace(APOSTROPHE, ""))
    return found


def _pairs(folded: str, parts: str, start: int, end: int) -> list[str]:
    run = folded[start:end]
    if parts.count("k", start, end) == end - start:
        return [*map(operator.add, run, run[1:]), run[-1]]
    units = [folded[low:high] for low, high in _units(parts, start, end)]
    ends = ["" if CJK.match(unit) else UNIT_END for unit in units]
    return [
        unit + stop + after
        for unit, stop, after in zip(units, ends, [*units[1:], ""], strict=True)
    ]


def _units(parts: str, start: int, end: int) -> list[tuple[int, int]]:
    return [match.span() for match in _UNITS.finditer(parts, start, end)]


def _odd_words(folded: str, parts: str) -> Iterator[Term]:
    for match in _ODD_WORDS.finditer(parts):
        start, end = match.span()
        yield Term(folded[start:end], start, end, end)


def _fold_with_places(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """Return the fold, and where each of its characters comes from."""
    if EACH_ALONE.fullmatch(text):
        folds = [FOLDED[ord(each)] for each in text]
        starts = [at for at, part in enumerate(folds) for _ in part]
        return "".join(folds), starts, [at + 1 for at in starts]
    folded: list[str] = []
    starts, ends = [], []
    for start, end in _clusters(text):
        part = _fold_cluster(text[start:end])
        folded.append(part)
        starts += [start] * len(part)
        ends += [end] * len(part)
    return "".join(folded), starts, ends


@lru_cache(maxsize=4096)
def _fold_short(cluster: str) -> str:
    return fold(cluster)


def _fold_cluster(cluster: str) -> str:
    return _fold_short(cluster) if len(cluster) <= CLUSTER_CHARS else fold(cluster)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield pieces of a text that fold each for itself."""
    begin, last = 0, 0
    for start, end in graphemes(text):
        if not leans(text[start]):
            if start > begin:
                yield begin, start
            begin = start
        last = end
    if last > begin:
        yield begin, last
