"""``swarmfeed shares``: the second sheet in several hands, so that none can lose or use it.

Nothing here touches a home, a disk or the network.
"""

import sys
from pathlib import Path
from typing import BinaryIO, Final

import click

from swarmfeed.cli.home import ask, read_passphrase_file, read_words_file
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import print_json, print_sentence, print_words
from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.base.backup_words import seed_of_words, words_of_seed
from swarmfeed.errors import UserError
from swarmfeed.shell.shares import (
    SHARES_MAX,
    join_shares,
    make_shares,
    read_shares,
    shares_needed,
    sheet_code,
)

passphrase_option: Final = click.option(
    "--share-passphrase-file",
    "passphrase_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File whose first line is a passphrase that the shares need too.",
)


@click.group()
def shares() -> None:
    """Split the second sheet among people you trust, and join it again.

    Both work without a home and without a network, also on another machine.
    """


@shares.command()
@click.argument("words", type=click.File("rb"))
@click.option(
    "--needed",
    type=click.IntRange(2, SHARES_MAX),
    default=2,
    show_default=True,
    help="How many shares make the sheet again.",
)
@click.option(
    "--of",
    "count",
    type=click.IntRange(2, SHARES_MAX),
    default=3,
    show_default=True,
    help="How many shares there are.",
)
@passphrase_option
@json_option
def make(
    words: BinaryIO, needed: int, count: int, passphrase_file: Path | None, as_json: bool
) -> None:
    """Make shares of the sheet in WORDS; - reads it from standard input.

    They are shown one by one, each to be given to somebody else, and kept nowhere.
    """
    seed = seed_of_words(read_words_file(words))
    passphrase = _share_passphrase(passphrase_file)
    made = make_shares(seed, needed=needed, count=count, passphrase=passphrase)
    code = sheet_code(seed)
    if as_json:
        print_json({"code": code, "needed": needed, "shares": list(made)})
        return
    for number, share in enumerate(made, start=1):
        if number > 1:
            _wait_for_paper()
        title = sentences.SHARE_TITLE(number=number, count=count)
        advice = sentences.SHARE_ADVICE(code=code, needed=needed)
        if passphrase:
            advice += " " + sentences.SHARE_PASSPHRASE_ADVICE()
        print_words(title, advice, share)
    click.echo("")
    print_sentence(sentences.SHARES_MADE())


@shares.command()
@click.argument("shares", nargs=-1, required=True, type=click.File("rb"))
@click.option("--code", help="The code on the shares: words of another sheet are refused.")
@passphrase_option
@json_option
def join(
    shares: tuple[BinaryIO, ...], code: str | None, passphrase_file: Path | None, as_json: bool
) -> None:
    """Make the words of a sheet again from the files SHARES; - reads from standard input.

    A file may have several shares. As with sheets, numbers, commas and line breaks do not
    matter, and the first four letters of a word are enough.
    """
    found = [share for file in shares for share in _read_shares(file)]
    seed = join_shares(found, _share_passphrase(passphrase_file))
    words, made = words_of_seed(seed), sheet_code(seed)
    if code is not None and made != code.strip().lower():
        raise UserError(sentences.CODE_DIFFERS(code=made, expected=code.strip()))
    if as_json:
        print_json({"code": made, "words": words})
    else:
        print_words("The sheet", sentences.SHEET_OF_SHARES(code=made), words)


def _read_shares(file: BinaryIO) -> list[str]:
    """Read the shares of one file; at a terminal one by one, until there are enough."""
    if file is not sys.stdin.buffer or not sys.stdin.isatty():
        return read_shares(read_words_file(file))
    found: list[str] = []
    while not found or len(set(found)) < shares_needed(found):
        try:
            typed = read_shares(ask(sentences.SHARE_ASKED(number=len(set(found)) + 1)))
            shares_needed([*found, *typed])
            found += typed
        except UserError as error:
            print_sentence(str(error))
    return found


def _share_passphrase(file: Path | None) -> str:
    return "" if file is None else read_passphrase_file(file)


def _wait_for_paper() -> None:
    """At a terminal, let each share be written down alone; it does not stay on the screen."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        ask(sentences.SHARE_NEXT(), default="", show_default=False, prompt_suffix=" ")
        click.clear()
