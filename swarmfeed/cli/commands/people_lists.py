"""``swarmfeed lists``: lists of people, each with a timeline of its own."""

from collections.abc import Callable

import click

from swarmfeed.cli.commands.posts import page_options
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    print_answer,
    print_json,
    print_line,
    print_posts,
    print_sentence,
)
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    ListTimeline,
    PeopleLists,
    RemoveList,
    RenameList,
    ShowLists,
    TakeFromList,
)
from swarmfeed.core.base.address import format_author, format_link
from swarmfeed.desk import Answerer

list_argument = click.argument("called", metavar="LIST")
who_argument = click.argument("who", type=WhomParam())


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def lists(ctx: click.Context, as_json: bool) -> None:
    """Print your lists of people, and who is in them.

    Each has a timeline of its own; who is in one need not be followed. WHO is a link, an
    address, or a name that is known here. Nobody hears of your lists.
    """
    if ctx.invoked_subcommand is None:
        _do(ctx.ensure_object(Context), lambda _: ShowLists(), as_json)


@lists.command("create")
@click.argument("name")
@json_option
@pass_context
def create(context: Context, name: str, as_json: bool) -> None:
    """Make a list with nobody in it."""
    _do(context, lambda _: CreateList(called=name), as_json)


@lists.command("rename")
@list_argument
@click.argument("name")
@json_option
@pass_context
def rename(context: Context, called: str, name: str, as_json: bool) -> None:
    """Call a list otherwise."""
    _do(context, lambda _: RenameList(called=called, to=name), as_json)


@lists.command("delete")
@list_argument
@json_option
@pass_context
def delete(context: Context, called: str, as_json: bool) -> None:
    """Take a list away; whom you follow stays followed."""
    _do(context, lambda _: RemoveList(called=called), as_json)


@lists.command("add")
@list_argument
@who_argument
@json_option
@pass_context
def add(context: Context, called: str, who: Whom, as_json: bool) -> None:
    """Put somebody into a list."""
    _do(context, lambda desk: AddToList(called=called, who=_link(desk, who)), as_json)


@lists.command("remove")
@list_argument
@who_argument
@json_option
@pass_context
def remove(context: Context, called: str, who: Whom, as_json: bool) -> None:
    """Take somebody out of a list."""
    _do(context, lambda desk: TakeFromList(called=called, who=_link(desk, who)), as_json)


@lists.command("read")
@list_argument
@page_options
@json_option
@pass_context
def read(
    context: Context, called: str, limit: int, before: Cursor | None, as_json: bool
) -> None:
    """Print what those in a list wrote, newest first."""
    with context.open() as desk:
        found = desk.ask(ListTimeline(called=called, limit=limit, before=before)).posts
    if as_json:
        print_json([to_json(each) for each in found])
        return
    now_ms = context.doors.now_ms()
    print_posts(found, now_ms=now_ms, empty=sentences.LIST_QUIET())


def _link(desk: Answerer, who: Whom) -> str:
    return format_link(find(desk, who))


def _do(context: Context, wish: Callable[[Answerer], Ask[PeopleLists]], as_json: bool) -> None:
    with context.open() as desk:
        found = desk.ask(wish(desk))
    if as_json:
        print_answer(found)
        return
    for each in found.lists:
        print_line(each.called)
        for author in each.people:
            print_line(f"  {format_author(author.author_id)}  {author.name}".rstrip())
    if not found.lists:
        print_sentence(sentences.NO_LISTS())
