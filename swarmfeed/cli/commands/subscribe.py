"""``swarmfeed subscribe``: what a person wants to be told of, whoever writes it."""

import click

from swarmfeed.cli.commands.posts import page_options
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_line, print_posts, print_sentence
from swarmfeed.cli.whom import Name, find
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.listening import (
    Listening,
    Subscribe,
    Subscriptions,
    Unsubscribe,
    WhatIsListenedTo,
)
from swarmfeed.core.base.address import format_link
from swarmfeed.core.push import sentences
from swarmfeed.desk import Answerer

what_argument = click.argument(
    "what", metavar='#TAG|WORDS|"PHRASE"|WHO', nargs=-1, required=True
)


@click.group()
def subscribe() -> None:
    """Be told of new posts of anybody: with a tag, with words, or by one person.

    What you listen to is a search. Supernodes bring what meets it while your node runs. Of
    tags and people they learn which; of words only what they can guess.
    """


@subscribe.command("add")
@what_argument
@json_option
@pass_context
def subscribe_add(context: Context, what: tuple[str, ...], as_json: bool) -> None:
    """Listen to something from now on.

    A #tag and a "phrase" stand in quotes, or the shell takes them: '#rust', '"cold brew"'.
    WHO is a link, an address, or @NAME of somebody known here.
    """
    with context.open() as desk:
        wanted = _meant(desk, what)
        found = desk.ask(Subscribe(what=wanted))
    _print_change(found, as_json, sentences.LISTENS_TO(what=wanted))


@subscribe.command("remove")
@what_argument
@json_option
@pass_context
def subscribe_remove(context: Context, what: tuple[str, ...], as_json: bool) -> None:
    """Listen to something no longer."""
    with context.open() as desk:
        wanted = _meant(desk, what)
        found = desk.ask(Unsubscribe(what=wanted))
    _print_change(found, as_json, sentences.LISTENS_NO_MORE(what=wanted))


@subscribe.command("list")
@json_option
@pass_context
def subscribe_list(context: Context, as_json: bool) -> None:
    """Print what you listen to."""
    with context.open() as desk:
        found = desk.ask(WhatIsListenedTo())
    if as_json:
        print_answer(found)
        return
    for each in found.what:
        print_line(each)
    print_sentence(_told(found))


@subscribe.command("read")
@click.argument("what", metavar="[WHAT]", nargs=-1)
@page_options
@json_option
@pass_context
def subscribe_read(
    context: Context, what: tuple[str, ...], limit: int, before: Cursor | None, as_json: bool
) -> None:
    """Print what was heard of it, newest first; of WHAT alone, if you name it."""
    with context.open() as desk:
        wanted = _meant(desk, what) if what else ""
        found = desk.ask(Listening(what=wanted, limit=limit, before=before))
    if as_json:
        print_answer(found)
        return
    print_posts(found.posts, now_ms=context.doors.now_ms(), empty=sentences.NOTHING_HEARD())


def _meant(desk: Answerer, what: tuple[str, ...]) -> str:
    """What was typed, and of a name the link of whom it means."""
    typed = " ".join(what)
    if typed.startswith("@") and len(what) == 1:
        return format_link(find(desk, Name(typed[1:])))
    return typed


def _told(found: Subscriptions) -> str:
    return sentences.who_is_told(len(found.what), found.parents, serves=found.serves)


def _print_change(found: Subscriptions, as_json: bool, sentence: str) -> None:
    if as_json:
        print_answer(found)
        return
    print_sentence(sentence)
    print_sentence(_told(found))
