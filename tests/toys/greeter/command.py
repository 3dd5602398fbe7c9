"""``greet TEXT``: say something to every greeter."""

import click
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_sentence

from tests.toys.greeter import sentences
from tests.toys.greeter.asks import Greet


@click.command()
@click.argument("text")
@json_option
@pass_context
def greet(context: Context, text: str, as_json: bool) -> None:
    """Say TEXT to every greeter that is linked."""
    with context.open() as desk:
        greeted = desk.ask(Greet(text=text))
    if as_json:
        print_answer(greeted)
    else:
        print_sentence(sentences.HEARD(nodes=greeted.nodes))
