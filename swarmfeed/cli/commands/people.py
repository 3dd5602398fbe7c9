"""``swarmfeed whoami``, ``follow`` and ``unfollow``: who one is, and whom one reads."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_facts, print_json, print_sentence
from swarmfeed.cli.params import LinkParam
from swarmfeed.core.asks.views import AuthorView
from swarmfeed.core.asks.views_json import author_json, whoami_json
from swarmfeed.core.base.address import Link, format_address, format_link


@click.command()
@json_option
@pass_context
def whoami(context: Context, as_json: bool) -> None:
    """Print who you are here, and the link to give to others."""
    with context.open() as node:
        me = node.whoami()
    if as_json:
        print_json(whoami_json(me))
        return
    print_facts(
        [
            ("name", me.name),
            ("author", format_address(me.author_id)),
            ("link", me.link),
            ("node", format_address(me.node_id)),
        ]
    )


@click.command()
@click.argument("link", type=LinkParam())
@json_option
@pass_context
def follow(context: Context, link: Link, as_json: bool) -> None:
    """Follow the author of LINK (or ADDRESS) from now on.

    Everybody can see whom you follow: it is an entry of your feed.
    """
    with context.open() as node:
        author = node.follow(format_link(link))
    _print_author(author, as_json, f"You follow {_name(author)} now.")


@click.command()
@click.argument("link", type=LinkParam())
@json_option
@pass_context
def unfollow(context: Context, link: Link, as_json: bool) -> None:
    """Follow the author of LINK (or ADDRESS) no longer."""
    with context.open() as node:
        author = node.unfollow(format_link(link))
    _print_author(author, as_json, f"You no longer follow {_name(author)}.")


def _print_author(author: AuthorView, as_json: bool, sentence: str) -> None:
    if as_json:
        print_json(author_json(author))
    else:
        print_sentence(sentence)


def _name(author: AuthorView) -> str:
    return author.name or format_address(author.author_id)
