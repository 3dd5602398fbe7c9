"""Tables and JSON of a contest."""

import json
from pathlib import Path
from typing import Any

from msgspec import to_builtins
from rich.console import Console
from rich.table import Table

from simulation.history.contest import Entrant, interpolated_bytes
from simulation.history.metrics import Figures
from simulation.history.world import Setting


def bars(
    setting: Setting,
    figures: dict[str, Figures],
    chosen: dict[str, str],
    contest: list[Entrant],
) -> list[dict[str, Any]]:
    """Compare with what was promised; `reached` is a figure, not a wish."""
    ours = figures["ours"]
    fixed, carbonite, oracle = (
        figures[chosen[family]] for family in ("fixed_k", "carbonite", "oracle")
    )
    ratios = {
        "stored / fixed k": (ours["stored_bytes"], fixed, "stored_bytes", _fixed_bar(setting)),
        "stored / Carbonite": (ours["stored_bytes"], carbonite, "stored_bytes", 0.75),
        "repair / Carbonite": (
            ours["repair_bytes_per_day"],
            carbonite,
            "repair_bytes_per_day",
            0.80,
        ),
        "stored / oracle": (ours["stored_bytes"], oracle, "stored_bytes", 1.3),
    }
    rows: list[dict[str, Any]] = []
    for name, (value, rival, key, most) in ratios.items():
        matched = rival["unserved"] <= ours["unserved"]
        ratio = value / max(1.0, rival[key])
        reached = ratio <= most
        rows.append(
            {"bar": name, "ratio": ratio, "at_most": most, "reached": reached, "equal": matched}
        )
    lost = ours["lost_feeds"]
    rows.append({"bar": "lost feeds", "ratio": lost, "at_most": 0, "reached": lost == 0})
    for row, family in zip(rows, ("fixed_k", "carbonite", "", "oracle"), strict=False):
        names = [each.name for each in contest if family and each.family == family]
        between = interpolated_bytes(figures, names) if names else None
        row["interpolated"] = ours["stored_bytes"] / between if between else None
    return rows


def _fixed_bar(setting: Setting) -> float:
    return 0.65 if setting.flaky >= 0.35 else 0.85


def as_json(
    setting: Setting,
    seeds: list[int],
    figures: dict[str, Figures],
    by_seed: dict[str, list[Figures]],
    chosen: dict[str, str],
    rows: list[dict[str, Any]],
    about: dict[str, Any],
) -> dict[str, Any]:
    """Put all figures into one value; the tuned families go by the family's name."""
    policies: dict[str, Any] = {}
    for family, name in chosen.items():
        matched = figures[name]["unserved"] <= figures["ours"]["unserved"]
        policies[family] = {
            **figures[name],
            "variant": name,
            "serves_as_much_as_ours": matched,
            "by_seed": by_seed[name],
        }
    for name, each in figures.items():
        policies.setdefault(name, {**each, "by_seed": by_seed[name]})
    world = {**to_builtins(setting), "seeds": seeds, "seed": seeds[0], **about}
    return {"version": 1, "world": world, "policies": policies, "bars": rows}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write it for programs and people."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def print_tables(
    setting: Setting,
    figures: dict[str, Figures],
    chosen: dict[str, str],
    rows: list[dict[str, Any]],
    title: str,
) -> None:
    """Print the tuned families, then the rest, then the bars."""
    console = Console(width=150)
    table = Table(title=title)
    for name in ("policy", "unserved", "stored GB", "copies", "repair MB/day", "lost"):
        table.add_column(name, justify="left" if name == "policy" else "right")
    for name in ("cover h p50/p95", "load max/mean"):
        table.add_column(name, justify="right")
    families = {name: family for family, name in chosen.items()}
    for name in sorted(figures, key=lambda each: (each not in families, each)):
        bold = families.get(name, "")
        label = f"{bold}: {name}" if bold and bold != name else name
        table.add_row(label, *_cells(figures[name]), style="bold" if bold else None)
    console.print(table)
    for row in rows:
        between = row.get("interpolated")
        finer = f", between settings {between:.2f}" if between else ""
        unequal = "" if row.get("equal", True) else " (the rival serves less)"
        sign = "reached" if row["reached"] else "NOT reached"
        value = f"{row['bar']}: {row['ratio']:.2f}, at most {row['at_most']}"
        console.print(f"{value}: {sign}{unequal}{finer}")


def _cells(each: Figures) -> list[str]:
    return [
        f"{each['unserved']:.2e}",
        f"{each['stored_bytes'] / 1e9:.3f}",
        f"{each['copies_per_feed']:.2f}",
        f"{each['repair_bytes_per_day'] / 1e6:.1f}",
        f"{each['lost_feeds']:.0f}",
        f"{each['cover_hours_p50']:.0f} / {each['cover_hours_p95']:.0f}",
        f"{each['load_max_to_mean']:.1f}",
    ]
