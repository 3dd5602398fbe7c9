"""Searches as expressions of FTS5, for the index of this machine and for that of the network.

Everything typed stands in quotes, where FTS5 knows no operators.
"""

from collections.abc import Callable, Iterable
from typing import Final

from swarmfeed.core.words.links import LINK_TERM, MEDIA_TERM
from swarmfeed.core.words.query import LINK, MEDIA, REPLY, All, Conditions, SearchQuery
from swarmfeed.core.words.seeking import Sought
from swarmfeed.shell.store import traits

Named = Callable[[str], str | None]
"""The expression for what has to do with whom a name stands for; None: nobody is called so."""

_TERMS: Final = {
    REPLY: f'traits : "{traits.IS_REPLY}"',
    LINK: f'text : "{LINK_TERM}"',
    MEDIA: f'(text : "{MEDIA_TERM}" OR traits : "{traits.HAS_MEDIA}")',
}
"""What stands in the index for what a post is or has."""


def expression_of(query: SearchQuery, by: Named, to: Named) -> str | None:
    """Return what a query is in FTS5; None when it names somebody nobody is called.

    Args:
        query: What is looked for.
        by: Posts by whom a name stands for.
        to: Posts that answer or mention them.
    """
    wanted = _expressions(query.wanted, by, to)
    unwanted = [each for each in _expressions(query.unwanted, by, to) if each is not None]
    if None in wanted:
        return None
    # One NOT: each more would make the tree a step deeper, and FTS5 refuses deep ones.
    without = f" NOT ({' OR '.join(unwanted)})" if unwanted else ""
    return f"({' AND '.join(filter(None, wanted))}){without}"


def _expressions(conditions: Conditions, by: Named, to: Named) -> list[str | None]:
    """Return what each condition is in FTS5; None where it is true of no post."""
    return [
        *(all_of(each) for each in conditions.words),
        *(by(name) for name in conditions.authors),
        *(to(name) for name in conditions.to),
        *(f'traits : "{traits.in_language(lang)}"' for lang in conditions.langs),
        *(_TERMS[trait] for trait in conditions.traits),
    ]


def all_of(sought: All) -> str:
    return f"({' AND '.join(f'text : {quote(each)}' for each in sought)})"


def quote(sought: Sought) -> str:
    """Terms hold no double quotes."""
    return f'"{" ".join(sought.terms)}"' + ("*" if sought.is_prefix else "")


def any_of(terms: Iterable[object]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)
