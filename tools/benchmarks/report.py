"""Figures of a run: what was measured, what the machine could do, which bars were reached."""

import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_COLUMNS = 132
"""Width of the table where there is no terminal that has one."""


class Bar(Struct, frozen=True):
    """A number that a figure has to reach."""

    of: str
    """``value``, or ``ratio``: the value over the physical limit."""
    op: str
    """``>=`` or ``<=``."""
    number: float

    def is_reached(self, value: float) -> bool:
        return value >= self.number if self.op == ">=" else value <= self.number

    def __str__(self) -> str:
        unit = "x" if self.of == "ratio" else ""
        return f"{'≥' if self.op == '>=' else '≤'} {format_number(self.number)}{unit}"


def at_least(number: float) -> Bar:
    return Bar("value", ">=", number)


def at_most(number: float) -> Bar:
    return Bar("value", "<=", number)


def ratio_at_least(number: float) -> Bar:
    return Bar("ratio", ">=", number)


def ratio_at_most(number: float) -> Bar:
    return Bar("ratio", "<=", number)


class Limit(Struct, frozen=True):
    """What the machine does without swarmfeed, measured in the same run."""

    what: str
    value: float


class Row(Struct, frozen=True):
    """One figure."""

    name: str
    """Stable key in the JSON: ``<measurement>.<figure>``."""
    what: str
    value: float
    unit: str
    limit: Limit | None = None
    bars: tuple[Bar, ...] = ()
    detail: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """The value over its limit; more than 1 where the limit is not the whole story."""
        return self.value / self.limit.value if self.limit and self.limit.value else None

    @property
    def passed(self) -> bool | None:
        """Whether all bars are reached; None without a bar."""
        return all(self._reached(bar) for bar in self.bars) if self.bars else None

    def _reached(self, bar: Bar) -> bool:
        value = self.value if bar.of == "value" else self.ratio
        return value is not None and bar.is_reached(value)

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "limit": {"what": self.limit.what, "value": self.limit.value}
            if self.limit
            else None,
            "ratio": self.ratio,
            "bars": [
                {"of": b.of, "op": b.op, "number": b.number, "passed": self._reached(b)}
                for b in self.bars
            ],
            "passed": self.passed,
            "detail": self.detail,
        }


def format_number(number: float) -> str:
    """Three digits that mean something: ``0.512``, ``51.2``, ``51,234``."""
    if number == 0 or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def print_table(rows: Sequence[Row], *, title: str) -> None:
    """Print all figures, then how many bars were reached and which were not."""
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    table.add_column("measured", overflow="fold")
    table.add_column("figure", justify="right", no_wrap=True)
    table.add_column("beside", overflow="fold")
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("bar", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row), end_section=_is_last_of_group(row, rows))
    console = Console()
    if not console.is_terminal:
        console = Console(width=PIPED_COLUMNS)
    console.print(table)
    console.print(_summary(rows))


def write_json(file: Path, run: dict[str, object]) -> None:
    """Write a run as one JSON object."""
    file.write_text(json.dumps({"version": 1, **run}, indent=1) + "\n", encoding="utf-8")


def about_machine() -> dict[str, object]:
    """What this machine is, and how busy it was when asked."""
    return {
        "cpus": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _cells(row: Row) -> tuple[Text, ...]:
    limit = f"{row.limit.what}: {format_number(row.limit.value)}" if row.limit else ""
    ratio = f"{format_number(row.ratio)}x" if row.ratio is not None else ""
    bars = ", ".join(str(bar) for bar in row.bars)
    style, word = {True: ("green", "reached"), False: ("bold red", "missed"), None: ("", "")}[
        row.passed
    ]
    return (
        Text(row.what),
        Text(f"{format_number(row.value)} {row.unit}".strip(), style="bold"),
        Text(limit, style="dim"),
        Text(ratio),
        Text(bars, style="dim"),
        Text(word, style=style),
    )


def _is_last_of_group(row: Row, rows: Sequence[Row]) -> bool:
    at = rows.index(row) + 1
    return at < len(rows) and rows[at].name.split(".")[0] != row.name.split(".")[0]


def _summary(rows: Sequence[Row]) -> Text:
    judged = [row for row in rows if row.passed is not None]
    missed = [row for row in judged if not row.passed]
    text = Text(f"{len(judged) - len(missed)} of {len(judged)} figures reach their bars")
    if missed:
        text.append("; missed: " + ", ".join(row.name for row in missed), style="bold red")
    return text
