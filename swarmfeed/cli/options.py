"""Options that several commands share; those of a node derive from its settings."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

json_option: Final = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON value, and nothing else."
)

passphrase_file_option: Final = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="SWARMFEED_PASSPHRASE_FILE",
    help="File whose first line is the passphrase of the keys.",
)

keyring_option: Final = click.option(
    "--keyring",
    is_flag=True,
    envvar="SWARMFEED_KEYRING",
    help="Take the passphrase from the system's keyring; asked for once, it is kept there.",
)


def with_options(options: Sequence[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Give a command a whole table of arguments and options, in their order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
