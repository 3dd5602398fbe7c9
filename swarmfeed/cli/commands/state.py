"""``swarmfeed state save``: private state into the log, now."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence
from swarmfeed.core.asks import state_sentences as sentences
from swarmfeed.core.asks.state import SaveState


@click.group()
def state() -> None:
    """What you keep to yourself: whom you muted, and what you read.

    It is kept sealed on this machine, sent sealed to your other devices, and once a day sealed
    into your log, for your devices and your two sheets of words.
    """


@state.command()
@json_option
@pass_context
def save(context: Context, as_json: bool) -> None:
    """Write it into your log now, and not only once a day."""
    with context.open() as desk:
        saved = desk.ask(SaveState())
    if as_json:
        print_answer(saved)
        return
    print_sentence(sentences.SAVED(devices=saved.devices))
    words = sentences.SHEETS_OPEN_IT if saved.sheets else sentences.NO_SHEET_OPENS_IT
    print_sentence(words())
