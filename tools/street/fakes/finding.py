"""What a search finds, worked out post by post: for fakes that search."""

from collections import Counter
from collections.abc import Iterable, Sequence

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.search import SearchQuery
from swarmfeed.core.asks.search_sentences import TOO_MANY_OF_A_NAME
from swarmfeed.core.base.address import parse_author
from swarmfeed.core.base.limits import SEARCH_AUTHORS_MAX
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.seeking import Sought
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import UserError


def require_few(query: SearchQuery, names: Iterable[str]) -> None:
    """Raise UserError if more of these people than are looked for have a name in a search."""
    keys = Counter(map(name_key, names))
    for name in (*query.authors, *query.without_authors):
        if keys[name_key(name)] > SEARCH_AUTHORS_MAX:
            raise UserError(TOO_MANY_OF_A_NAME(most=SEARCH_AUTHORS_MAX, name=name))


def is_found(view: PostView, query: SearchQuery) -> bool:
    return (
        all(holds(view.text, wanted) for wanted in query.words)
        and not any(holds(view.text, unwanted) for unwanted in query.without)
        and all(is_called(view, name) for name in query.authors)
        and not any(is_called(view, name) for name in query.without_authors)
    )


def holds(text: str, wanted: Sequence[Sought]) -> bool:
    row = index_text(text).split(" ")
    return all(stands_in(sought, row) for sought in wanted)


def stands_in(sought: Sought, row: Sequence[str]) -> bool:
    *same, last = sought.terms
    for at in range(len(row) - len(same)):
        *before, end = row[at : at + len(same) + 1]
        if before == same and (end == last or (sought.is_prefix and end.startswith(last))):
            return True
    return False


def is_called(view: PostView, name: str) -> bool:
    try:
        return parse_author(name) == view.author_id
    except UserError:
        return name_key(view.author_name) == name_key(name)
