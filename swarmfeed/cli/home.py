"""Where a person's keys and posts lie, whether they are there, and what opens them."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

import click

from swarmfeed.cli.leaving import tidily
from swarmfeed.core.asks import input_sentences, recovery_sentences, sentences
from swarmfeed.core.asks.ending_sentences import HALF_DELETED
from swarmfeed.core.asks.locking import PASSPHRASE_CHARS_MAX
from swarmfeed.core.asks.utf8 import read_utf8, require_whole
from swarmfeed.errors import UserError
from swarmfeed.node.ground.home import key_path
from swarmfeed.shell.disk.durable import is_there
from swarmfeed.shell.disk.modes import may_be_read_by_others

WORDS_BYTES_MAX = 65_536
"""Longest file of words that is read: a sheet is two kilobytes, sixteen shares are four."""


def default_home() -> Path:
    """The folder this system sets aside for a program's own data of this person."""
    import platformdirs  # hardly ever needed twice, and who names a folder needs it never

    return Path(platformdirs.user_data_dir("swarmfeed"))


def has_keys(home: Path) -> bool:
    """Whether ``swarmfeed init`` was run on this folder.  Raises PassingError."""
    return is_there(key_path(home))


def is_new(home: Path) -> bool:
    """Whether nobody was ever here: there are neither keys nor what was written with some."""
    return not has_keys(home) and not any(home.glob("feeds/*/journal"))


def finish_deleting(home: Path) -> None:
    """Delete what a power cut left of a home; one that it left whole goes on."""
    from swarmfeed.shell.disk import deleting
    from swarmfeed.shell.disk.homelock import HomeLock

    if is_there(home / deleting.BEGUN):
        with HomeLock(home):
            deleting.finish_deleting(home)


def waits_for_passphrase(home: Path) -> bool:
    """Whether the keys open with a passphrase, and no terminal is here to ask for it."""
    from swarmfeed.shell.disk.keyfile import is_protected

    return has_keys(home) and is_protected(key_path(home)) and not sys.stdin.isatty()


def require_home(home: Path) -> None:
    """Raise UserError when ``home`` has no keys."""
    if not has_keys(home):
        from swarmfeed.shell.disk.deleting import is_half_deleted

        said = HALF_DELETED if is_half_deleted(home) else sentences.NO_KEYS
        raise UserError(said(home=home))


def read_passphrase(home: Path, file: Path | None, *, keyring: bool = False) -> str:
    """Read the passphrase from a file, or ask at the terminal; empty for unprotected keys.

    Args:
        keyring: Whether the system's keyring is to have it: it is taken from there, and one
            that was asked for and opens the keys is kept there.

    Raises:
        UserError: It is needed, and there is neither a file nor a person to ask.
    """
    # Opening keys loads what signs and seals; who asks a running node does without.
    from swarmfeed.shell.disk.keyfile import is_protected

    require_home(home)
    if not is_protected(key_path(home)):
        return ""
    if file is not None:
        return read_passphrase_file(file)
    if keyring:
        return _from_keyring(home)
    return _asked()


def _from_keyring(home: Path) -> str:
    from swarmfeed.shell.disk.keyfile import open_keys
    from swarmfeed.shell.passphrases import keep_passphrase, kept_passphrase

    kept = kept_passphrase(home)
    if kept is not None:
        with suppress(UserError):  # it was changed since, perhaps
            open_keys(key_path(home), kept)
            return kept
    typed = _asked()
    open_keys(key_path(home), typed)
    keep_passphrase(home, typed)
    click.echo(recovery_sentences.KEPT_IN_KEYRING(), err=True)
    return typed


def _asked() -> str:
    if not sys.stdin.isatty():
        raise UserError("the keys are protected; name a file with --passphrase-file")
    return ask("passphrase", hide_input=True)


def ask(question: str, **options: Any) -> str:
    """Ask at the terminal; ``options`` are those of ``click.prompt``.

    Raises:
        KeyboardInterrupt: The answer was Ctrl-C.
        click.Abort: The input ended.
        UserError: It is not whole.
    """
    try:
        # A prompt that hides what is typed gives the terminal back as it was.
        with tidily():
            typed = str(click.prompt(question, err=True, **options))
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise
    return require_whole(typed, input_sentences.WHAT_WAS_TYPED())


def read_passphrase_file(file: Path) -> str:
    """Return the first line of a file, without its line end.

    Raises:
        UserError: There is none, it is not UTF-8, or others may read it too.
    """
    try:
        with file.open("rb") as lines:
            require_private(lines)
            # A character has at most four bytes.
            raw = lines.readline(4 * PASSPHRASE_CHARS_MAX + 2)
    except OSError as error:
        raise UserError(
            input_sentences.PASSPHRASE_UNREAD(path=file, reason=error.strerror)
        ) from error
    what = input_sentences.THE_PASSPHRASE(path=file)
    first = require_whole(read_utf8(raw.rstrip(b"\r\n"), what), what)
    if not 0 < len(first) <= PASSPHRASE_CHARS_MAX:
        raise UserError(input_sentences.NO_PASSPHRASE(path=file))
    return first


def read_words_file(file: BinaryIO) -> str:
    """Read what was handed in as words of sheets or shares: a file, or standard input.

    Raises:
        UserError: It is no text, or others may read the file.
    """
    if file is not sys.stdin.buffer:
        require_private(file)
    return read_utf8(file.read(WORDS_BYTES_MAX), input_sentences.THE_WORDS())


def require_private(file: IO[Any]) -> None:
    """Raise UserError when others may read a file that holds a secret."""
    try:
        descriptor = file.fileno()
    except OSError:
        return  # text that is in memory already
    if may_be_read_by_others(descriptor):
        raise UserError(sentences.OTHERS_MAY_READ(path=file.name))
