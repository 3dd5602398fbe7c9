"""``swarmfeed block``, ``unblock`` and ``filters``: what is neither shown nor taken."""

from typing import BinaryIO

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    format_date,
    print_answer,
    print_done,
    print_line,
    print_sentence,
)
from swarmfeed.cli.params import WhomParam, read_source
from swarmfeed.cli.whom import Whom, find, name_of
from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.blocking import Block, BlockAll, Blocked, Unblock, WhoIsBlocked
from swarmfeed.core.asks.filters import (
    ListFilters,
    RemoveFilter,
    SetFilter,
    WordFilters,
)
from swarmfeed.core.asks.limits import FILTER_DAYS_MAX, FOLLOWED_BYTES_MAX
from swarmfeed.core.asks.people import AboutAuthor, people_in
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.errors import UserError


@click.command()
@click.argument("whom", type=WhomParam(), required=False)
@click.option("--file", "source", type=click.File("rb"), help="Block all in it, one a line.")
@json_option
@pass_context
def block(context: Context, whom: Whom | None, source: BinaryIO | None, as_json: bool) -> None:
    """Show nothing of somebody, and take nothing from them.

    WHOM is a link, an address, or a name that is known here; without it, whom you blocked is
    printed, one a line, as --file takes it: such a list can be shared.

    Of who is muted nothing is in your timeline. Of who is blocked nothing is shown anywhere but
    on their own page, you follow them no longer, and no notice, message or request of theirs
    reaches you. Nobody hears of it, and what you post for everybody they can still read.
    """
    if source is not None:
        _block_all(context, source, as_json)
        return
    with context.open() as desk:
        if whom is None:
            _print_blocked(desk.ask(WhoIsBlocked()), as_json)
            return
        link = find(desk, whom)
        author = desk.ask(Block(who=format_link(link)))
    print_done(author, as_json, sentences.BLOCKED(name=name_of(author, link)))


@click.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def unblock(context: Context, whom: Whom, as_json: bool) -> None:
    """Show somebody again, and take what they send.

    WHOM is a link, an address, or a name.
    """
    with context.open() as desk:
        link = find(desk, whom)
        before = desk.ask(AboutAuthor(author=link.author_id))
        if not before.blocked:
            raise UserError(sentences.NOT_BLOCKED(name=name_of(before, link)))
        author = desk.ask(Unblock(who=format_link(link)))
    print_done(author, as_json, sentences.UNBLOCKED(name=name_of(author, link)))


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def filters(ctx: click.Context, as_json: bool) -> None:
    """Print which words you do not want to read, and until when.

    Posts with them are left out of your timeline, lists, notices and searches, or covered. Who
    opens a post, or somebody's page, sees it. Nobody hears of it.
    """
    if ctx.invoked_subcommand is None:
        context = ctx.ensure_object(Context)
        with context.open() as desk:
            _print_filters(desk.ask(ListFilters()), as_json)


@filters.command("add")
@click.argument("words")
@click.option("--warn", is_flag=True, help="Cover such posts; else they are left out.")
@click.option(
    "--days",
    type=click.IntRange(0, FILTER_DAYS_MAX),
    default=0,
    help="It ends after so many; 0: never.",
)
@json_option
@pass_context
def add(context: Context, words: str, warn: bool, days: int, as_json: bool) -> None:
    """Filter a word, or words side by side; case and accents make no difference."""
    with context.open() as desk:
        kept = desk.ask(SetFilter(words=words, hides=not warn, days=days))
        _print_filters(kept, as_json)


@filters.command("remove")
@click.argument("words")
@json_option
@pass_context
def remove(context: Context, words: str, as_json: bool) -> None:
    """Filter them no longer."""
    with context.open() as desk:
        _print_filters(desk.ask(RemoveFilter(words=words)), as_json)


def _block_all(context: Context, source: BinaryIO, as_json: bool) -> None:
    who = tuple(people_in(read_source(source, FOLLOWED_BYTES_MAX, sentences.THE_LIST())))
    with context.open() as desk:
        done = desk.ask(BlockAll(who=who))
    if as_json:
        print_answer(done)
        return
    print_sentence(sentences.MANY_BLOCKED(blocked=done.blocked, already=done.already))
    for each in done.passed:
        print_line(f"{each.who}: {each.reason}")


def _print_filters(kept: WordFilters, as_json: bool) -> None:
    if as_json:
        print_answer(kept)
        return
    for each in kept.filters:
        until = f"until {format_date(each.until_ms)}" if each.until_ms else "always"
        print_line(f"{'hide' if each.hides else 'warn'}  {until}  {each.words}")
    if not kept.filters:
        print_sentence(sentences.NO_FILTERS())


def _print_blocked(blocked: Blocked, as_json: bool) -> None:
    if as_json:
        print_answer(blocked)
        return
    for author in blocked.authors:
        print_line(format_link(Link(author.author_id, author.name)))
    if not blocked.authors:
        print_sentence(sentences.NOBODY_BLOCKED())
