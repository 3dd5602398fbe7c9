"""What a person types into the search box, taken apart.

word            posts that hold it
"two words"     posts that hold them side by side
-word           posts that do not
from:name       posts of the author with that name or address
-from:name      posts of anyone else
"""

import re
from dataclasses import dataclass
from typing import Final

from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX
from swarmfeed.errors import UserError

find_terms: Final = re.compile(r'(-)?(from:)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE).finditer
"""Groups: minus, from, text in quotes, bare word.  Every string is a row of terms."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Terms of a search; each is one word or the words of a phrase, with a letter or digit."""

    words: tuple[str, ...]
    without: tuple[str, ...]
    authors: tuple[str, ...]
    without_authors: tuple[str, ...]


def parse_search(typed: str) -> SearchQuery:
    """Read a search.

    Raises:
        UserError: It is too long, or asks for nothing that can be found.
    """
    if len(typed) > SEARCH_CHARS_MAX:
        raise UserError(f"A search has at most {SEARCH_CHARS_MAX} characters.")
    found: dict[tuple[bool, bool], list[str]] = {}
    count = 0
    # Half a surrogate pair and NUL are no text, and end a query early.
    for match in find_terms(re.sub("[\x00\ud800-\udfff]", " ", typed)):
        minus, from_, quoted, bare = match.groups()
        term = (quoted if bare is None else bare).strip()
        if any(character.isalnum() for character in term):
            found.setdefault((minus is None, from_ is None), []).append(term)
            count += 1
    if count > SEARCH_TERMS_MAX:
        raise UserError(f"A search has at most {SEARCH_TERMS_MAX} words.")
    words, authors = found.get((True, True), []), found.get((True, False), [])
    if not words and not authors:
        raise UserError("A search needs a word to look for.")
    return SearchQuery(
        words=tuple(words),
        without=tuple(found.get((False, True), [])),
        authors=tuple(authors),
        without_authors=tuple(found.get((False, False), [])),
    )
