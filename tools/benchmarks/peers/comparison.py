"""What came out of a comparison, and the table that says who is ahead in which row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from benchmarks.report import format_number

OURS: Final = "swarmfeed"

EVEN: Final = 0.02
"""Share by which two figures may differ and still be called even."""


class About(Struct, frozen=True, kw_only=True):
    """What one should know of a system before one compares its figures."""

    name: str
    version: str
    verifies: str
    """What its reader checks before an entry counts as verified."""
    syncs: str
    """When it waits for the disk."""


class Figure(Struct, frozen=True):
    """What was measured."""

    value: float
    note: str = ""
    """What is different about it, in a few words."""


class Line(Struct, frozen=True, kw_only=True):
    """A row of the table."""

    key: str
    what: str
    unit: str = "/s"
    better: int = 1
    """1 when more is better, -1 when less is, 0 when it only explains another row."""


LINES: Final = (
    Line(key="append_one", what="append one post after another, as it comes"),
    Line(key="append_one_durable", what="- each safe from a power cut before the next"),
    Line(
        key="append_one_syncs",
        what="- syncs for {synced_posts}, start and end included",
        unit="",
        better=0,
    ),
    Line(key="append_batched", what="append in batches of {batch:,}, as it comes"),
    Line(key="append_batched_durable", what="- each safe from a power cut before the next"),
    Line(
        key="append_batched_syncs",
        what="- syncs for {synced_batches}, start and end included",
        unit="",
        better=0,
    ),
    Line(
        key="backlog", what="a backlog of {posts:,} posts from one holder, verified and stored"
    ),
    Line(key="backlog_searchable", what="- until all is searchable"),
    Line(
        key="backlog_syncs",
        what="- syncs of the reader, start and end included",
        unit="",
        better=0,
    ),
    Line(key="few", what="{few:,} feeds from one holder, verified and stored"),
    Line(key="few_searchable", what="- until all is searchable"),
    Line(key="many", what="{many:,} feeds from one holder, verified and stored"),
    Line(key="many_searchable", what="- until all is searchable"),
    Line(key="live_p50", what="publish until a reader sees it, p50", unit="ms", better=-1),
    Line(key="live_p99", what="- p99", unit="ms", better=-1),
    Line(key="disk", what="disk for a post of one author, no index", unit="bytes", better=-1),
    Line(key="disk_indexed", what="- with full text", unit="bytes", better=-1),
    Line(key="many_disk", what="disk for a post of {many:,} authors", unit="bytes", better=-1),
    Line(key="many_disk_indexed", what="- with full text", unit="bytes", better=-1),
)

Figures = Mapping[str, Figure]
"""Key of a line -> what was measured."""


@dataclass(kw_only=True)
class Comparison:
    """All figures of a run, by system."""

    sizes: Mapping[str, int]
    """What the words of the rows name."""
    about: dict[str, About] = field(default_factory=dict)
    figures: dict[str, dict[str, Figure]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    """System -> why it was not measured."""
    failed: list[str] = field(default_factory=list)
    """Sentences on what went wrong."""

    def add(self, about: About, figures: Figures) -> None:
        """Add what was measured of a system."""
        self.about[about.name] = about
        self.figures.setdefault(about.name, {}).update(figures)

    def against(self, line: Line) -> dict[str, float]:
        """How many times better than each other system ours is; below 1 it is behind."""
        ours = self.figures.get(OURS, {}).get(line.key)
        if ours is None or not line.better:
            return {}
        found = {}
        for name, figures in self.figures.items():
            other = figures.get(line.key)
            if name != OURS and other is not None:
                found[name] = _times_better(ours.value, other.value, line.better)
        return found

    def as_json(self) -> dict[str, object]:
        """Return the same for programs."""
        return {
            "systems": {
                name: {
                    "version": about.version,
                    "verifies": about.verifies,
                    "syncs": about.syncs,
                }
                for name, about in self.about.items()
            },
            "absent": self.absent,
            "failed": self.failed,
            "rows": [self._line_as_json(line) for line in LINES],
        }

    def _line_as_json(self, line: Line) -> dict[str, object]:
        return {
            "key": line.key,
            "what": line.what.format(**self.sizes),
            "unit": line.unit,
            "better": line.better,
            "figures": {
                name: {"value": figures[line.key].value, "note": figures[line.key].note}
                for name, figures in self.figures.items()
                if line.key in figures
            },
            "times_better": self.against(line),
        }


def markdown(found: Comparison) -> str:
    """Return the figures as a table, and one on what each system does for them."""
    names = list(found.figures)
    rows = [["", *names, "swarmfeed beside them"], ["---", *("---:" for _ in names), "---"]]
    rows += [
        [
            line.what.format(**found.sizes),
            *_cells(found, line, names),
            verdict(found.against(line)),
        ]
        for line in LINES
        if any(line.key in figures for figures in found.figures.values())
    ]
    about = [["", "version", "its reader verifies", "it waits for the disk"], ["---"] * 4]
    about += [[a.name, a.version, a.verifies, a.syncs] for a in found.about.values()]
    about += [[name, f"not measured: {why}", "", ""] for name, why in found.absent.items()]
    return "\n".join([*_table(rows), "", *_table(about), *_told(found.failed)])


def verdict(times: Mapping[str, float]) -> str:
    """Say who is ahead: the nearest of those behind us, or each that is before us."""
    before = {name: each for name, each in times.items() if each < 1 - EVEN}
    if before:
        return "behind: " + ", ".join(
            f"{format_number(each)}x of {name}" for name, each in before.items()
        )
    if not times:
        return ""
    name = min(times, key=lambda each: times[each])
    if times[name] < 1 + EVEN:
        return f"even with {name}"
    return f"ahead, {format_number(times[name])}x of {name}"


def _times_better(ours: float, other: float, better: int) -> float:
    upper, lower = (ours, other) if better > 0 else (other, ours)
    return upper / lower if lower else float("inf")


def _cells(found: Comparison, line: Line, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        figure = found.figures[name].get(line.key)
        yield _cell(figure, line.unit) if figure else "-"


def _cell(figure: Figure, unit: str) -> str:
    note = f" ({figure.note})" if figure.note else ""
    return f"{format_number(figure.value)} {unit}".strip() + note


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    return (f"| {' | '.join(row)} |" for row in rows)


def _told(sentences: Sequence[str]) -> Iterator[str]:
    if sentences:
        yield ""
        yield from sentences
