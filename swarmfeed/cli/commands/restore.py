"""``swarmfeed restore``: be an author again, or on one more device, from the first sheet."""

import time
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import click
from msgspec import Struct

from swarmfeed.cli.commands.init import choose_name, choose_passphrase
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.home import finish_deleting, has_keys, read_words_file
from swarmfeed.cli.node_options import node_options
from swarmfeed.cli.options import json_option, with_options
from swarmfeed.cli.output import print_facts, print_json, print_line, print_sentence
from swarmfeed.cli.sheets import read_seeds
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.people import Fetch, FetchProgress, HowFar, Whoami, WhoAreYou
from swarmfeed.core.base.address import Link, format_author, format_link, link_in, parse_link
from swarmfeed.desk import Answerer
from swarmfeed.node.ground.home import Restored
from swarmfeed.node.ground.settings import NodeSettings

TIMEOUT_S: Final = 60
"""How long what was written before is waited for; the rest comes while the node runs."""

LOOK_EVERY_S: Final = 0.1


class RestoreWish(Struct, frozen=True, kw_only=True):
    """What a person said about coming back."""

    words: BinaryIO
    link: str | None
    name: str | None
    no_passphrase: bool
    offline: bool
    timeout_s: float


_OPTIONS: Final = (
    click.argument("words", type=click.File("rb")),
    click.argument("link", required=False),
    click.option("--name", help="The name others see; left out, the one it has."),
    click.option("--no-passphrase", is_flag=True, help="Leave the key file unprotected."),
    click.option("--offline", is_flag=True, help="Look nothing up; the link is needed then."),
    click.option(
        "--timeout",
        "timeout_s",
        type=click.FloatRange(min=0, min_open=True),
        default=TIMEOUT_S,
        show_default=True,
        help="How many seconds to look for what was written before.",
    ),
)


def make_restore(others: Sequence[type]) -> click.Command:
    """``restore``, with an option for each setting of a node that goes online for it."""

    @click.command()
    @with_options(_OPTIONS)
    @node_options(others, stays=False)
    @json_option
    @pass_context
    def restore(
        context: Context, /, settings: NodeSettings, as_json: bool, **wishes: Any
    ) -> None:
        """Make a home of an author that there is already, from its 24 words.

        WORDS is a file with the first sheet, as `init --words-file` writes it or as you typed
        it in; `-` reads them from standard input. Numbers, commas and line breaks do not
        matter, and the first four letters of a word are enough. LINK is what stands on the
        sheet below the words, or any link to yourself; the file may have it too.

        This machine becomes one more device, with a feed of its own under the same author.
        What was written before is looked up, and comes from those who hold it, best with
        --peer and somebody who follows you; what is still missing comes while the node runs.

        In a home whose own feed may not be signed any more, what is there stays as it is, the
        old keys too, and writing goes on as a new device.
        """
        _restore(context, settings, RestoreWish(**wishes), as_json)

    return restore


def _restore(
    context: Context, settings: NodeSettings, wish: RestoreWish, as_json: bool
) -> None:
    sheet = read_words_file(wish.words)
    seeds, whose = read_seeds(sheet), find_link(wish.link or "", sheet)
    checked = "" if wish.name is None else choose_name(wish.name)
    finish_deleting(context.home)
    if is_anew := has_keys(context.home):
        passphrase = context.passphrase()  # the new keys keep it
    else:
        passphrase = "" if wish.no_passphrase else choose_passphrase(context.passphrase_file)
    context.start_log()
    chosen = NodeSettings(network=False) if wish.offline else settings
    restored = context.doors.restore_home(
        context.home, checked, passphrase, tuple(seeds), whose, chosen, wish.timeout_s
    )
    me, found = restored.whoami, None
    if restored.entries and not is_anew:
        opened = context.doors.open_desk(context.home, chosen, lambda: passphrase)
        with opened as desk:
            found = _wait(desk, restored, wish.timeout_s)
            me = desk.ask(WhoAreYou())
    _print(context, me, restored, found, as_json)


def find_link(given: str, sheet: str) -> Link | None:
    """Return whose the words are: as it was given, else by the first link on the sheet.

    Raises:
        UserError: It is mistyped.
    """
    return parse_link(given) if given else link_in(sheet)


def _wait(desk: Answerer, restored: Restored, timeout_s: float) -> FetchProgress:
    """Fetch what was written before, until all of it is here or the time is over."""
    author_id, end_s = restored.whoami.author_id, time.monotonic() + timeout_s
    desk.ask(Fetch(who=format_link(Link(author_id, at=restored.at))))
    while True:
        progress = desk.ask(HowFar(author=author_id))
        is_here = progress.done and progress.entries_held >= restored.entries
        is_all = is_here and progress.searchable
        if is_all or time.monotonic() >= end_s:
            return progress
        time.sleep(LOOK_EVERY_S)


def _print(
    context: Context,
    me: Whoami,
    restored: Restored,
    found: FetchProgress | None,
    as_json: bool,
) -> None:
    held = found.entries_held if found else 0
    if as_json:
        print_json({**to_json(me), "entries_found": restored.entries, "entries_held": held})
        return
    print_sentence(sentences.WELCOME_BACK(name=me.name or sentences.YOU()))
    print_line("")
    print_facts(
        [
            ("author", format_author(me.author_id)),
            ("link", me.link),
            ("home", str(context.home)),
        ]
    )
    print_line("")
    for sentence in sentences.what_came_back(
        entries=restored.entries, held=held, devices=restored.devices
    ):
        print_sentence(sentence)
    print_sentence(sentences.NAME_IT())
    print_sentence(sentences.RESTORED_NEXT())
