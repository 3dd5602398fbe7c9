"""``swarmfeed profile``, ``pin`` and ``unpin``: how one is shown to others."""

from collections.abc import Iterable
from pathlib import Path

import click

from swarmfeed.cli.commands.media import hand_over
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    print_answer,
    print_done,
    print_facts,
    print_posts,
    print_sentence,
)
from swarmfeed.cli.params import TextParam
from swarmfeed.core.asks import profile_sentences as sentences
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.people import AboutAuthor, AuthorView, WhoAreYou
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.profile import (
    ChangeProfile,
    Pin,
    Unpin,
    WhatIsPinned,
    clean_bio,
    clean_fields,
    clean_name,
)
from swarmfeed.core.base.texts import format_size
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError


@click.command()
@click.option("--name", type=TextParam(), help="What others call you from now on.")
@click.option("--bio", type=TextParam(), help='What they read below it; "" for nothing.')
@click.option("--picture", metavar="FILE", help='Shown beside your name; "" for none.')
@click.option("--banner", metavar="FILE", help='Shown wide above your page; "" for none.')
@click.option(
    "--field",
    "fields",
    type=(TextParam(), TextParam()),
    metavar="LABEL TEXT",
    multiple=True,
    help="A detail, such as a website; those given are all there are.",
)
@click.option("--no-fields", is_flag=True, help="Tell no details any more.")
@json_option
@pass_context
def profile(
    context: Context,
    name: str | None,
    bio: str | None,
    picture: str | None,
    banner: str | None,
    fields: tuple[tuple[str, str], ...],
    no_fields: bool,
    as_json: bool,
) -> None:
    """Print how others see you, or change it.

    Without options nothing is changed. Everybody can read it.
    """
    # Before a node is looked for: what cannot be published needs none.
    called = None if name is None else clean_name(name)
    told = None if bio is None else clean_bio(bio)
    pairs = _pairs(fields, none=no_fields)
    with context.open() as desk:
        before = desk.ask(AboutAuthor(author=desk.ask(WhoAreYou()).author_id))
        if (called, told, picture, banner, pairs) == (None,) * 5:
            pinned = desk.ask(WhatIsPinned(author=before.author_id)).posts
            _print_profile(context, before, pinned, as_json)
            return
        avatar, above = (_handed_over(desk, each) for each in (picture, banner))
        after = desk.ask(
            ChangeProfile(called=called, bio=told, avatar=avatar, banner=above, fields=pairs)
        )
    print_done(after, as_json, sentences.what_changed(before, after))


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


def _pairs(typed: Iterable[tuple[str, str]], *, none: bool) -> tuple[ProfileField, ...] | None:
    """The details that are given, none of them, or None where they stay as they were."""
    fields = clean_fields(ProfileField(label, text) for label, text in typed)
    if fields and none:
        raise UserError(sentences.FIELDS_OR_NONE())
    return fields if fields or none else None


def _handed_over(desk: Answerer, file: str | None) -> Attached | None:
    """A picture for the profile; of no name none, and None where it stays as it was."""
    if not file:
        return None if file is None else Attached(upload="")
    return hand_over(desk, Path(file), "")


def _print_profile(
    context: Context, author: AuthorView, pinned: tuple[PostView, ...], as_json: bool
) -> None:
    if as_json:
        print_answer(author)
        return
    shown = [author.avatar, author.banner]
    sizes = [format_size(each.size_bytes, tenths_below=10) if each else "" for each in shown]
    print_facts(
        [
            ("name", author.name),
            ("bio", author.bio.replace("\n", " / ")),
            *(
                (each.label.replace("\n", " "), each.text.replace("\n", " "))
                for each in author.fields
            ),
            *(
                (told, size)
                for told, size in zip(("picture", "banner"), sizes, strict=True)
                if size
            ),
        ]
    )
    for post in pinned:
        _print_post(context, post, sentences.PINNED_POST(), as_json)


def _print_post(context: Context, post: PostView, sentence: str, as_json: bool) -> None:
    if as_json:
        print_answer(post)
        return
    print_sentence(sentence)
    print_posts([post], now_ms=context.doors.now_ms(), empty="")
