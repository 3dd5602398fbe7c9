"""The table of commands: which there are, and where each is found once it is asked for.

Loading all of them takes longer than any of them; the list shows what stands in the table.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, Final

import click
from msgspec import Struct

MakeCommand = Callable[[Sequence[type]], click.Command]
"""Makes a command with the options of a node; takes the settings that roles bring."""

MARGIN_COLUMNS: Final = 6
"""What click leaves around a name in a list of commands."""


class Row(Struct, frozen=True, kw_only=True):
    """One command, before it is loaded."""

    name: str
    place: str
    """``package.module:name`` of the command, or of what makes it."""
    about: str
    """First sentence of its help."""


class LazyGroup(click.Group):
    """A group whose commands are loaded one by one, when they are asked for.

    Raises:
        ValueError: Two commands have the same name.
    """

    def __init__(
        self,
        rows: Iterable[Row | click.Command | MakeCommand],
        settings: Callable[[], Sequence[type]],
        **attributes: Any,
    ) -> None:
        """``settings`` gives what roles let people set, to whoever makes a command of it."""
        super().__init__(**attributes)
        self._settings = settings
        self._rows: dict[str, Row] = {}
        for row in rows:
            if isinstance(row, Row):
                self._note(row.name)
                self._rows[row.name] = row
            else:
                self.add_command(self._made(row))

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        self._note(name or cmd.name or "")
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table: of a first day, not of the alphabet."""
        return [*self._rows, *(name for name in self.commands if name not in self._rows)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._rows and cmd_name not in self.commands:
            self.commands[cmd_name] = self._made(_load(self._rows[cmd_name].place))
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            names = self.list_commands(ctx)  # click knows only of those that are loaded
            raise click.NoSuchCommand(args[0], possibilities=names, ctx=ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        names = self.list_commands(ctx)
        width = formatter.width - MARGIN_COLUMNS - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._about(name, width)) for name in names])

    def load_all(self) -> dict[str, click.Command]:
        """Return every command by its name, in order."""
        ctx = click.Context(self)
        found = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        return {name: command for name, command in found.items() if command is not None}

    def _about(self, name: str, width: int) -> str:
        row = self._rows.get(name)
        shown = click.Command(name, help=row.about) if row else self.commands[name]
        return shown.get_short_help_str(width)

    def _note(self, name: str) -> None:
        if name in self._rows or name in self.commands:
            raise ValueError(f"two commands are called {name}")

    def _made(self, found: click.Command | MakeCommand) -> click.Command:
        if isinstance(found, click.Command):
            return found
        return found(self._settings())


def _load(place: str) -> click.Command | MakeCommand:
    module, _, name = place.partition(":")
    found: click.Command | MakeCommand = getattr(import_module(module), name)
    return found
