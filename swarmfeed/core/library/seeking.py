"""What holders are asked: the words of a search, with people by their addresses.

A holder has its own names for people, and they are not the asker's.
"""

import re
from collections.abc import Mapping
from itertools import islice, product

from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import SEARCH_CHARS_MAX
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.library.limits import NAMES_TRIED_MAX
from swarmfeed.core.words.query import NO_TEXT, QUOTES, find_parts

Piece = tuple[str, ...]
"""The ways in which one part of a search can be said."""


def addressed(typed: str, people: Mapping[str, Meant]) -> list[str]:
    """Return a search with addresses in place of names: one for each choice among several who
    are called the same, NAMES_TRIED_MAX at most; none: it names somebody nobody is called.

    Args:
        people: Whom the asker means by each name.
    """
    matches = find_parts(NO_TEXT.sub(" ", typed.translate(QUOTES)))
    pieces = [_ways(match, people) for match in matches]
    chosen = (" ".join(filter(None, each)) for each in product(*pieces))
    return [each for each in islice(chosen, NAMES_TRIED_MAX) if len(each) <= SEARCH_CHARS_MAX]


def _ways(match: re.Match[str], people: Mapping[str, Meant]) -> Piece:
    minus, field, quoted, _, bare = match.groups()
    if (field or "").lower() not in ("from", "to"):
        return (match.group(),)
    name = (quoted if bare is None else bare).strip()
    authors = sorted(people.get(name, Meant()).authors)
    said = tuple(f"{minus or ''}{field}:{format_author(each)}" for each in authors)
    return (" ".join(said),) if minus else said
