"""``swarmfeed move-to-second-sheet``: the first sheet was stolen; the second one takes over."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from msgspec import Struct

from swarmfeed.cli.asking import require_yes
from swarmfeed.cli.commands.init import choose_name, choose_passphrase
from swarmfeed.cli.commands.restore import find_link
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.home import has_keys, read_words_file
from swarmfeed.cli.node_options import node_options
from swarmfeed.cli.options import json_option, with_options
from swarmfeed.cli.output import (
    flush,
    print_json,
    print_line,
    print_sentence,
    print_words,
)
from swarmfeed.cli.sheets import read_seeds
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.devices import devices_called
from swarmfeed.core.asks.recovery import CertifiedFeedView
from swarmfeed.core.asks.shape import Json
from swarmfeed.core.base.address import Link, format_address, format_author, format_link
from swarmfeed.core.base.backup_words import words_of_seed
from swarmfeed.core.feed.moving import Stays
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.recovering import (
    LOOK_UP_S,
    Learnt,
    Move,
    find,
    known_of,
    looking,
    move_home,
    move_to_new_home,
    own_author,
    plan_move,
)
from swarmfeed.shell.disk.durable import create_file

ADDRESS_START: Final = 8
"""Letters of a feed's address that are shown; a person names a feed by so many, or more."""


class MoveWish(Struct, frozen=True, kw_only=True):
    """What a person said about a move."""

    words: BinaryIO
    link: str | None
    stolen: tuple[str, ...]
    drop: tuple[str, ...]
    whole: tuple[str, ...]
    words_file: Path | None
    yes: bool
    name: str | None
    no_passphrase: bool
    as_json: bool


_OPTIONS: Final = (
    click.argument("words", type=click.File("rb")),
    click.argument("link", required=False),
    click.option(
        "--stolen",
        multiple=True,
        metavar="FEED[:N]",
        help="A device in strange hands: what it said so far stays, or its first N entries.",
    ),
    click.option(
        "--drop", multiple=True, metavar="FEED", help="A feed that was never yours: it goes."
    ),
    click.option(
        "--whole",
        multiple=True,
        metavar="FEED",
        help="A feed of yours that a thief cut: all of it stays.",
    ),
    click.option(
        "--words-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the new second sheet to this new file instead of showing it.",
    ),
    click.option("--yes", is_flag=True, help="Do not ask."),
    click.option("--name", help="The name others see; left out, it stays what it is."),
    click.option("--no-passphrase", is_flag=True, help="Leave a new key file unprotected."),
)


def make_move(others: Sequence[type]) -> click.Command:
    """``move-to-second-sheet``, with the network options of a node that looks an author up."""

    @click.command("move-to-second-sheet")
    @with_options(_OPTIONS)
    @node_options(others, stays=False)
    @json_option
    @pass_context
    def move(context: Context, /, settings: NodeSettings, **wishes: Any) -> None:
        """Let the key of your second sheet take over: when the first one was stolen.

        WORDS is a file with the second sheet; - reads it from standard input. Everything you
        wrote stays, and so does your address; what a thief signed with the old key counts no
        longer. You get a new second sheet. In a home of yours, running or not, that is all.
        On a new machine what is known of you is looked up first, best with LINK, any link to
        yourself, and --peer and somebody who follows you; it becomes a new device of yours.
        """
        wish = MoveWish(**wishes)
        sheet = read_words_file(wish.words)
        seeds = read_seeds(sheet)
        if has_keys(context.home):
            _move_here(context, seeds, wish)
        else:
            link = find_link(wish.link or "", sheet)
            _move_to_new(context, settings, seeds, link, wish)

    return move


def _move_to_new(
    context: Context,
    settings: NodeSettings,
    seeds: Sequence[bytes],
    link: Link | None,
    wish: MoveWish,
) -> None:
    name = "" if wish.name is None else choose_name(wish.name)
    passphrase = "" if wish.no_passphrase else choose_passphrase(context.passphrase_file)
    context.start_log()
    with looking(context.home, settings) as desk:
        known = find(desk, seeds, link, LOOK_UP_S)
    planned, stays = _decide(known, seeds, wish)
    _show_sheet(planned, stays, wish)
    move_to_new_home(context.home, name, passphrase, planned, stays)
    _say_done(planned, stays, wish)


def _move_here(context: Context, seeds: Iterable[bytes], wish: MoveWish) -> None:
    passphrase = context.passphrase()
    opened = context.doors.open_desk(
        context.home, NodeSettings(network=False), lambda: passphrase
    )
    with opened as desk:
        planned, stays = _decide(known_of(desk, own_author(desk)), seeds, wish)
        _show_sheet(planned, stays, wish)
        move_home(desk, context.home, passphrase, planned, stays)
    _say_done(planned, stays, wish)


def _decide(known: Learnt, seeds: Iterable[bytes], wish: MoveWish) -> tuple[Move, list[Stays]]:
    """Say what will be, and let the person decide once.

    Raises:
        UserError: The words or the feeds named are not right, or nobody is there to decide.
    """
    planned = plan_move(known, seeds)
    again = planned.next_seed is None
    stays = choose_feeds(known.feeds, wish.stolen, wish.drop, wish.whole, again=again)
    if again:
        return planned, stays
    if not wish.as_json:
        _print_plan(known.feeds, stays)
    if not wish.yes:
        require_yes(sentences.ASK_TO_MOVE())
    return planned, stays


def choose_feeds(
    feeds: Sequence[CertifiedFeedView],
    stolen: Sequence[str],
    drop: Sequence[str],
    whole: Sequence[str],
    *,
    again: bool = False,
) -> list[Stays]:
    """Return which feeds beside the own one stay, and how much of each.

    A feed of which nothing is known, or which is still an alarm, stays only where it is named:
    a thief may join any number.  One that was cut stays cut, unless nothing at all would be
    left of it.

    Args:
        again: The author has moved before: what went then is no alarm any more, and it would
            come back. So only what counts stays, and what is named.

    Raises:
        UserError: A name is of no feed, of several, or of the one at hand.
    """
    ends = {each.feed_id: each.end or None for each in feeds if _stays_unnamed(each, again)}
    for name in whole:
        ends[_named(feeds, name).feed_id] = None
    for name in stolen:
        start, _, count = name.partition(":")
        found = _named(feeds, start)
        if count and not count.isdecimal():
            raise UserError(sentences.NO_SUCH_FEED(name=name))
        ends[found.feed_id] = int(count) if count else found.entries
    for name in drop:
        ends.pop(_named(feeds, name).feed_id, None)
    return [
        Stays(feed_id=each.feed_id, end=ends[each.feed_id])
        for each in feeds
        if each.feed_id in ends
    ]


def _stays_unnamed(feed: CertifiedFeedView, again: bool) -> bool:
    stays = feed.counts if again else not feed.strange
    return stays and feed.entries > 0 and not feed.is_here


def _named(feeds: Sequence[CertifiedFeedView], name: str) -> CertifiedFeedView:
    found = devices_called(feeds, name)
    if len(found) != 1:
        raise UserError(
            (sentences.SEVERAL_FEEDS if found else sentences.NO_SUCH_FEED)(name=name)
        )
    if found[0].is_here:
        raise UserError(sentences.THIS_STAYS())
    return found[0]


def _print_plan(feeds: Sequence[CertifiedFeedView], stays: Sequence[Stays]) -> None:
    print_sentence(sentences.WHAT_MOVING_DOES())
    print_line("")
    ends = {each.feed_id: each.end for each in stays}
    for each in feeds:
        address = format_address(each.feed_id)[:ADDRESS_START]
        named = f"{each.name} ({address})" if each.name else address
        end = ends.get(each.feed_id)
        if not each.is_here and each.feed_id not in ends:
            print_line(sentences.WILL_GO(feed=named, entries=each.entries))
        elif end is not None:
            print_line(sentences.WILL_BE_CUT(feed=named, entries=each.entries, end=end))
        else:
            print_line(sentences.WILL_STAY(feed=named, entries=each.entries))
        if each.newest and not each.is_here:
            print_line("  " + sentences.NEWEST(newest=each.newest))
    print_line("")


def _show_sheet(planned: Move, stays: Sequence[Stays], wish: MoveWish) -> None:
    """Bring the new words to the person before anything is signed."""
    if planned.next_seed is None:
        return
    words = words_of_seed(planned.next_seed)
    link = format_link(sheet_link(planned))
    if wish.words_file is not None:
        _save(wish.words_file, "\n".join((sentences.NEW_SECOND_SHEET(), words, link, "")))
    if wish.as_json:
        shown = {} if wish.words_file else {"next_words": words, "sheet_link": link}
        print_json(_as_json(planned, stays) | shown)
    elif wish.words_file is None:
        print_words("New second sheet", sentences.NEW_SECOND_SHEET(), words)
        print_line(link)
        print_line("")
    flush()


def _save(path: Path, text: str) -> None:
    try:
        create_file(path, text.encode("utf-8"), 0o600)
    except FileExistsError as error:
        raise UserError(sentences.SHEET_IS_THERE(path=path)) from error


def sheet_link(planned: Move) -> Link:
    """Return what stands on the sheets below the words."""
    author = planned.author
    return Link(author.author_id, next_key_hash=author.next_key_hash)


def _as_json(planned: Move, stays: Sequence[Stays]) -> Json:
    return {
        "author": format_author(planned.author.author_id),
        "generation": planned.author.generation,
        "kept": [format_address(each.feed_id) for each in stays],
    }


def _say_done(planned: Move, stays: Sequence[Stays], wish: MoveWish) -> None:
    if wish.as_json:
        if planned.next_seed is None:
            print_json(_as_json(planned, stays))
        return
    moved = sentences.MOVED if planned.next_seed is not None else sentences.MOVED_ALREADY
    print_sentence(moved())
    print_sentence(sentences.MOVE_ON())
