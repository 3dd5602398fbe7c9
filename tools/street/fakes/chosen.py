"""What a fake desk says of its settings, and keeps of what is chosen."""

from collections.abc import Mapping
from typing import Final

from swarmfeed.cli.main import settings_of_roles
from swarmfeed.core.asks.starting import ChooseSettings, HowItWasStarted, StartOptions
from swarmfeed.node.feeds.started import options_of
from swarmfeed.node.ground.setting_texts import at_once, begun_with, merged, with_values
from swarmfeed.node.ground.settings import NodeSettings

from street.fakes.table import Rows


class FakeSettings:
    """Settings of a machine that was started with ``--lan``."""

    def __init__(self) -> None:
        others = tuple(kind() for kind in settings_of_roles())
        self.now = NodeSettings(lan=True, told=("--lan/--no-lan",), others=others)
        self.kept: Mapping[str, str] = {}

    def options(self) -> StartOptions:
        then = begun_with(self.now, self.kept)
        return StartOptions(options=tuple(options_of(self.now, self.kept, then)))

    def choose(self, ask: ChooseSettings) -> StartOptions:
        wanted = {each.flag: each.value for each in ask.settings}
        with_values(self.now, wanted)
        self.now = with_values(self.now, at_once(self.now, wanted))
        self.kept = merged(self.kept, wanted)
        return self.options()


SETTINGS: Final[Rows] = {
    HowItWasStarted: lambda desk, _: desk.machine.options(),
    ChooseSettings: lambda desk, ask: desk.machine.choose(ask),
}
