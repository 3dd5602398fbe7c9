"""What every command is given: the home, and the doors through which it reaches a node."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import click
from msgspec import Struct

from swarmfeed.cli.doors import Doors
from swarmfeed.cli.home import default_home, read_passphrase
from swarmfeed.cli.output import warn
from swarmfeed.core.asks.alarm_sentences import warnings_of
from swarmfeed.core.asks.alarms import WhatIsAlarming
from swarmfeed.core.asks.upkeep import WhatIsRefused
from swarmfeed.desk import Answerer
from swarmfeed.node.ground.settings import NodeSettings


class Context(Struct, frozen=True, kw_only=True):
    """What stands before the name of the command, checked."""

    home: Path
    passphrase_file: Path | None = None
    keyring: bool = False
    """Whether the system's keyring is to have the passphrase."""
    level: str
    """From which on the log is told, of ``main.LEVELS``."""
    doors: Doors

    def passphrase(self) -> str:
        """Read or ask the passphrase of this home's keys; empty when they have none."""
        return read_passphrase(self.home, self.passphrase_file, keyring=self.keyring)

    def with_kept(self, settings: NodeSettings) -> NodeSettings:
        """Fill in what the home keeps of settings, where the command says nothing of them.

        Wherever this home goes online: who chose a proxy is not to be found beside it.
        """
        from swarmfeed.node.ground.setting_texts import with_kept
        from swarmfeed.shell.disk.settings import FileSettings

        kept = FileSettings(self.home).read()
        return with_kept(settings, kept) if kept else settings

    def start_log(self) -> None:
        """Tell on standard error what is done in this process.

        Before a home is opened here; whoever asks a running node has nothing to tell.
        """
        from swarmfeed.cli import log

        log.send_to_stderr(self.level)

    def open(
        self,
        settings: NodeSettings | None = None,
        *,
        passphrase: str | None = None,
        alarms: bool = True,
    ) -> AbstractContextManager[Answerer]:
        """Reach the running node of this home, or open the home ourselves meanwhile.

        Args:
            passphrase: Where it was asked already; else it is only if the home is opened here.
            alarms: Whether to say them on standard error; not where the answer has them.
        """
        chosen = self.with_kept(settings or NodeSettings(network=False))
        opens = partial(self._open_here, passphrase)
        return _warned(self.doors.open_desk(self.home, chosen, opens), alarms=alarms)

    def _open_here(self, passphrase: str | None) -> str:
        self.start_log()
        return self.passphrase() if passphrase is None else passphrase


@contextmanager
def _warned(opening: AbstractContextManager[Answerer], *, alarms: bool) -> Iterator[Answerer]:
    """Say on standard error what should not wait, beside whatever is asked: what the machine
    refuses the node, and what others did in the person's name."""
    with opening as desk:
        found = desk.ask(WhatIsAlarming()).alarms if alarms else ()
        for sentence in warnings_of([alarm.sentence for alarm in found]):
            warn(sentence)
        for sentence in desk.ask(WhatIsRefused()).sentences:
            warn(sentence)
        yield desk


pass_context = click.make_pass_decorator(Context)


def make_context(
    home: Path | None,
    passphrase_file: Path | None,
    level: str,
    doors: object,
    *,
    keyring: bool = False,
) -> Context:
    """Build the context of one run; ``doors`` is what a test handed to click, or None."""
    return Context(
        home=home or default_home(),
        passphrase_file=passphrase_file,
        keyring=keyring,
        level=level,
        doors=doors if isinstance(doors, Doors) else Doors(),
    )
