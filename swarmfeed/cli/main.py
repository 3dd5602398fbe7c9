"""The command line: ``swarmfeed COMMAND``.

A command parses, asks the node, prints.  What goes wrong for a person is one line on
standard error and exit code 1; wrong use is exit code 2; a bug is a traceback.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import click

import swarmfeed
from swarmfeed.cli import log
from swarmfeed.cli.commands import (
    care,
    fetch,
    history,
    imports,
    init,
    jobs,
    people,
    posts,
    restore,
    run,
)
from swarmfeed.cli.context import make_context
from swarmfeed.cli.options import passphrase_file_option
from swarmfeed.cli.output import plain
from swarmfeed.core.asks.sentences import NODE_STOPPED
from swarmfeed.errors import DamageError, FatalError, RetryError, UserError
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.shell.privacy import keep_private


class Commands(click.Group):
    """Shows what a person can act on as one line; lets bugs be tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FatalError as error:
            raise _sentence(NODE_STOPPED(reason=error)) from error
        except (UserError, RetryError, DamageError) as error:
            raise _sentence(str(error)) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def _sentence(text: str) -> click.ClickException:
    return click.ClickException(plain(" ".join(text.split())))


home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="SWARMFEED_HOME",
    show_envvar=True,
    help="Folder of your keys and posts.",
)
log_option = click.option(
    "--log",
    "level",
    type=click.Choice(list(log.LEVELS)),
    default="warning",
    show_default=True,
    envvar="SWARMFEED_LOG",
    help="How much of what the node does is told on standard error.",
)

MakeCommand = Callable[[Sequence[type]], click.Command]
"""Makes a command with the options of a node; takes the settings that roles bring."""

COMMANDS: Final[tuple[click.Command | MakeCommand, ...]] = (
    init.init,
    restore.restore,
    run.make_run,
    run.open_page,
    people.whoami,
    posts.post,
    people.follow,
    people.unfollow,
    fetch.make_fetch,
    posts.timeline,
    posts.show,
    posts.search,
    imports.import_,
    care.status,
    jobs.jobs,
    history.history,
    care.verify,
    care.reindex,
)
"""In the order of a first day, not of the alphabet."""

SETTINGS: Final[tuple[type, ...]] = (HistorySettings,)
"""What roles let people set, beside the settings of every node."""


def make_main(
    commands: Sequence[click.Command | MakeCommand] = COMMANDS,
    settings: Sequence[type] = SETTINGS,
) -> click.Group:
    """Build the command line of these commands, for nodes with these settings of roles.

    Raises:
        ValueError: Two commands have the same name.
    """

    @click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(swarmfeed.__version__, package_name="swarmfeed")
    @home_option
    @passphrase_file_option
    @log_option
    @click.pass_context
    def main(
        ctx: click.Context, home: Path | None, passphrase_file: Path | None, level: str
    ) -> None:
        """A microblog that belongs to the people who write it.

        Start with `swarmfeed init`, then `swarmfeed run`.
        """
        log.send_to_stderr(level)
        ctx.obj = make_context(home, passphrase_file, ctx.obj)

    for each in commands:
        command = each if isinstance(each, click.Command) else each(settings)
        if command.name in main.commands:
            raise ValueError(f"two commands are called {command.name}")
        main.add_command(command)
    return main


main: Final = make_main()


def program() -> None:
    """The program: what it learns and writes is for this user alone, from the first moment."""
    keep_private()
    main(prog_name="swarmfeed")
