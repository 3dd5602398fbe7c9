"""``swarmfeed webfeeds``: sites of the web, followed by URL."""

from pathlib import Path
from typing import BinaryIO

import click

from swarmfeed.cli.commands.exports import write_new
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    format_age,
    print_answer,
    print_done,
    print_json,
    print_line,
    print_sentence,
    print_text,
)
from swarmfeed.cli.params import TextParam, read_source
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.webfeeds import (
    Articles,
    ArticleView,
    FollowWebFeed,
    GiveOpml,
    LookAtWebFeeds,
    TakeOpml,
    UnfollowWebFeed,
    WebFeedList,
    WebFeeds,
    WebFeedView,
)
from swarmfeed.core.base.limits import PAGE_POSTS, PAGE_POSTS_MAX
from swarmfeed.core.base.texts import joined
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.limits import OPML_BYTES_MAX

url_argument = click.argument("url", type=TextParam())


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def webfeeds(ctx: click.Context, as_json: bool) -> None:
    """Print the sites of the web that you follow.

    What they tell is signed by nobody. It is kept apart from all posts: it is in no timeline,
    nobody else gets it from you, and nobody hears that you read it but the sites themselves.
    """
    if ctx.invoked_subcommand is None:
        _do(ctx.ensure_object(Context), WebFeeds(), as_json)


@webfeeds.command("add")
@url_argument
@json_option
@pass_context
def add(context: Context, url: str, as_json: bool) -> None:
    """Follow the RSS, Atom or JSON Feed at URL, or the one that the page there names.

    The running node looks at it every hour.
    """
    with context.open() as desk:
        done = desk.ask(FollowWebFeed(url=url))
    said = sentences.FOLLOWED_ALREADY if done.already else sentences.FOLLOWED
    told = [said(title=done.web_feed.title)]
    if done.others:
        told.append(sentences.OFFERED(others=", ".join(done.others)))
    print_done(done, as_json, joined(told))


@webfeeds.command("remove")
@url_argument
@json_option
@pass_context
def remove(context: Context, url: str, as_json: bool) -> None:
    """Follow a site no longer; what was kept of it is taken away."""
    with context.open() as desk:
        left = desk.ask(UnfollowWebFeed(url=url))
    print_done(left, as_json, sentences.REMOVED())


@webfeeds.command("look")
@json_option
@pass_context
def look(context: Context, as_json: bool) -> None:
    """Look at all sites now, but those that ask to be left alone."""
    _do(context, LookAtWebFeeds(), as_json)


@webfeeds.command("read")
@click.argument("url", type=TextParam(), default="")
@click.option(
    "--limit",
    type=click.IntRange(1, PAGE_POSTS_MAX),
    default=PAGE_POSTS,
    show_default=True,
    help="How many at most.",
)
@click.option("--before", type=TextParam(), default="", help="Go on after this cursor.")
@json_option
@pass_context
def read(context: Context, url: str, limit: int, before: str, as_json: bool) -> None:
    """Print what sites told, newest first; with URL, what that one told."""
    with context.open() as desk:
        found = desk.ask(Articles(limit=limit, before=before, url=url)).articles
    if as_json:
        print_json([to_json(each) for each in found])
        return
    now_ms = context.doors.now_ms()
    for each in found:
        _print_article(each, now_ms)
    print_sentence(sentences.UNSIGNED() if found else sentences.NO_ARTICLES())


@webfeeds.command("import")
@click.argument("file", type=click.File("rb"))
@json_option
@pass_context
def import_(context: Context, file: BinaryIO, as_json: bool) -> None:
    """Follow all sites of an OPML file, as other readers write it; - is standard input."""
    text = read_source(file, OPML_BYTES_MAX, "the list")
    with context.open() as desk:
        taken = desk.ask(TakeOpml(opml=text))
    print_done(taken, as_json, taken.sentence)


@webfeeds.command("export")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@json_option
@pass_context
def export(context: Context, file: Path | None, as_json: bool) -> None:
    """Write the sites that you follow into an OPML file, or print it: other readers take it."""
    with context.open() as desk:
        given = desk.ask(GiveOpml())
    content = given.opml.encode("utf-8")
    if file is not None:
        write_new(file, content)
    if as_json:
        print_answer(given)
    elif file is None:
        click.echo(content, nl=False)
    else:
        print_sentence(sentences.WRITTEN(count=given.count, path=str(file)))


def _do(context: Context, wish: Ask[WebFeedList], as_json: bool) -> None:
    with context.open() as desk:
        found = desk.ask(wish)
    if as_json:
        print_answer(found)
        return
    now_ms = context.doors.now_ms()
    for each in found.web_feeds:
        print_line(each.title)
        print_line(f"  {each.url}")
        print_line(f"  {_how(each, now_ms)}")
        if each.moved_from:
            print_line(f"  {sentences.MOVED(url=each.moved_from)}")
    if not found.web_feeds:
        print_sentence(sentences.NONE_FOLLOWED())


def _how(feed: WebFeedView, now_ms: int) -> str:
    if feed.trouble:
        return sentences.IN_TROUBLE(trouble=feed.trouble)
    if not feed.looked_ms:
        return sentences.NOT_LOOKED_AT()
    return f"{sentences.KEPT(articles=feed.articles)}, {format_age(feed.looked_ms, now_ms)}"


def _print_article(article: ArticleView, now_ms: int) -> None:
    by = ", ".join(each for each in (article.feed_title, article.author) if each)
    text = "\n".join(each for each in (article.title, article.text) if each)
    print_text(f"{by}, {format_age(article.time_ms, now_ms)}", text)
    if article.url:
        print_line(f"  {article.url}")
