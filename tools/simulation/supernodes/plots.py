"""Pictures of elections: the only module of them that needs matplotlib."""

from collections.abc import Callable
from pathlib import Path

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt

from simulation.supernodes.tally import Tally


def draw(folder: Path, tallies: dict[str, Tally]) -> list[Path]:
    """Draw the lines of all policies as SVG files into a folder that is made where needed."""
    folder.mkdir(parents=True, exist_ok=True)

    def over(tally: Tally) -> list[float]:
        pairs = zip(tally.serving, tally.fewest, strict=True)
        return [serving / fewest for serving, fewest in pairs]

    return [
        _draw(folder / "two-parents.svg", "leaves with two parents", tallies, _two),
        _draw(folder / "size.svg", "supernodes over the fewest possible", tallies, over),
        _draw(folder / "messages.svg", "messages per node and round", tallies, _messages),
    ]


def _two(tally: Tally) -> list[float]:
    return tally.two


def _messages(tally: Tally) -> list[float]:
    return tally.messages


def _draw(
    path: Path, label: str, tallies: dict[str, Tally], line: Callable[[Tally], list[float]]
) -> Path:
    figure, axes = plt.subplots(figsize=(7, 3.5))
    for name, tally in tallies.items():
        values = line(tally)
        axes.plot(range(1, len(values) + 1), values, label=name)
    axes.set_xlabel("round of ten seconds")
    axes.set_ylabel(label)
    if label.startswith("supernodes"):
        axes.set_yscale("log")
    axes.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return path
