"""Options of a node: one for each setting, derived from its declaration."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import click
from click.core import ParameterSource
from msgspec.structs import replace

from swarmfeed.cli.params import PORT, EndpointParam, SizeParam
from swarmfeed.cli.way_list import WayListParam
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.waylist import WayList
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import (
    Declared,
    NodeSettings,
    Quantity,
    Setting,
    declared,
)

Command = Callable[..., Any]
S = TypeVar("S")

PARAMS: Final[dict[object, click.ParamType[Any]]] = {
    str: click.STRING,
    int: click.INT,
    float: click.FLOAT,
    Endpoint: EndpointParam(),
    WayList: WayListParam(),
    Quantity.PORT: PORT,
    Quantity.SIZE: SizeParam(),
}
"""How what a person types becomes the value of a setting, by its type or quantity."""


_NOT_TOLD: Final = (None, ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)


def node_options(others: Sequence[type], *, stays: bool) -> Callable[[Command], Command]:
    """An option for each setting of a node; the command gets ``settings: NodeSettings``.

    Args:
        others: Settings records that roles bring.
        stays: Whether the node runs until it is stopped.
    """
    kinds = (NodeSettings, *others)
    names = [_param(field) for kind in kinds for field in declared(kind)]
    assert len(names) == len(set(names)), f"two settings have one name: {sorted(names)}"
    options = [option for kind in kinds for option in setting_options(kind, stays=stays)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def collected(*args: object, **values: object) -> object:
            told = tuple(_told(kinds))
            own = take_settings(NodeSettings, values)
            roles: tuple[object, ...] = tuple(take_settings(kind, values) for kind in others)
            settings = replace(own, told=told, others=roles)
            return command(*args, settings=settings, **values)

        wrapped: Command = collected
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def setting_options(kind: type, *, stays: bool) -> list[Callable[[Command], Command]]:
    """Derive the options of one settings record, in its order."""
    return [
        _option(_param(field), field, field.setting)
        for field in declared(kind)
        if stays or not field.setting.stays
    ]


def take_settings(kind: type[S], values: dict[str, Any]) -> S:
    """Take the values of ``setting_options(kind)`` out of ``values``.

    Raises:
        click.UsageError: They do not fit together.
    """
    names = {field.name: _param(field) for field in declared(kind)}
    given = {name: values.pop(param) for name, param in names.items() if param in values}
    try:
        return kind(**given)
    except UserError as error:
        raise click.UsageError(str(error)) from error


def _told(kinds: Sequence[type]) -> Iterator[str]:
    """Flags that the command line, or the environment, says."""
    ctx = click.get_current_context()
    for field in (each for kind in kinds for each in declared(kind)):
        if ctx.get_parameter_source(_param(field)) not in _NOT_TOLD:
            yield field.setting.flag


def _param(field: Declared) -> str:
    """Name the value as click would by its flag; of several values, as the field."""
    if field.multiple:
        return field.name
    return field.setting.flag.partition("/")[0].removeprefix("--").replace("-", "_")


def _option(param: str, field: Declared, setting: Setting) -> Callable[[Command], Command]:
    how: dict[str, Any] = {"help": setting.help, "hidden": setting.hidden}
    if field.kind is bool:
        # A flag without a second one can only switch on.
        how |= {"default": field.default} if "/" in setting.flag else {"is_flag": True}
    elif field.multiple:
        how |= {"type": _type(field, setting), "multiple": True}
    else:
        shown = {"show_default": setting.shows_default or None, "metavar": setting.metavar}
        how |= {"type": _type(field, setting), "default": field.default, **shown}
    if setting.alone is not None:
        how |= {"is_flag": False, "flag_value": setting.alone}
    return click.option(setting.flag, param, **how)


def _type(field: Declared, setting: Setting) -> click.ParamType[Any]:
    if setting.choices:
        return click.Choice(setting.choices)
    if setting.within is None:
        return PARAMS[field.kind]
    in_range = click.IntRange if field.kind is int else click.FloatRange
    return in_range(*setting.within)
