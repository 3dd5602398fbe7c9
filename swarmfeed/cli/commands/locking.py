"""``swarmfeed lock``, ``unlock``: the running node lets go of its keys, and takes them back."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.desk import RemoteDesk, find_running
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_done, print_sentence
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.locking import LockKeys, LockState, UnlockKeys
from swarmfeed.errors import UserError


@click.command()
@json_option
@pass_context
def lock(context: Context, as_json: bool) -> None:
    """Let the running node write nothing until `swarmfeed unlock`.

    It goes on reading, fetching and passing on what others wrote.
    """
    state = _ask(context, LockKeys())
    if as_json:
        print_answer(state)
        return
    print_sentence(state.sentence)
    print_sentence(sentences.LOCK_MEANS())


@click.command()
@json_option
@pass_context
def unlock(context: Context, as_json: bool) -> None:
    """Let the running node write again; asks for the passphrase."""
    _running(context).close()
    state = _ask(context, UnlockKeys(passphrase=context.passphrase()))
    print_done(state, as_json, state.sentence)


def _ask(context: Context, ask: Ask[LockState]) -> LockState:
    with _running(context) as desk:
        return desk.ask(ask)


def _running(context: Context) -> RemoteDesk:
    """The running node; UserError: there is none, so nothing is open."""
    desk = find_running(context.home)
    if desk is None:
        raise UserError(sentences.NODE_NEEDED())
    return desk
