"""``swarmfeed bookmarks``: posts to be found again."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_done, print_posts, print_sentence
from swarmfeed.cli.params import TextParam
from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.bookmarks import AddBookmark, Bookmarks, RemoveBookmark
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.limits import PAGE_POSTS, PAGE_POSTS_MAX


@click.group(invoke_without_command=True)
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_POSTS_MAX),
    default=PAGE_POSTS,
    show_default=True,
    help="How many at most.",
)
@click.option("--start", type=click.IntRange(0), default=0, help="Leave so many out.")
@json_option
@click.pass_context
def bookmarks(ctx: click.Context, limit: int, start: int, as_json: bool) -> None:
    """Print the posts that you keep to find them again, the last one first.

    Nobody hears of it: they are kept sealed, and your other devices have them, too. POST is a
    number, FEED/INDEX or a hash.
    """
    if ctx.invoked_subcommand is not None:
        return
    context = ctx.ensure_object(Context)
    with context.open() as desk:
        found = desk.ask(Bookmarks(limit=limit, start=start))
    if as_json:
        print_answer(found)
        return
    empty = sentences.NO_BOOKMARKS()
    print_posts(found.posts, now_ms=context.doors.now_ms(), empty=empty)
    if found.missing:
        print_sentence(sentences.BOOKMARKS_MISSING(missing=found.missing))


@bookmarks.command("add")
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def add(context: Context, ref: str, as_json: bool) -> None:
    """Keep a post."""
    _do(context, AddBookmark(ref=ref), sentences.BOOKMARKED(), as_json)


@bookmarks.command("remove")
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def remove(context: Context, ref: str, as_json: bool) -> None:
    """Keep a post no longer."""
    _do(context, RemoveBookmark(ref=ref), sentences.UNBOOKMARKED(), as_json)


def _do(context: Context, wish: Ask[PostView], sentence: str, as_json: bool) -> None:
    with context.open() as desk:
        post = desk.ask(wish)
    print_done(post, as_json, sentence)
