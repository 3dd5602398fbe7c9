"""What is looked for: terms made of what a person typed, and where a text holds them."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from swarmfeed.core.words.terms import Term, Terms, terms


class Sought(Struct, frozen=True, kw_only=True):
    """Terms that stand side by side in a text."""

    terms: tuple[str, ...]
    """At least one."""
    is_prefix: bool = False
    """Whether words that only begin like the last one count as well."""


def seek(typed: str, *, begins: bool = False) -> tuple[Sought, ...]:
    """Return what a text has to hold, all of it, to hold a word or phrase.

    Args:
        begins: Whether the last word is the beginning of one.

    Returns:
        Nothing when there is nothing in it to look for.
    """
    found = terms(typed)
    if _is_one_piece(found):
        return (Sought(terms=(found.exact[0].text,), is_prefix=begins),)
    sought = [_phrase(found.plain, begins=begins)] if found.plain else []
    sought += [Sought(terms=(term.text,)) for term in found.exact]
    return tuple(sought)


def holds(row: Sequence[str], sought: Iterable[Sought]) -> bool:
    """Tell whether the terms of a text, as the index keeps them, hold all of these."""
    return all(_stands_in(each, row) for each in sought)


def count_in(row: Sequence[str], sought: Sought) -> int:
    """Tell how often the terms of a text hold these."""
    return sum(1 for _ in _ends_in(sought, row))


def _stands_in(sought: Sought, row: Sequence[str]) -> bool:
    if len(sought.terms) == 1 and not sought.is_prefix:
        return sought.terms[0] in row
    return any(True for _ in _ends_in(sought, row))


def _ends_in(sought: Sought, row: Sequence[str]) -> Iterator[int]:
    """Yield where the last of the terms stands."""
    *before, last = sought.terms
    for at in range(len(before), len(row)):
        is_last = row[at].startswith(last) if sought.is_prefix else row[at] == last
        if is_last and list(row[at - len(before) : at]) == before:
            yield at


def find_spans(text: str, sought: Iterable[Sought]) -> list[tuple[int, int]]:
    """Return where a text holds any of these, as [start, end), in order, apart.

    No character, as readers see them, is cut in two.
    """
    wanted = tuple(sought)
    if not wanted:
        return []
    found = terms(text)
    rows = (found.plain, found.exact)
    spans = sorted(span for each in wanted for row in rows for span in _spans_of(each, row))
    apart: list[tuple[int, int]] = []
    for start, end in spans:
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return apart


def _is_one_piece(found: Terms) -> bool:
    """Tell whether all that was typed is one exact term."""
    if len(found.exact) != 1:
        return False
    (term,), plain = found.exact, found.plain
    return not plain or (term.start <= plain[0].start and plain[-1].end <= term.end)


def _phrase(plain: Sequence[Term], *, begins: bool) -> Sought:
    *rest, last = plain
    if not last.is_run:
        return Sought(terms=tuple(term.text for term in plain), is_prefix=begins)
    # The last character alone is a term of its own only where a text's run ends too.
    if rest and rest[-1].is_run and rest[-1].end == last.end:
        return Sought(terms=tuple(term.text for term in rest))
    return Sought(terms=tuple(term.text for term in plain), is_prefix=True)


def _spans_of(sought: Sought, row: Sequence[Term]) -> Iterator[tuple[int, int]]:
    *before, ending = sought.terms
    for at in range(len(before), len(row)):
        last = row[at]
        if last.text == ending:
            end = last.end
        elif sought.is_prefix and last.text.startswith(ending):
            end = last.first_end
        else:
            continue
        first = at - len(before)
        if all(row[first + n].text == term for n, term in enumerate(before)):
            yield row[first].start, end
