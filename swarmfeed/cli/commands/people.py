"""``swarmfeed whoami``, ``follow`` and ``unfollow``: who one is, and whom one reads."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_facts, print_sentence
from swarmfeed.cli.params import WhomParam
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.alarm_sentences import TWO_SUCCESSORS
from swarmfeed.core.asks.people import (
    AboutAuthor,
    AuthorView,
    Follow,
    LookAt,
    Unfollow,
    WhoAreYou,
)
from swarmfeed.core.base.address import Link, format_address, format_author, format_link
from swarmfeed.errors import UserError


@click.command()
@json_option
@pass_context
def whoami(context: Context, as_json: bool) -> None:
    """Print who you are here, and the link to give to others."""
    with context.open() as desk:
        me = desk.ask(WhoAreYou())
    if as_json:
        print_answer(me)
        return
    print_facts(
        [
            ("name", me.name),
            ("author", format_author(me.author_id)),
            ("link", me.link),
            ("node", format_address(me.node_id)),
            ("verifier", me.verifier_key),
        ]
    )


@click.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def follow(context: Context, whom: Whom, as_json: bool) -> None:
    """Follow somebody from now on.

    WHOM is a link, an address, or a name that is known here. Everybody can see whom you
    follow: it is an entry of your feed.
    """
    with context.open() as desk:
        link = find(desk, whom)
        _, *warnings = desk.ask(LookAt(who=format_link(link))).sentences
        for warning in () if as_json else warnings:
            print_sentence(warning)
        author = desk.ask(Follow(who=format_link(link)))
    # Of somebody new nothing is here yet: then the link says what they are called.
    _print_author(author, as_json, sentences.FOLLOWED(name=_name(author, link)))


@click.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def unfollow(context: Context, whom: Whom, as_json: bool) -> None:
    """Follow somebody no longer.

    WHOM is a link, an address, or a name.
    """
    with context.open() as desk:
        link = find(desk, whom)
        before = desk.ask(AboutAuthor(author=link.author_id))
        if not before.followed:
            raise UserError(sentences.NOT_FOLLOWED(name=_name(before, link)))
        author = desk.ask(Unfollow(who=format_link(link)))
    _print_author(author, as_json, sentences.UNFOLLOWED(name=_name(author, link)))


def _print_author(author: AuthorView, as_json: bool, sentence: str) -> None:
    if as_json:
        print_answer(author)
        return
    print_sentence(sentence)
    if author.disputed:
        print_sentence(TWO_SUCCESSORS(name=author.name or format_author(author.author_id)))


def _name(author: AuthorView, link: Link) -> str:
    return author.name or link.name or format_author(author.author_id)
