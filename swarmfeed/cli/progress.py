"""Bars for what takes a while, on standard error, where they never mix with results."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn

from swarmfeed.cli.leaving import tidily


@contextmanager
def progress_bar(*columns: str) -> Iterator[Progress]:
    """A bar while the block lasts; silent without a terminal.

    Args:
        columns: Format strings of further columns, over ``task`` and its ``fields``.
    """
    further: list[ProgressColumn] = [TextColumn(column, markup=False) for column in columns]
    err = Console(stderr=True, highlight=False, markup=False, emoji=False)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *further,
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
    # A bar hides the cursor, and gives it back.
    with tidily(), bar:
        yield bar
