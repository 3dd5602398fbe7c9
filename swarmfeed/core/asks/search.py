"""What a person types into the search box, taken apart.

word            posts that hold it
"two words"     posts that hold them side by side
begin*          posts that hold a word which begins so
#tag            posts with this very tag
-word           posts that do not
from:name       posts of the author with that name or address
-from:name      posts of anyone else
"""

import re
from dataclasses import dataclass
from typing import Final

from swarmfeed.core.base.limits import SEARCH_CHARS_MAX, SEARCH_TERMS_MAX
from swarmfeed.core.words.folding import fold
from swarmfeed.core.words.seeking import Sought, seek
from swarmfeed.errors import UserError

find_terms: Final = re.compile(r'(-)?(from:)?(?:"([^"]*)"?(\*)?|(\S+))', re.IGNORECASE).finditer
"""Groups: minus, from, text in quotes, its star, bare word.  Every string is a row of terms."""

NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
"""Half a surrogate pair and NUL are no text, and end a query early."""

QUOTES: Final = str.maketrans("“”„‟＂", '"""""')
"""What keyboards make of quotation marks."""

All = tuple[Sought, ...]
"""What a post has to hold, all of it, to hold one word or phrase."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for, by whom; an author is a name or an address, as it was typed."""

    words: tuple[All, ...]
    without: tuple[All, ...]
    authors: tuple[str, ...]
    without_authors: tuple[str, ...]

    @property
    def marked(self) -> All:
        """What a reader wants to see in a post that was found."""
        return tuple(sought for each in self.words for sought in each)


def parse_search(typed: str) -> SearchQuery:
    """Read a search.

    Raises:
        UserError: It is too long, or asks for nothing that can be found.
    """
    if len(typed) > SEARCH_CHARS_MAX:
        raise UserError(f"A search has at most {SEARCH_CHARS_MAX} characters.")
    words: dict[bool, list[All]] = {True: [], False: []}
    authors: dict[bool, list[str]] = {True: [], False: []}
    for match in find_terms(NO_TEXT.sub(" ", typed.translate(QUOTES))):
        minus, from_, quoted, star, bare = match.groups()
        term = (quoted if bare is None else bare).strip()
        if from_ and fold(term).strip():
            authors[minus is None].append(term)
        elif not from_ and (sought := seek(term, begins=bool(star) or term.endswith("*"))):
            words[minus is None].append(sought)
    if sum(len(words[is_]) + len(authors[is_]) for is_ in (True, False)) > SEARCH_TERMS_MAX:
        raise UserError(f"A search has at most {SEARCH_TERMS_MAX} words.")
    if not words[True] and not authors[True]:
        raise UserError("A search needs a word to look for.")
    return SearchQuery(
        words=tuple(words[True]),
        without=tuple(words[False]),
        authors=tuple(authors[True]),
        without_authors=tuple(authors[False]),
    )
