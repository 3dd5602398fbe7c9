"""How the demo looks: numbered steps, short facts, posts as they are."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text
from swarmfeed.cli.output import plain
from swarmfeed.core.asks.views import PostView

WIDTH = 84
INDENT = 4


class Show:
    """Prints to one console."""

    def __init__(self, console: Console | None = None) -> None:
        console = console or Console(highlight=False, markup=False, emoji=False)
        if console.width > WIDTH or not console.is_terminal:
            console.width = WIDTH
        self._console = console
        self._step = 0
        self._mark = "✓" if console.encoding.lower().startswith("utf") else "*"

    def title(self, title: str, text: str, picture: str) -> None:
        """Begin."""
        table = Table.grid(padding=(0, 4))
        table.add_row(Text(text), Text(picture, style="cyan"))
        self._console.print()
        self._console.print(Panel(table, title=title, border_style="cyan", padding=(1, 3)))

    def step(self, heading: str, why: str) -> None:
        """Begin the next step: what happens, and why it is worth looking at."""
        self._step += 1
        line = Text.assemble((f"\n {self._step}  ", "bold cyan"), (heading, "bold"))
        self._console.print(line)
        self._print(Text(why, style="dim"))

    def fact(self, text: str, note: str = "") -> None:
        """Something that is so now."""
        self._print(Text.assemble((f"{self._mark} ", "green"), text, (f"  {note}", "dim")))

    def command(self, command: str) -> None:
        """What one would type for this."""
        line = Text.assemble(("$ ", "dim"), (command, "yellow"))
        self._print(line, soft_wrap=True)

    def compare(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Values under each other, so that one sees whether they are equal."""
        width = max(len(name) for name, _ in pairs)
        for name, value in pairs:
            line = Text.assemble((name.ljust(width + 2), "dim"), (value, "magenta"))
            self._print(line, soft_wrap=True)

    def posts(self, posts: Sequence[PostView]) -> None:
        for post in posts:
            when = datetime.fromtimestamp(post.time_ms / 1000, tz=UTC).strftime("%d %b %Y")
            text = Text(plain(post.text).replace("\n", " "))
            text.truncate(self._console.width - INDENT - len(when) - 3, overflow="ellipsis")
            self._print(Text.assemble((f"{when}  ", "dim"), text))

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator["Bar"]:
        """A bar that moves; nothing where there is no terminal."""
        progress = Progress(
            TextColumn(" " * (INDENT - 1)),
            TextColumn("{task.description}"),
            BarColumn(28, style="dim", complete_style="cyan"),
            TextColumn("{task.fields[facts]}", style="dim"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        with progress:
            yield Bar(progress, what, total)

    def link(self, link: str) -> None:
        """A link to click or to copy, whole."""
        self._console.print()
        self._print(Text(link, style="bold underline cyan"), soft_wrap=True)

    def say(self, text: str) -> None:
        self._console.print()
        self._print(Text(text))

    def fail(self, text: str) -> None:
        self._console.print()
        self._print(Text.assemble(("The demo failed: ", "bold red"), text))

    def _print(self, text: Text, *, soft_wrap: bool = False) -> None:
        if soft_wrap:
            self._console.print(Text(" " * INDENT).append_text(text), soft_wrap=True)
        else:
            self._console.print(Padding(text, (0, 0, 0, INDENT)))


class Bar:
    """One bar under way."""

    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=total, facts="")

    def move(self, done: int, facts: str, total: int | None = None) -> None:
        self._progress.update(self._task, completed=done, facts=facts, total=total)
