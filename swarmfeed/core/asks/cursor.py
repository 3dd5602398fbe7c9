"""A place in a list that is ordered newest first."""

from typing import Self

from msgspec import Struct

from swarmfeed.errors import UserError

NUMBER_CHARS_MAX = 18
"""So many digits fit the 64-bit integers of the index."""


class Cursor(Struct, frozen=True, order=True):
    """A place in a list that is ordered newest first.

    Its text form ``<time_ms>-<number>`` is what ``--before`` and page links carry.
    """

    time_ms: int
    number: int
    """Tie-breaker: the row number of the post in the index."""

    def __str__(self) -> str:
        return f"{self.time_ms}-{self.number}"

    def as_json(self) -> str:
        return str(self)

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Raises UserError when it is no cursor."""
        time_ms, _, number = value.partition("-") if isinstance(value, str) else ("", "", "")
        if not (_is_number(time_ms) and _is_number(number)):
            raise UserError("That is no place in a list; start again at the top.")
        return cls(int(time_ms), int(number))

    @staticmethod
    def described() -> str:
        return "a cursor"

    @staticmethod
    def json_schema() -> dict[str, object]:
        return {"type": "string", "pattern": "^[0-9]{1,18}-[0-9]{1,18}$"}


def parse_cursor(text: str) -> Cursor:
    """Read ``<time_ms>-<number>``.

    Raises:
        UserError: It is no cursor.
    """
    return Cursor.from_json(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= NUMBER_CHARS_MAX
