"""Pictures of a contest: the only module that needs matplotlib."""

from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from simulation.history.contest import Entrant
from simulation.history.metrics import Figures

Timelines = dict[str, dict[str, list[float]]]

MARKS = "osD^v<>Ph*"


def draw(
    folder: Path,
    figures: dict[str, Figures],
    chosen: dict[str, str],
    lines: Timelines,
    contest: list[Entrant],
) -> list[Path]:
    """Draw all plots as SVG files into a folder that is made where needed."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = {family: chosen[family] for family in _SHOWN if family in chosen}
    return [
        _frontier(folder / "frontier.svg", figures, contest),
        _days(folder / "repair.svg", lines, shown, "repair_bytes", "repair MB a day"),
        _cover(folder / "cover.svg", lines, shown),
        _load(folder / "load.svg", lines, shown),
    ]


_SHOWN = ("ours", "fixed_k", "carbonite", "total_recall", "oracle")


def _frontier(path: Path, figures: dict[str, Figures], contest: list[Entrant]) -> Path:
    figure, axes = plt.subplots(figsize=(7, 4.5))
    families = [family for family in dict.fromkeys(each.family for each in contest) if family]
    for mark, family in zip(MARKS, families, strict=False):
        points = sorted(
            (figures[each.name]["stored_bytes"] / 1e9, figures[each.name]["unserved"])
            for each in contest
            if each.family == family or (family == "ours" and each.name.startswith("ours,"))
        )
        stored, unserved = zip(*points, strict=True)
        axes.plot(stored, np.maximum(unserved, 1e-7), mark, label=family, alpha=0.8)
    axes.set_yscale("log")
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlabel("stored on all servers, GB")
    axes.set_ylabel("share of requests unserved")
    axes.legend(fontsize=7)
    return _save(figure, path)


def _days(path: Path, lines: Timelines, shown: dict[str, str], what: str, label: str) -> Path:
    figure, axes = plt.subplots(figsize=(7, 3.5))
    for family, name in shown.items():
        axes.plot(np.array(lines[name][what]) / 1e6, label=family)
    axes.set_xlabel("day after the warm-up")
    axes.set_ylabel(label)
    axes.legend(fontsize=7)
    return _save(figure, path)


def _cover(path: Path, lines: Timelines, shown: dict[str, str]) -> Path:
    figure, axes = plt.subplots(figsize=(7, 3.5))
    for family, name in shown.items():
        hours = lines[name]["cover_hours"]
        if hours:
            axes.plot(hours, np.arange(1, len(hours) + 1) / len(hours), label=family)
    axes.set_xlabel("hours until a feed that was above 1 % unavailable was covered")
    axes.set_ylabel("share of cases")
    axes.set_xlim(0, 200)
    axes.legend(fontsize=7)
    return _save(figure, path)


def _load(path: Path, lines: Timelines, shown: dict[str, str]) -> Path:
    figure, axes = plt.subplots(figsize=(7, 3.5))
    for family, name in shown.items():
        axes.plot(np.array(lines[name]["load_bytes"]) / 1e6, label=family)
    axes.set_xlabel("server, the most loaded first")
    axes.set_ylabel("MB stored, mean")
    axes.legend(fontsize=7)
    return _save(figure, path)


def _save(figure: Figure, path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path
