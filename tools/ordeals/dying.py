"""A command in a process of its own that may die before the n-th thing it asks of the disk.

The process is forked from this one, which has everything loaded.  So every moment that differs
is met, and none by chance.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from msgspec import Struct
from swarmfeed.cli.main import main

ASKED_OF_THE_DISK: Final = (
    *("open", "write", "pwrite", "fsync", "fdatasync", "ftruncate"),
    *("mkdir", "rename", "replace", "link", "unlink", "rmdir"),
)
"""Functions of ``os`` that a command may die before."""


class Ended(Struct, frozen=True, kw_only=True):
    """How a command ended."""

    code: int
    """Of its exit; -9 if it was killed."""
    said: str
    asked: int
    """How often it asked something of the disk; 0 if it was killed."""


def run_command(folder: Path, words: tuple[str, ...], dies_at: int | None = None) -> Ended:
    """Run a command line on the home in a folder; ``{folder}`` in it stands for that folder.

    Args:
        dies_at: Before which of the things it asks of the disk it kills itself, from 0.
    """
    said = folder / "said"
    pid = os.fork()
    if pid == 0:
        _be(folder, words, said, dies_at)
    _, status = os.waitpid(pid, 0)
    count = folder / "asked"
    asked = int(count.read_text()) if count.exists() else 0
    count.unlink(missing_ok=True)
    return Ended(code=os.waitstatus_to_exitcode(status), said=said.read_text(), asked=asked)


def _be(folder: Path, words: tuple[str, ...], said: Path, dies_at: int | None) -> NoReturn:
    """Be the command; never returns, whatever happens."""
    code, asked = 70, [0]
    try:
        descriptor = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for standard in (1, 2):
            os.dup2(descriptor, standard)
        _count(asked, dies_at)
        line = [word.format(folder=folder) for word in words]
        main(["--home", str(folder / "home"), *line], standalone_mode=True)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    finally:
        with suppress(OSError):
            os.fsync(1)
            (folder / "asked").write_text(str(asked[0]))
        os._exit(code)


def _count(asked: list[int], dies_at: int | None) -> None:
    """Count in ``asked`` what is asked of the disk, and die before it is one too many."""

    def counting(real: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*arguments: Any, **named: Any) -> Any:
            if dies_at is not None and asked[0] >= dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            asked[0] += 1
            return real(*arguments, **named)

        return ask

    for name in ASKED_OF_THE_DISK:
        setattr(os, name, counting(getattr(os, name)))
