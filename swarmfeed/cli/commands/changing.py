"""``swarmfeed withdraw`` and ``edit``: posts that were published already."""

import click

from swarmfeed.cli.asking import require_terminal, require_yes
from swarmfeed.cli.commands.posts import read_post
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    format_age,
    print_answer,
    print_post,
    print_posts,
    print_sentence,
    print_text,
)
from swarmfeed.cli.params import TextParam
from swarmfeed.cli.removals import print_removal, print_where_to_ask
from swarmfeed.core.asks import withdrawal_sentences
from swarmfeed.core.asks.posts import ShowPost, ref_text
from swarmfeed.core.asks.withdrawing import Edit, HistoryOfPost, HowFarRemoved, Withdraw


@click.command()
@click.argument("ref", metavar="REF", type=TextParam())
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_context
def withdraw(context: Context, ref: str, yes: bool, as_json: bool) -> None:
    """Take a post of yours back.

    REF is its number, FEED/INDEX or its hash. It is hidden at once, and every holder is asked
    to delete it. Those who follow the rules do; who copied it may keep it. Replies to it stay.
    """
    question = withdrawal_sentences.WITHDRAW_THIS()
    with context.open() as desk:
        if not yes:
            require_terminal(question)
            post = desk.ask(ShowPost(ref=ref)).post
            print_post(post, now_ms=context.doors.now_ms(), whole=True)
            print_sentence(withdrawal_sentences.WHAT_IT_DOES())
            print_sentence(withdrawal_sentences.WHAT_MAY_STAY())
            require_yes(question)
        removal = desk.ask(Withdraw(ref=ref))
    print_removal(removal, as_json=as_json)
    if not as_json:
        print_where_to_ask(removal)


@click.command()
@click.argument("ref", metavar="REF", type=TextParam())
@json_option
@pass_context
def versions(context: Context, ref: str, as_json: bool) -> None:
    """Print what a post said, and what it said before it was edited, oldest first.

    REF is its number, FEED/INDEX or its hash.
    """
    with context.open() as desk:
        found = desk.ask(HistoryOfPost(ref=ref))
    if as_json:
        print_answer(found)
        return
    now_ms = context.doors.now_ms()
    for each in found.versions:
        print_text(format_age(each.time_ms, now_ms), each.text, each.cw)
    if len(found.versions) < 2:
        print_sentence(withdrawal_sentences.NO_EARLIER_TEXT())


@click.command()
@click.argument("ref", metavar="REF", type=TextParam())
@click.argument("text", type=TextParam())
@click.option("--remove-old", is_flag=True, help="Withdraw what it said before.")
@json_option
@pass_context
def edit(context: Context, ref: str, text: str, remove_old: bool, as_json: bool) -> None:
    """Give a post of yours another text; - reads it from standard input.

    REF is its number, FEED/INDEX or its hash. What it said before can be read as its history,
    unless you remove it; who copied it may keep it.
    """
    text = read_post(text)
    with context.open() as desk:
        post = desk.ask(Edit(ref=ref, text=text, remove_old=remove_old))
        removal = desk.ask(HowFarRemoved(ref=ref_text(post.ref))) if remove_old else None
    if as_json:
        print_answer(post)
        return
    print_posts([post], now_ms=context.doors.now_ms(), empty="")
    if removal is None:
        print_sentence(withdrawal_sentences.OLD_TEXT_STAYS())
        return
    print_sentence(withdrawal_sentences.OLD_TEXT_GONE())
    print_sentence(withdrawal_sentences.how_far(removal))
    print_where_to_ask(removal)
