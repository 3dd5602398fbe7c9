"""``swarmfeed alarms``: what others did in one's name, and what to do about it."""

from collections.abc import Sequence

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import format_age, print_answer, print_line, print_sentence
from swarmfeed.core.asks import alarm_sentences as sentences
from swarmfeed.core.asks.alarms import AlarmView, ThatWasMe, WhatIsAlarming

NUMBER_CHARS = 8
"""Of an alarm's id, as it is printed and taken."""


@click.command()
@click.option("--mine", metavar="NUMBER", help="Say of one of them that it was you.")
@json_option
@pass_context
def alarms(context: Context, mine: str | None, as_json: bool) -> None:
    """Print what others did in your name, and what to do.

    A device of yours that was added elsewhere is among them until you say that it is yours.
    """
    with context.open(alarms=False) as desk:
        found = desk.ask(WhatIsAlarming() if mine is None else ThatWasMe(alarm=mine))
    if as_json:
        print_answer(found)
        return
    if mine is not None:
        print_sentence(sentences.NOTED())
    _print(found.alarms, context.doors.now_ms())


def _print(found: Sequence[AlarmView], now_ms: int) -> None:
    if not found:
        print_sentence(sentences.ALL_IS_WELL())
    for number, alarm in enumerate(found):
        if number:
            print_line("")
        source = sentences.SEEN_FROM(source=alarm.source) if alarm.source else ""
        age = format_age(alarm.seen_ms, now_ms)
        print_sentence(" ".join([alarm.sentence, f"({age})", source]).rstrip())
        print_sentence(alarm.advice)
        print_sentence(sentences.THAT_WAS_ME(alarm=alarm.id[:NUMBER_CHARS]))
