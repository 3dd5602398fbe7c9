"""Messages by the tables of docs/PROTOCOL.md 3 alone: what may stand at each key.

Nothing of swarmfeed is imported: the page is read, as a stranger would read it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "PROTOCOL.md"

SPOKEN = ("3", "7", "8", "9", "10", "11", "12", "13", "14", "15", "17", "18", "19", "20")
"""Sections with tables of messages."""

ENDPOINT = '{"h": IP address, "p": 1 to 65,535}'
GOOD_ENDPOINTS: list[Any] = [
    {"h": b"192.0.2.7", "p": 1},
    {"h": b"2001:db8::1", "p": 65_535},
]
BAD_ENDPOINTS: list[Any] = [
    {"h": b"192.0.2.7", "p": 0},
    {"h": b"192.0.2.7", "p": 65_536},
    {"h": b"192.0.02.7", "p": 1},
    {"h": b"2001:DB8::1", "p": 1},
    {"h": b"example.org", "p": 1},
    {"h": b"192.0.2.7"},
    {"p": 1},
    b"192.0.2.7:1",
]


@dataclass
class Cell:
    """One key: its bound in the words of the page, and the keys of the dicts in its list."""

    bound: str
    may_be_missing: bool
    inner: "dict[str, Cell]" = field(default_factory=dict)


def read_tables(page: str) -> dict[str, dict[str, Cell]]:
    """Return each message of the page with its keys: of the sections in ``SPOKEN``."""
    parts = re.split(r"^## (\d+)\. .*$", page, flags=re.M)
    numbered = dict(zip(parts[1::2], parts[2::2], strict=True))
    found: dict[str, dict[str, Cell]] = {}
    for section in "".join(numbered[each] for each in SPOKEN).split("\n### ")[1:]:
        name, _, text = section.partition("\n")
        cells: dict[str, Cell] = {}
        for key, bound in re.findall(r"^\| `(\S+?)` \| .* \| (.+?) \|$", text, flags=re.M):
            place, said = cells, bound.removesuffix(", or missing")
            *above, last = key.split(".")
            for each in above:
                place = place[each].inner
            place[last] = Cell(said, said != bound)
        found[name] = cells
    return found


def number(text: str) -> int:
    """Read a number of the page: 1,000, 2^32, or 2^32 - 1."""
    match = re.fullmatch(r"([\d,]+)(?:\^(\d+))?( - 1)?", text)
    assert match is not None, text
    base = int(match[1].replace(",", ""))
    return int(base ** int(match[2] or 1)) - (1 if match[3] else 0)


def samples(cell: Cell) -> tuple[list[Any], list[Any]]:
    """Values that a key may have, each bound touched, and values beyond them."""
    bound = cell.bound
    if bound.startswith("{"):
        is_endpoint = bound == ENDPOINT
        return (GOOD_ENDPOINTS, BAD_ENDPOINTS) if is_endpoint else _dicts(_cells(bound))
    if match := re.fullmatch(r"([\d,^]+) (?:to|or) (.+)", bound):
        low, high = number(match[1]), number(match[2])
        return [low, high], [low - 1, high + 1, b"", []]
    if match := re.fullmatch(r"up to (\S+) dicts", bound):
        return _lists(number(match[1]), *_dicts(cell.inner))
    if match := re.fullmatch(r"up to (\S+) of (.+)", bound):
        return _lists(number(match[1]), *samples(Cell(match[2], False)))
    if match := re.fullmatch(r"up to (\S+) characters", bound):
        most = number(match[1])
        good, bad = [b"", "é".encode() * most], ["é".encode() * (most + 1), b"\xff", 1, []]
        return good, bad
    match = re.fullmatch(r"(up to )?(\S+) bytes", bound)
    assert match is not None, bound
    most = number(match[2])
    least = [] if match[1] else [bytes(most - 1)]
    return [b"" if match[1] else bytes(most), bytes(most)], [*least, bytes(most + 1), 1, []]


def weight(value: Any) -> int:
    """About how many bytes a value takes."""
    if isinstance(value, dict):
        return sum(map(weight, value.values()))
    if isinstance(value, list):
        return sum(map(weight, value))
    return len(value) if isinstance(value, bytes) else 1


def _lists(most: int, good: list[Any], bad: list[Any]) -> tuple[list[Any], list[Any]]:
    smallest = min(good, key=weight)
    return (
        [[], [good[-1]], [smallest] * most],
        [[smallest] * (most + 1), *([each] for each in bad), b"", 1, {}],
    )


def _cells(bound: str) -> dict[str, Cell]:
    """Read the bound of a dict that stands alone: ``{"n": 0 to 9, "o": {"e": 32 bytes}}``."""
    cells, depth, start = dict[str, Cell](), 0, 1
    for at, sign in enumerate(bound):
        depth += {"{": 1, "}": -1}.get(sign, 0)
        is_end = depth == 1 and bound.startswith(', "', at)
        if is_end or depth == 0:
            key, _, said = bound[start:at].partition(": ")
            cells[key.strip(' "')] = Cell(said, False)
            start = at + 1
    return cells


def _dicts(cells: dict[str, Cell]) -> tuple[list[Any], list[Any]]:
    plain = least(cells)
    bent = [changed for _, changed in beyond(cells)]
    return [plain], bent


def least(cells: dict[str, Cell]) -> dict[str, Any]:
    """The shortest dict that has all keys it must have."""
    return {
        key: min(samples(cell)[0], key=weight)
        for key, cell in cells.items()
        if not cell.may_be_missing
    }


def within(cells: dict[str, Cell]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dicts in which one key has a value that it may have."""
    plain = least(cells)
    yield "least", plain
    yield "with-a-key-of-later", {**plain, "zz": [1]}
    for key, cell in cells.items():
        for at, value in enumerate(samples(cell)[0]):
            yield f"{key}-{at}", {**plain, key: value}


def beyond(cells: dict[str, Cell]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Dicts in which one key is missing, or has a value that it may not have."""
    plain = least(cells)
    for key, cell in cells.items():
        for at, value in enumerate(samples(cell)[1]):
            yield f"{key}-{at}", {**plain, key: value}
        if not cell.may_be_missing:
            rest = {other: value for other, value in plain.items() if other != key}
            yield f"without-{key}", rest
