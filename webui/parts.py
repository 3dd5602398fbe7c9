"""Long lists of a page, part by part: none of them grows without end."""

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from flask import request
from msgspec import Struct

Row = TypeVar("Row")

ROWS_PER_PART: Final = 50
"""Rows of one table: some 50 kB."""


class ListPart(Struct, Generic[Row], frozen=True, kw_only=True):
    """Some rows of a list."""

    rows: Sequence[Row]
    total: int
    number: int
    """Which part it is, from 1."""

    @property
    def next(self) -> int | None:
        """The part behind it."""
        return self.number + 1 if self.number * ROWS_PER_PART < self.total else None


def part_of(rows: Sequence[Row], name: str) -> ListPart[Row]:
    """Return the part that the query asks for by ``name``; the first when it asks for none."""
    number = part_asked(len(rows), name)
    start = (number - 1) * ROWS_PER_PART
    return ListPart(rows=rows[start : start + ROWS_PER_PART], total=len(rows), number=number)


def part_asked(total: int, name: str) -> int:
    """The part of so many rows that the query asks for, from 1."""
    last = max(-(-total // ROWS_PER_PART), 1)
    return min(max(request.args.get(name, default=1, type=int), 1), last)
