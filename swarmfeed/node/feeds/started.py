"""The settings of this run, as people write them, and choosing others."""

from collections.abc import Iterator, Mapping

from swarmfeed.core.asks import settings_sentences as sentences
from swarmfeed.core.asks.starting import (
    ChooseSettings,
    HowItWasStarted,
    StartOption,
    StartOptions,
)
from swarmfeed.core.base.texts import Text, format_size
from swarmfeed.node.ground.choices import Choices
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.setting_texts import may_be_kept
from swarmfeed.node.ground.settings import Declared, NodeSettings, Quantity, declared


class AboutStart:
    """Says how the node was started and what was chosen since, and takes what is chosen."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowItWasStarted, self.how_it_was_started),
            in_loop(ChooseSettings, self.choose),
        )

    async def how_it_was_started(self, _: HowItWasStarted) -> StartOptions:
        kept = await self._choices.kept()
        choices = self._choices
        options = options_of(choices.now, kept, choices.at_next_start(kept))
        return StartOptions(options=tuple(options))

    async def choose(self, ask: ChooseSettings) -> StartOptions:
        await self._choices.choose({each.flag: each.value for each in ask.settings})
        return await self.how_it_was_started(HowItWasStarted())


def options_of(
    settings: NodeSettings, kept: Mapping[str, str], then: NodeSettings
) -> Iterator[StartOption]:
    """Return every option that the help tells of, those of roles behind the node's own.

    Args:
        kept: What the home keeps, by flag.
        then: Settings at the next start.
    """
    for group, later in zip((settings, *settings.others), (then, *then.others), strict=True):
        for field in declared(type(group)):
            if not field.setting.hidden:
                value, flag = getattr(group, field.name), field.setting.flag
                yield StartOption(
                    flag=flag,
                    help=Text(field.setting.help)(),
                    value=_said(field, value),
                    given=value != field.default,
                    then=_said(field, getattr(later, field.name)),
                    kept=kept.get(flag, ""),
                    told=flag in settings.told,
                    restart=field.setting.restart,
                    chosen=may_be_kept(field),
                    choices=("on", "off") if field.kind is bool else field.setting.choices,
                )


def _said(field: Declared, value: object) -> str:
    if isinstance(value, bool):
        return sentences.ON() if value else sentences.OFF()
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    if field.kind is Quantity.SIZE and isinstance(value, int):
        return _said_size(field, value)
    if field.kind is Quantity.PORT and not value:
        return "" if field.setting.none_at_0 else sentences.ANY()
    return "" if value is None else str(value)


def _said_size(field: Declared, size_bytes: int) -> str:
    """What is negative was left out, and depends on other things."""
    if size_bytes < 0:
        return ""
    is_rate = not field.default
    return (
        sentences.NO_LIMIT()
        if is_rate and not size_bytes
        else format_size(size_bytes, tenths_below=10)
    )
