"""Which opened posts have which words, and their beginnings.

Posts have ascending numbers here, and of each word there is an array of them: 50,000 posts are
600,000 numbers in plain memory, which the search for garbage need not walk over.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from swarmfeed.core.base.types import FeedId

Place = tuple[FeedId, int]
"""Feed and index of an entry."""


class WordsOfPosts:
    """Words, and in which posts they stand."""

    def __init__(self) -> None:
        self._rows: dict[str, array[int]] = {}
        self._numbers: dict[Place, int] = {}
        self._places: dict[int, Place] = {}
        self._next = 0

    def add(self, place: Place, terms: Iterable[str]) -> None:
        """Note each word of a post that is not here."""
        self._numbers[place] = number = self._next
        self._places[number] = place
        self._next += 1
        for term in terms:
            row = self._rows.get(term)
            if row is None:
                self._rows[term] = array("Q", (number,))
            else:
                row.append(number)

    def take_out(self, place: Place, terms: Iterable[str]) -> None:
        """Forget a post that was added with these words."""
        number = self._numbers.pop(place)
        del self._places[number]
        for term in terms:
            row = self._rows[term]
            row.pop(bisect_left(row, number))
            if not row:
                del self._rows[term]

    def terms(self) -> list[str]:
        """All words there are, in any order."""
        return [*self._rows]

    def numbers(self, terms: Iterable[str]) -> bytes:
        """Numbers of posts that have one of these words, as an array holds them."""
        return b"".join(self._rows[term].tobytes() for term in terms if term in self._rows)

    def places(self, numbers: Iterable[int]) -> list[Place]:
        """Where those of these posts stand that are still here."""
        return [self._places[each] for each in numbers if each in self._places]


def numbers_in(rows: Sequence[bytes]) -> set[int]:
    """Return the numbers that stand in all of these rows."""
    found: set[int] | None = None
    for row in sorted(rows, key=len):
        numbers = array("Q")
        numbers.frombytes(row)
        found = {*numbers} if found is None else found.intersection(numbers)
    return found or set()
