"""``swarmfeed restore``: be an author again, or on one more device, from the first sheet."""

import sys
from pathlib import Path
from typing import BinaryIO, Final

import click

from swarmfeed.cli.commands.init import choose_name, choose_passphrase
from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.home import has_keys, require_private
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_answer, print_facts, print_line, print_sentence
from swarmfeed.core.asks import input_sentences
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.asks.utf8 import read_utf8
from swarmfeed.core.base.address import SCHEME, Link, format_author, parse_link
from swarmfeed.core.base.backup_words import seed_of_words, words_of_seed

SHEET_BYTES_MAX: Final = 65_536
"""Longest file that may hold the words: a sheet is two kilobytes."""


@click.command()
@click.argument("words", type=click.File("rb"))
@click.argument("link", required=False)
@click.option("--name", help="The name others see; left out, the one it has, or asked for.")
@click.option("--no-passphrase", is_flag=True, help="Leave the key file unprotected.")
@json_option
@pass_context
def restore(
    context: Context,
    words: BinaryIO,
    link: str | None,
    name: str | None,
    no_passphrase: bool,
    as_json: bool,
) -> None:
    """Make a home of an author that there is already, from its 24 words.

    WORDS is a file with the first sheet, as `init --words-file` writes it or as you typed it
    in; `-` reads them from standard input. Numbers, commas and line breaks do not matter, and
    the first four letters of a word are enough. LINK is what stands on the sheet below the
    words; the file has it too. This device writes a feed of its own under the same author; what
    was written before comes from those who hold it, once the node runs.

    In a home whose own feed may not be signed any more, what is there stays as it is, the old
    keys too, and writing goes on as a new device.
    """
    if words is not sys.stdin.buffer:
        require_private(words)
    typed = read_utf8(words.read(SHEET_BYTES_MAX), input_sentences.THE_WORDS())
    found = words_of_seed(seed_of_words(typed))  # before anything is asked
    whose = find_link(link or "", typed)
    if has_keys(context.home):
        checked = "" if name is None else choose_name(name)  # none: the one it has
        passphrase = context.passphrase()  # the new keys keep it
    else:
        checked = choose_name(name)
        passphrase = "" if no_passphrase else choose_passphrase(context.passphrase_file)
    context.start_log()
    me = context.doors.restore_home(context.home, checked, passphrase, found, whose)
    if as_json:
        print_answer(me)
    else:
        _print_for_people(me, context.home)


def _print_for_people(me: Whoami, home: Path) -> None:
    print_sentence(f"Welcome back, {me.name}.")
    print_line("")
    print_facts(
        [
            ("author", format_author(me.author_id)),
            ("link", me.link),
            ("home", str(home)),
        ]
    )
    print_line("")
    print_sentence("Next: swarmfeed run, best with --peer and somebody who follows you")


def find_link(given: str, sheet: str) -> Link | None:
    """Return whose the words are: as it was given, else by the first link on the sheet.

    Raises:
        UserError: It is mistyped.
    """
    lines = (line.strip() for line in sheet.splitlines())
    links = (line for line in lines if line.startswith(SCHEME) and " " not in line)
    text = given or next(links, "")
    return parse_link(text) if text else None
