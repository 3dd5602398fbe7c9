"""``swarmfeed profile``, ``pin`` and ``unpin``: how one is shown to others."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_facts, print_posts, print_sentence
from swarmfeed.cli.params import TextParam
from swarmfeed.core.asks import profile_sentences as sentences
from swarmfeed.core.asks.people import AboutAuthor, AuthorView, WhoAreYou
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.profile import (
    ChangeProfile,
    Pin,
    Unpin,
    WhatIsPinned,
    clean_bio,
    clean_name,
)


@click.command()
@click.option("--name", type=TextParam(), help="What others call you from now on.")
@click.option("--bio", type=TextParam(), help='What they read below it; "" for nothing.')
@json_option
@pass_context
def profile(context: Context, name: str | None, bio: str | None, as_json: bool) -> None:
    """Print how others see you, or change it.

    Without options nothing is changed. Everybody can read it.
    """
    # Before a node is looked for: what cannot be published needs none.
    called = None if name is None else clean_name(name)
    told = None if bio is None else clean_bio(bio)
    with context.open() as desk:
        before = desk.ask(AboutAuthor(author=desk.ask(WhoAreYou()).author_id))
        if called is None and told is None:
            pinned = desk.ask(WhatIsPinned(author=before.author_id)).posts
            _print_profile(context, before, pinned, as_json)
            return
        after = desk.ask(ChangeProfile(called=called, bio=told))
    if as_json:
        print_answer(after)
    else:
        print_sentence(sentences.what_changed(before, after))


@click.command()
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def pin(context: Context, ref: str, as_json: bool) -> None:
    """Show a post of yours above your others.

    POST is its number, FEED/INDEX or its hash. One post is pinned at a time.
    """
    with context.open() as desk:
        post = desk.ask(Pin(ref=ref))
    _print_post(context, post, sentences.PINNED(), as_json)


@click.command()
@json_option
@pass_context
def unpin(context: Context, as_json: bool) -> None:
    """Show no post above your others any more."""
    with context.open() as desk:
        post = desk.ask(Unpin())
    _print_post(context, post, sentences.UNPINNED(), as_json)


def _print_profile(
    context: Context, author: AuthorView, pinned: tuple[PostView, ...], as_json: bool
) -> None:
    if as_json:
        print_answer(author)
        return
    print_facts([("name", author.name), ("bio", author.bio.replace("\n", " / "))])
    for post in pinned:
        _print_post(context, post, sentences.PINNED_POST(), as_json)


def _print_post(context: Context, post: PostView, sentence: str, as_json: bool) -> None:
    if as_json:
        print_answer(post)
        return
    print_sentence(sentence)
    print_posts([post], now_ms=context.doors.now_ms(), empty="")
