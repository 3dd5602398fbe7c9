"""``swarmfeed delete-home``: all of a person's is deleted from this machine."""

import click

from swarmfeed.cli.asking import require_yes
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.desk import find_running
from swarmfeed.cli.home import has_keys, require_home
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_json, print_sentence
from swarmfeed.core.asks import ending_sentences as sentences
from swarmfeed.core.asks.sentences import RUNNING_ALREADY
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.deleting import delete_home as delete
from swarmfeed.shell.disk.deleting import is_half_deleted
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import is_protected
from swarmfeed.shell.passphrases import drop_passphrase


@click.command("delete-home")
@click.option("--yes", "agreed", is_flag=True, help="Delete without asking.")
@json_option
@pass_context
def delete_home(context: Context, agreed: bool, as_json: bool) -> None:
    """Delete your keys, posts, messages and settings from this machine.

    What you posted stays with those who have it, and is not withdrawn by this. The 24 words of
    your first sheet bring your name back; without them nobody can.
    """
    if not is_half_deleted(context.home):
        require_home(context.home)
    running = find_running(context.home)
    if running is not None:
        running.close()
        raise UserError(RUNNING_ALREADY())
    if not agreed:
        require_yes(sentences.DELETE_ASKED(home=context.home))
    with HomeLock(context.home):
        if has_keys(context.home) and is_protected(key_path(context.home)):
            drop_passphrase(context.home)
        left = delete(context.home)
    if as_json:
        print_json({"left": left})
        return
    print_sentence(sentences.DELETED(home=context.home))
    if left:
        print_sentence(sentences.LEFT(names=", ".join(left)))
