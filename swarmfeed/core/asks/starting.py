"""With which options this machine was started, and what is chosen of them since."""

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask


class StartOption(Struct, frozen=True, kw_only=True):
    """One option of ``swarmfeed run``, and what it is in this run."""

    flag: str
    """``--disk``; what can be switched off too is ``--dht/--no-dht``."""
    help: str
    """What it does."""
    value: str
    """As people write it; empty: nothing."""
    given: bool
    """Whether it is another value than the default."""
    then: str = ""
    """What it is from the next start on, as people write it; empty: nothing."""
    kept: str = ""
    """What the home keeps for the next starts; empty: nothing, and the default counts then."""
    told: bool = False
    """Whether the command that started it says it: that counts before what is kept."""
    restart: bool = True
    """Whether another value counts from the next start on, and not at once."""
    chosen: bool = False
    """Whether it can be chosen and kept (``choose-settings``); else each start says it."""
    choices: tuple[str, ...] = ()
    """All that it may be; empty: many things, as ``help`` says."""


class StartOptions(Struct, frozen=True, kw_only=True):
    """All options that people are told of, in the order of the help."""

    options: tuple[StartOption, ...]


class HowItWasStarted(Ask[StartOptions], frozen=True, kw_only=True):
    """With which options this machine was started, and what was chosen of them since."""

    name = "how-it-was-started"


class Chosen(Struct, frozen=True, kw_only=True):
    """What one option is to be from now on."""

    flag: str
    """As ``StartOption`` has it."""
    value: str
    """As people write it: ``20 GB``, ``on``; empty: the default again."""


class ChooseSettings(Ask[StartOptions], frozen=True, kw_only=True):
    """Keep options for the next starts; what can be changed while it runs is changed at once.

    All of them, or where one is wrong, none.
    """

    name = "choose-settings"
    changes = True

    settings: tuple[Chosen, ...]
