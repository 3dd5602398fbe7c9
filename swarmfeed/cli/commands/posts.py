"""``swarmfeed post``, ``timeline``, ``show`` and ``search``: writing and reading."""

import secrets
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from swarmfeed.cli.commands.media import attached
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.network import print_network_search, print_people
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_json, print_posts, print_sentence, warn
from swarmfeed.cli.params import CursorParam, PostOrWhomParam, TextParam
from swarmfeed.cli.removals import how_far_removed, print_removal
from swarmfeed.cli.thread import print_thread
from swarmfeed.cli.whom import Whom, find
from swarmfeed.core.asks import input_sentences, state_sentences, thread_sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.muting import WhoIsMuted
from swarmfeed.core.asks.network import KeepFound, SearchNetwork
from swarmfeed.core.asks.people import WhoIsCalled, WhoIsFollowed
from swarmfeed.core.asks.posts import PostView, SearchPosts, ShowPost, Timeline, ref_text
from swarmfeed.core.asks.search_sentences import (
    GO_ON,
    NOBODY_OF_THAT_NAME,
    NOTHING_FOUND,
    what_was_found,
)
from swarmfeed.core.asks.utf8 import read_utf8
from swarmfeed.core.asks.writing import HowIsMyFeed, WritePost, clean_text
from swarmfeed.core.base.limits import PAGE_POSTS, PAGE_POSTS_MAX, TEXT_BYTES_MAX
from swarmfeed.core.lookup.limits import HITS_MAX
from swarmfeed.core.words.query import parse_query
from swarmfeed.desk import Answerer
from swarmfeed.errors import RetryError, UserError

Command = Callable[..., Any]

STDIN_BYTES_MAX: Final = 1024 * 1024
"""Most that is read of a post from standard input: so that its true length can be said."""


def page_options(command: Command) -> Command:
    """``--limit`` and ``--before``, as every list of posts has them."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1, PAGE_POSTS_MAX),
        default=PAGE_POSTS,
        show_default=True,
        help="How many posts at most.",
    )
    before = click.option(
        "--before", type=CursorParam(), help="Go on behind the post with this cursor."
    )
    return limit(before(command))


@click.command()
@click.argument("text", type=TextParam())
@click.option(
    "--reply-to",
    metavar="REF",
    help="The post this answers: number, FEED/INDEX or hash.",
)
@click.option("--quote", metavar="REF", help="The post it quotes, named in the same way.")
@click.option(
    "--cw", metavar="TEXT", help="Content warning: covers the text until somebody opens it."
)
@click.option("--lang", metavar="TAG", default="", help="Its language: de, en, pt-BR.")
@click.option("--to", metavar="CIRCLE", default="", help="Only its people can read the post.")
@click.option(
    "--media",
    "files",
    metavar="FILE",
    multiple=True,
    help="A picture or file that goes with it; up to four times.",
)
@click.option(
    "--alt",
    "alts",
    metavar="TEXT",
    multiple=True,
    help="What the picture shows, in words; the first one is of the first --media.",
)
@click.option("--key", help="Publish it once, however often this is said with the same KEY.")
@json_option
@pass_context
def post(
    context: Context,
    text: str,
    reply_to: str | None,
    quote: str | None,
    cw: str | None,
    lang: str,
    to: str,
    files: Sequence[str],
    alts: Sequence[str],
    key: str | None,
    as_json: bool,
) -> None:
    """Sign TEXT and publish it; - reads it from standard input.

    Everybody can read it, and others keep copies, unless you name a circle of yours: then they
    keep what only its people can read. It can be withdrawn, and nobody can promise that all of
    them delete theirs. What answers a post for a circle stays among its people. What answers
    one with a content warning has the same; --cw "" leaves it out.
    """
    # Before a node is looked for: what cannot be published needs none.
    text = read_post(text)
    with context.open() as desk:
        wish = WritePost(
            text=text,
            reply_to=_kept(desk, reply_to),
            key=key or secrets.token_urlsafe(16),
            to=to,
            quote=_kept(desk, quote),
            cw=cw,
            lang=lang,
            media=attached(desk, files, alts),
        )
        published = _publish(desk, wish)
    if as_json:
        print_answer(published)
    else:
        print_posts([published], now_ms=context.doors.now_ms(), empty="")


def _kept(desk: Answerer, ref: str | None) -> str:
    """Name a post that is here, or was found in the network and is kept from now on."""
    return "" if ref is None else ref_text(desk.ask(KeepFound(ref=ref)).ref)


@click.command()
@page_options
@json_option
@pass_context
def timeline(context: Context, limit: int, before: Cursor | None, as_json: bool) -> None:
    """Print what you and those you follow wrote, newest first."""
    with context.open() as desk:
        found = desk.ask(Timeline(limit=limit, before=before))
        trouble = desk.ask(HowIsMyFeed()).sentence
        empty = "" if found.posts else _why_empty(desk)
    if trouble:
        warn(trouble)
    _print_posts(context, found.posts, as_json, empty)


def _why_empty(desk: Answerer) -> str:
    """What a timeline without posts is told by."""
    followed, muted = desk.ask(WhoIsFollowed(limit=1)), desk.ask(WhoIsMuted())
    is_muted = followed.count > 0 and len(muted.authors) > 0
    return state_sentences.ALL_MUTED() if is_muted else thread_sentences.NOTHING_YET()


@click.command()
@click.argument("whom", metavar="WHOM|NUMBER", type=PostOrWhomParam())
@page_options
@click.option(
    "--start", metavar="REF", default="", help="Of a post: begin with this one of its replies."
)
@json_option
@pass_context
def show(
    context: Context,
    whom: Whom | str,
    limit: int,
    before: Cursor | None,
    start: str,
    as_json: bool,
) -> None:
    """Print the posts of one author, or one post with its thread.

    WHOM is a link, an address, or a name that is known here; a post has a number, as its page
    has it.
    """
    if isinstance(whom, str):
        _show_thread(context, ShowPost(ref=whom, limit=limit, start=start), as_json)
        return
    with context.open() as desk:
        author_id = find(desk, whom).author_id
        posts = Timeline(author=author_id, limit=limit, before=before)
        found = desk.ask(posts).posts
    _print_posts(context, found, as_json, "No posts of this author are held here.")


def _show_thread(context: Context, question: ShowPost, as_json: bool) -> None:
    with context.open() as desk:
        try:
            thread = desk.ask(question)
        except UserError as error:
            # An own one that is withdrawn is not shown; how far it is gone is.
            removal = how_far_removed(desk, question.ref, error)
            print_removal(removal, as_json=as_json)
            return
    if as_json:
        print_answer(thread)
    else:
        print_thread(thread, now_ms=context.doors.now_ms())


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]}
)
@click.argument("words", nargs=-1, required=True, type=TextParam())
@page_options
@click.option("--network", is_flag=True, help="Ask supernodes: posts of whoever wrote them.")
@click.option(
    "--older", is_flag=True, help="Of the network: also what others hold of long ago."
)
@click.option("--people", is_flag=True, help="Ask supernodes: people by their names.")
@click.option("--best", is_flag=True, help="The best posts first: --order best.")
@click.option(
    "--order", type=click.Choice(("best", "new")), help="Which posts come first; new ones else."
)
@json_option
@pass_context
def search(
    context: Context,
    words: tuple[str, ...],
    limit: int,
    before: Cursor | None,
    network: bool,
    older: bool,
    people: bool,
    best: bool,
    order: str | None,
    as_json: bool,
) -> None:
    """Find posts held here, or in the network, that have all WORDS in them.

    "a phrase", begin*, #tag and -without work; from:NAME and to:NAME, who wrote it and whom it
    answers or mentions; since:2026-03 and until:2026-03-15, days of UTC; lang:de, has:link,
    has:media and is:reply; order:best, not the newest first. A WORD that starts with two
    dashes goes between quotation marks.
    """
    _require_options(words)
    if people:
        print_people(context, " ".join(words), as_json=as_json)
        return
    order = "best" if best else order
    typed = " ".join([*words, *([f"order:{_ORDERS[order]}"] if order else [])])
    if network or older:
        asked = SearchNetwork(
            words=typed, limit=min(limit, HITS_MAX), before=before, older=older
        )
        print_network_search(context, asked, as_json=as_json)
        return
    with context.open() as desk:
        found = desk.ask(SearchPosts(words=typed, limit=limit, before=before))
        empty = "" if found.posts else _why_nothing(desk, typed)
    _print_posts(context, found.posts, as_json, empty)
    are_more = before is not None or found.count > len(found.posts)
    if found.next is not None and are_more and not as_json:
        print_sentence(GO_ON(found=what_was_found(found.count), cursor=found.next))
    elif parse_query(typed).best_first and found.count > len(found.posts) and not as_json:
        print_sentence(what_was_found(found.count, best_first=True))


_ORDERS: Final = {"best": "best", "new": "newest"}
"""What a search says for them."""


def _why_nothing(desk: Answerer, typed: str) -> str:
    """Why a search found nothing: no post, or nobody of whom one could be."""
    for name in parse_query(typed).wanted.names:
        if not desk.ask(WhoIsCalled(called=name)).people:
            return NOBODY_OF_THAT_NAME(name=name)
    return NOTHING_FOUND()


def _require_options(words: tuple[str, ...]) -> None:
    """A dash leaves a word out; two of them are an option, be it a mistyped one."""
    for word in words:
        if word.startswith("--"):
            raise click.NoSuchOption(word)


def _print_posts(
    context: Context, posts: Sequence[PostView], as_json: bool, empty: str
) -> None:
    if as_json:
        print_json([to_json(found) for found in posts])
    else:
        print_posts(posts, now_ms=context.doors.now_ms(), empty=empty)


def _publish(desk: Answerer, wish: WritePost) -> PostView:
    try:
        return desk.ask(wish)
    except RetryError as error:
        # Whether it was heard is not always known.
        raise RetryError(input_sentences.TRY_WITH_KEY(reason=error, key=wish.key)) from error


def read_post(typed: str) -> str:
    """Return a post as it is published; of - what standard input holds.  Raises UserError."""
    return clean_text(_read_text() if typed == "-" else typed)


def _read_text() -> str:
    # Bytes, because Python would hand on half of what is no UTF-8.
    raw = sys.stdin.buffer.read(STDIN_BYTES_MAX + 1)
    if len(raw) > STDIN_BYTES_MAX:
        raise UserError(input_sentences.FAR_TOO_LONG(read=STDIN_BYTES_MAX, most=TEXT_BYTES_MAX))
    return read_utf8(raw, input_sentences.THE_POST()).removesuffix("\n")
