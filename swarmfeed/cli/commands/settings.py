"""``swarmfeed settings``: how the node is run, and choosing something else."""

from collections.abc import Sequence

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_json, print_sentence, print_table
from swarmfeed.core.asks import settings_sentences as sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.starting import ChooseSettings, Chosen, HowItWasStarted, StartOption
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings


def make_settings(others: Sequence[type]) -> click.Command:
    """``settings``, with those that roles bring."""

    @click.command()
    @click.argument("name", required=False)
    @click.argument("value", required=False)
    @click.option("--default", "forget", is_flag=True, help="Choose nothing for NAME any more.")
    @json_option
    @pass_context
    def settings(
        context: Context, name: str | None, value: str | None, forget: bool, as_json: bool
    ) -> None:
        """Print how the node is run, or choose something else: disk, limits, proxy.

        NAME is that of an option of `swarmfeed run`, such as disk; a switch is on or off. It is
        kept for the next starts, and a running node changes at once what it can.
        """
        if forget and (name is None or value is not None):
            raise click.UsageError(sentences.DEFAULT_OF_WHAT())
        typed = "" if forget else value
        with context.open(_settings_of_all(others)) as desk:
            options = _look(desk, name) if typed is None else _choose(desk, name or "", typed)
        if as_json:
            print_json([to_json(each) for each in options])
        else:
            _print(options, changed=typed is not None)

    return settings


def _settings_of_all(others: Sequence[type]) -> NodeSettings:
    return NodeSettings(network=False, others=tuple(kind() for kind in others))


def _look(desk: Answerer, name: str | None) -> Sequence[StartOption]:
    options = desk.ask(HowItWasStarted()).options
    return options if name is None else (_named(options, name),)


def _choose(desk: Answerer, name: str, typed: str) -> Sequence[StartOption]:
    flag = _named(desk.ask(HowItWasStarted()).options, name).flag
    found = desk.ask(ChooseSettings(settings=(Chosen(flag=flag, value=typed),))).options
    return (_named(found, name),)


def _named(options: Sequence[StartOption], name: str) -> StartOption:
    """The one that is called so.  UserError: none is."""
    for option in options:
        if name.removeprefix("--") == _name(option):
            return option
    raise UserError(sentences.NO_SUCH(flag=name))


def _name(option: StartOption) -> str:
    return option.flag.partition("/")[0].removeprefix("--")


def _print(options: Sequence[StartOption], *, changed: bool) -> None:
    rows = [(_name(each), each.value or "-", each.kept or "-", _when(each)) for each in options]
    print_table(("setting", "now", "kept", "changes"), rows)
    if changed and options[0].told:
        print_sentence(sentences.TOLD_AT_START())


def _when(option: StartOption) -> str:
    if not option.chosen:
        return "said at each start"
    return "at the next start" if option.restart else "at once"
