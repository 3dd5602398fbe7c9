"""``swarmfeed init``: make the keys of a new author, and the words to write down."""

import sys
from pathlib import Path

import click

from swarmfeed.cli.context import Context, pass_context
from swarmfeed.cli.home import ask, finish_deleting, has_keys, read_passphrase_file
from swarmfeed.cli.options import json_option
from swarmfeed.cli.output import (
    flush,
    print_facts,
    print_json,
    print_line,
    print_sentence,
    print_words,
    warn,
)
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.codec import to_json
from swarmfeed.core.asks.profile import clean_name
from swarmfeed.core.base.address import format_author
from swarmfeed.errors import SwarmfeedError, UserError
from swarmfeed.node.ground.home import Created
from swarmfeed.shell.disk.birth import unfinished_author
from swarmfeed.shell.disk.durable import TEMPORARY_SUFFIX, create_file

SHEETS_BYTES_MAX = 65_536
"""Longest words file that is looked into: both sheets are two kilobytes."""

FIRST_SHEET = (
    "Write these 24 words on paper. They are the only way to be this author again when this"
    " disk is gone. Whoever reads them can write in your name."
)
SECOND_SHEET = (
    "Write these 24 words on a second sheet and keep it in another place. If the first sheet"
    " or this machine is ever stolen, they take your name back: your address stays, and nobody"
    " has to follow you anew."
)

WHOSE = "Write below them whose they are; a new machine that reaches nobody needs all of it:"


@click.command()
@click.option("--name", help="The name others see, asked for when left out.")
@click.option("--no-passphrase", is_flag=True, help="Leave the key file unprotected.")
@click.option(
    "--words-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the backup words to this new file instead of showing them.",
)
@json_option
@pass_context
def init(
    context: Context,
    name: str | None,
    no_passphrase: bool,
    words_file: Path | None,
    as_json: bool,
) -> None:
    """Make the keys of a new author.

    They are made in the home folder; existing ones are never touched.
    """
    require_no_keys(context.home)
    if words_file is not None:
        _require_no_words(context.home, words_file)
    checked = choose_name(name)
    passphrase = "" if no_passphrase else choose_passphrase(context.passphrase_file)

    def show(created: Created) -> None:
        kept = words_file is not None and _save_words(words_file, created)
        if as_json:
            _print_as_json(created, words_file if kept else None)
        else:
            _print_for_people(created, context.home, words_file if kept else None)
        flush()

    context.start_log()
    # Words come first: a home whose words nobody saw would be lost with its disk.
    context.doors.create_home(context.home, checked, passphrase, show)


def require_no_keys(home: Path) -> None:
    """Raise UserError when there are keys in ``home``: they are never replaced.

    What is left there of a home that was being deleted goes.
    """
    finish_deleting(home)
    if has_keys(home):
        raise UserError(sentences.KEYS_THERE(home=home))


def _require_no_words(home: Path, words_file: Path) -> None:
    """Raise UserError when there is a file; one that an attempt left is taken away."""
    unfinished = unfinished_author(home)
    if words_file.is_file() and unfinished:
        said = words_file.read_bytes()[:SHEETS_BYTES_MAX].decode("utf-8", "replace")
        if unfinished in said.splitlines():
            words_file.unlink()
    if words_file.exists():
        raise UserError(f"{words_file} is there already; this never overwrites it")
    for left in words_file.parent.glob(f".{words_file.name}.*{TEMPORARY_SUFFIX}"):
        left.unlink(missing_ok=True)


def choose_name(name: str | None) -> str:
    """Check a name, or ask for one at the terminal."""
    if name is None and not sys.stdin.isatty():
        raise UserError(sentences.NAME_MISSING())
    return clean_name(name or ask("name others see"))


def choose_passphrase(file: Path | None, option: str = "--passphrase-file") -> str:
    """Read a new passphrase from a file, or ask for it at the terminal, twice.

    Args:
        option: By which the file is named.
    """
    if file is not None:
        return read_passphrase_file(file)
    if not sys.stdin.isatty():
        raise UserError(f"choose a passphrase with {option}, or say --no-passphrase")
    return ask(
        "passphrase for your keys (empty: none)",
        hide_input=True,
        confirmation_prompt="once more",
        default="",
        show_default=False,
    )


def _save_words(path: Path, created: Created) -> bool:
    """Write both sheets to a new file; False, and a warning, when that fails."""
    text = "\n".join(
        (
            f"swarmfeed: backup words of {created.whoami.name}",
            format_author(created.whoami.author_id),
            "",
            FIRST_SHEET,
            created.author_words,
            created.sheet_link,
            "",
            SECOND_SHEET,
            created.next_words,
            created.sheet_link,
            "",
        )
    )
    try:
        create_file(path, text.encode("utf-8"), 0o600)
    except (SwarmfeedError, FileExistsError) as error:
        # The keys are made: words that nobody sees would be worse than words on a screen.
        warn(f"the words were not written to {path} ({error}); they follow")
        return False
    return True


def _print_as_json(created: Created, words_file: Path | None) -> None:
    value = to_json(created.whoami)
    if words_file is None:
        value["author_words"] = created.author_words
        value["next_words"] = created.next_words
        value["sheet_link"] = created.sheet_link
    else:
        value["words_file"] = str(words_file)
    print_json(value)


def _print_for_people(created: Created, home: Path, words_file: Path | None) -> None:
    print_sentence(f"Welcome, {created.whoami.name}.")
    print_line("")
    print_facts(
        [
            ("author", format_author(created.whoami.author_id)),
            ("link", created.whoami.link),
            ("home", str(home)),
        ]
    )
    if words_file is not None:
        print_line("")
        print_line(f"Your backup words are in {words_file}")
        print_sentence("Copy them to paper, then delete the file.")
    else:
        for title, text, words in (
            ("First sheet", FIRST_SHEET, created.author_words),
            ("Second sheet", SECOND_SHEET, created.next_words),
        ):
            print_words(title, text, words)
            print_sentence(WHOSE)
            print_line(created.sheet_link)
    print_line("")
    print_sentence("Next: swarmfeed run")
