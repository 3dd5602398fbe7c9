"""``swarmfeed like``, ``boost`` and how they are taken back."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    print_answer,
    print_line,
    print_posts,
    print_sentence,
)
from swarmfeed.cli.params import TextParam
from swarmfeed.core.asks import reaction_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import PostView, ref_text
from swarmfeed.core.asks.reactions import (
    Boost,
    Like,
    OwnReaction,
    ReactionsLeft,
    TakeBack,
    Unboost,
    Unlike,
)


@click.command()
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def like(context: Context, ref: str, as_json: bool) -> None:
    """Like a post; everybody who can read it can see that.

    POST is its number, FEED/INDEX or its hash.
    """
    _do(context, Like(ref=ref), sentences.LIKED(), as_json)


@click.command()
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def unlike(context: Context, ref: str, as_json: bool) -> None:
    """Like a post no longer."""
    _do(context, Unlike(ref=ref), sentences.UNLIKED(), as_json)


@click.command()
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def boost(context: Context, ref: str, as_json: bool) -> None:
    """Show a post to those who follow you.

    POST is its number, FEED/INDEX or its hash. It stands in their timelines once, by the newest
    boost.
    """
    _do(context, Boost(ref=ref), sentences.BOOSTED(), as_json)


@click.command()
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def unboost(context: Context, ref: str, as_json: bool) -> None:
    """Take a boost back."""
    _do(context, Unboost(ref=ref), sentences.UNBOOSTED(), as_json)


@click.command("take-back")
@click.argument("ref", metavar="[POST]", required=False, type=TextParam())
@click.option("--start", type=click.IntRange(0), default=0, help="Leave so many out.")
@json_option
@pass_context
def take_back(context: Context, ref: str | None, start: int, as_json: bool) -> None:
    """Take back that you like or boosted a post, also one that cannot be read here.

    POST is the number it had, or FEED/INDEX. Without POST: prints what you like and boosted of
    all that is withdrawn or not here.
    """
    with context.open() as desk:
        found = desk.ask(TakeBack(ref=ref) if ref else ReactionsLeft(start=start))
    if as_json:
        print_answer(found)
        return
    for each in found.reactions:
        print_line(_named(each))
    if ref:
        print_sentence(sentences.TAKEN_BACK())
    elif not found.reactions:
        print_sentence(sentences.NOTHING_OF_GONE())


def _named(said: OwnReaction) -> str:
    whose = " ".join(said.author_name.split()) or sentences.NAMELESS()
    return f"{ref_text(said.ref)}  {whose}  {sentences.what_you_said(said)}"


def _do(context: Context, wish: Ask[PostView], sentence: str, as_json: bool) -> None:
    with context.open() as desk:
        post = desk.ask(wish)
    if as_json:
        print_answer(post)
        return
    print_sentence(sentence)
    print_posts([post], now_ms=context.doors.now_ms(), empty="")
