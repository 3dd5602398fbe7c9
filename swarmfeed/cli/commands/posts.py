"""``swarmfeed post``, ``timeline``, ``show`` and ``search``: writing and reading."""

import sys
from collections.abc import Sequence

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option, page_options
from swarmfeed.cli.output import print_json, print_posts
from swarmfeed.cli.params import LinkParam
from swarmfeed.core.asks.views import Cursor, PostView
from swarmfeed.core.asks.views_json import post_json
from swarmfeed.core.base.address import Link
from swarmfeed.core.base.limits import TEXT_BYTES_MAX
from swarmfeed.errors import UserError


@click.command()
@click.argument("text")
@click.option(
    "--reply-to", metavar="REF", help="The post this answers: FEED/INDEX, or its hash."
)
@json_option
@pass_context
def post(context: Context, text: str, reply_to: str | None, as_json: bool) -> None:
    """Sign TEXT and publish it; - reads it from standard input.

    A post cannot be taken back: whoever has fetched it has it.
    """
    if text == "-":
        text = _read_text()
    with context.open() as node:
        parent = None if reply_to is None else node.post(reply_to).ref
        published = node.publish_post(text, parent)
    if as_json:
        print_json(post_json(published))
    else:
        print_posts([published], now_ms=context.doors.now_ms(), empty="")


@click.command()
@page_options
@json_option
@pass_context
def timeline(context: Context, limit: int, before: Cursor | None, as_json: bool) -> None:
    """Print what you and those you follow wrote, newest first."""
    with context.open() as node:
        found = node.home(limit, before)
    _print_posts(context, found, as_json, "Nothing here yet: follow somebody, or write.")


@click.command()
@click.argument("address", type=LinkParam())
@page_options
@json_option
@pass_context
def show(
    context: Context, address: Link, limit: int, before: Cursor | None, as_json: bool
) -> None:
    """Print the posts of one author, newest first.

    ADDRESS may be a link.
    """
    with context.open() as node:
        found = node.author_posts(address.author_id, limit, before)
    _print_posts(context, found, as_json, "No posts of this author are held here.")


@click.command()
@click.argument("words", nargs=-1, required=True)
@page_options
@json_option
@pass_context
def search(
    context: Context, words: tuple[str, ...], limit: int, before: Cursor | None, as_json: bool
) -> None:
    """Find posts held here that have all WORDS in them.

    "a phrase", -without and from:NAME work; put -- before a WORD that starts with a dash.
    """
    with context.open() as node:
        found = node.search(" ".join(words), limit, before)
    _print_posts(context, found, as_json, "Nothing found in what is held here.")


def _print_posts(
    context: Context, posts: Sequence[PostView], as_json: bool, empty: str
) -> None:
    if as_json:
        print_json([post_json(found) for found in posts])
    else:
        print_posts(posts, now_ms=context.doors.now_ms(), empty=empty)


def _read_text() -> str:
    try:
        # One character is at least a byte: more can never fit.
        text = sys.stdin.read(TEXT_BYTES_MAX + 2)
    except UnicodeDecodeError as error:
        raise UserError("the text is not UTF-8") from error
    return text.removesuffix("\n")
