"""``swarmfeed passphrase``: another passphrase for the keys, also while the node runs."""

from pathlib import Path

import click

from swarmfeed.cli.commands.init import choose_passphrase
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.home import require_home
from swarmfeed.cli.output import print_sentence
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.errors import UserError


@click.command()
@click.option(
    "--new-passphrase-file",
    "new_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is the new passphrase; left out, it is asked for.",
)
@click.option("--no-passphrase", is_flag=True, help="Leave the key file unprotected.")
@click.option("--forget", is_flag=True, help="Take it out of the keyring, and change nothing.")
@pass_context
def passphrase(
    context: Context, new_file: Path | None, no_passphrase: bool, forget: bool
) -> None:
    """Change the passphrase of your keys.

    The keys stay the same, and so does everything you wrote; a running node goes on. With
    `swarmfeed --keyring passphrase` the system's keyring has the new one too.
    """
    from swarmfeed.shell import passphrases

    if new_file is not None and no_passphrase:
        raise click.UsageError(sentences.EITHER_PASSPHRASE())
    require_home(context.home)
    if forget:
        if not passphrases.forget_passphrase(context.home):
            raise UserError(sentences.NOT_IN_KEYRING())
        print_sentence(sentences.PASSPHRASE_FORGOTTEN())
        return
    old = context.passphrase()
    new = "" if no_passphrase else choose_passphrase(new_file, "--new-passphrase-file")
    context.doors.change_passphrase(context.home, old, new)
    if context.keyring and new:
        passphrases.keep_passphrase(context.home, new)
    elif context.keyring:
        passphrases.forget_passphrase(context.home)
    print_sentence((sentences.PASSPHRASE_CHANGED if new else sentences.PASSPHRASE_GONE)())
