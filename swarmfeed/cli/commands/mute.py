"""``swarmfeed mute`` and ``unmute``: whom one does not want to see; ``mute-thread`` and
``unmute-thread``: of what one wants no notices."""

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_done, print_line, print_sentence
from swarmfeed.cli.params import TextParam, WhomParam
from swarmfeed.cli.whom import Whom, find, name_of
from swarmfeed.core.asks import state_sentences as sentences
from swarmfeed.core.asks.muting import (
    Mute,
    Muted,
    MutedThreads,
    MuteThread,
    Unmute,
    UnmuteThread,
    WhichThreadsAreMuted,
    WhoIsMuted,
)
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.base.address import format_author, format_link
from swarmfeed.errors import UserError


@click.command()
@click.argument("whom", type=WhomParam(), required=False)
@json_option
@pass_context
def mute(context: Context, whom: Whom | None, as_json: bool) -> None:
    """Show nothing of somebody in your timeline and notifications.

    WHOM is a link, an address, or a name that is known here; without it, whom you muted is
    printed. Nobody hears of it: it is kept sealed, and your other devices follow.
    """
    with context.open() as desk:
        if whom is None:
            _print_muted(desk.ask(WhoIsMuted()), as_json)
            return
        link = find(desk, whom)
        author = desk.ask(Mute(who=format_link(link)))
    print_done(author, as_json, sentences.MUTED(name=name_of(author, link)))


@click.command()
@click.argument("whom", type=WhomParam())
@json_option
@pass_context
def unmute(context: Context, whom: Whom, as_json: bool) -> None:
    """Show somebody again.

    WHOM is a link, an address, or a name.
    """
    with context.open() as desk:
        link = find(desk, whom)
        before = desk.ask(AboutAuthor(author=link.author_id))
        if not before.muted:
            raise UserError(sentences.NOT_MUTED(name=name_of(before, link)))
        author = desk.ask(Unmute(who=format_link(link)))
    print_done(author, as_json, sentences.UNMUTED(name=name_of(author, link)))


@click.command("mute-thread")
@click.argument("ref", metavar="[POST]", required=False, type=TextParam())
@json_option
@pass_context
def mute_thread(context: Context, ref: str | None, as_json: bool) -> None:
    """Have no more notices of a thread.

    POST is any post of it: its number, FEED/INDEX or its hash; without it, which threads you
    muted is printed. Nobody hears of it: it is kept sealed, and your other devices follow.
    """
    with context.open() as desk:
        if ref is None:
            _print_threads(desk.ask(WhichThreadsAreMuted()), as_json)
            return
        muted = desk.ask(MuteThread(ref=ref))
    print_done(muted, as_json, sentences.THREAD_MUTED())


@click.command("unmute-thread")
@click.argument("ref", metavar="POST", type=TextParam())
@json_option
@pass_context
def unmute_thread(context: Context, ref: str, as_json: bool) -> None:
    """Have notices of a thread again.

    POST is any post of it, or what `swarmfeed mute-thread` prints.
    """
    with context.open() as desk:
        muted = desk.ask(UnmuteThread(ref=ref))
    print_done(muted, as_json, sentences.THREAD_UNMUTED())


def _print_threads(muted: MutedThreads, as_json: bool) -> None:
    if as_json:
        print_answer(muted)
        return
    for each in muted.threads:
        said = f"{each.author_name}: {each.words}" if each.words else sentences.POST_NOT_HERE()
        print_line(f"{ref_text(each.ref)}  {said}")
    if not muted.threads:
        print_sentence(sentences.NO_THREAD_MUTED())


def _print_muted(muted: Muted, as_json: bool) -> None:
    if as_json:
        print_answer(muted)
        return
    for author in muted.authors:
        print_line(f"{format_author(author.author_id)}  {author.name}".rstrip())
    if not muted.authors:
        print_sentence(sentences.NOBODY_MUTED())
