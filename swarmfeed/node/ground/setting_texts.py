"""Settings as people write them: read, written, and put into the settings of a node.

Pure.  A setting is kept under its flag; those that take several values are said at each start.
"""

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from swarmfeed.core.asks import settings_sentences as sentences
from swarmfeed.core.base.sizes import exact_size, parse_size
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import Declared, NodeSettings, Quantity, declared

PORT_MAX: Final = 65_535

_SWITCHES: Final = {"on": True, "off": False}


def may_be_kept(field: Declared) -> bool:
    """Whether a setting can be chosen, and kept for the next starts."""
    said = field.setting
    return said.kept and not said.hidden and not field.multiple


def choosable(settings: NodeSettings) -> dict[str, tuple[type, Declared]]:
    """Return what can be chosen by its flag, and whose setting it is."""
    return {
        field.setting.flag: (type(group), field)
        for group in (settings, *settings.others)
        for field in declared(type(group))
        if may_be_kept(field)
    }


def read_setting(field: Declared, typed: str) -> object:
    """Return the value that a person wrote; empty: the default.

    Raises:
        UserError: It is none.
    """
    typed = typed.strip()
    if not typed:
        return field.default
    if field.kind is bool:
        return _one_of(typed, _SWITCHES, sentences.NO_SWITCH(typed=typed))
    if field.kind in (int, Quantity.PORT, Quantity.SIZE):
        return _read_number(field, typed)
    if field.setting.choices:
        all_of_them = ", ".join(field.setting.choices)
        wrong = sentences.NO_CHOICE(typed=typed, choices=all_of_them)
        return _one_of(typed, {each: each for each in field.setting.choices}, wrong)
    assert field.kind is str, f"{field.setting.flag} takes what nobody can write"
    return typed


def write_setting(field: Declared, value: object) -> str:
    """Return what ``read_setting`` reads as ``value``; a default of nothing is empty."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if field.kind is Quantity.SIZE and isinstance(value, int):
        return exact_size(value) if value >= 0 else ""
    return "" if value is None else str(value)


def with_values(settings: NodeSettings, wanted: Mapping[str, str]) -> NodeSettings:
    """Return settings with some of them as ``wanted``, by their flags.

    Raises:
        UserError: One is none, is badly written, or does not go with another.
    """
    known, values = choosable(settings), dict[type, dict[str, Any]]()
    for flag, typed in wanted.items():
        if flag not in known:
            raise UserError(sentences.NO_SUCH(flag=flag))
        kind, field = known[flag]
        values.setdefault(kind, {})[field.name] = read_setting(field, typed)
    others = tuple(replace(each, **values.get(type(each), {})) for each in settings.others)  # type: ignore[type-var]
    return replace(settings, **values.get(NodeSettings, {}), others=others)


def with_kept(settings: NodeSettings, kept: Mapping[str, str]) -> NodeSettings:
    """Fill in what a home keeps, where the command that starts it says nothing of it.

    Raises:
        UserError: What is kept is wrong; it names the setting.
    """
    known = choosable(settings)
    for flag, typed in kept.items():
        try:
            if flag in known:
                read_setting(known[flag][1], typed)
            elif settings.others:
                raise UserError(sentences.NO_SUCH(flag=flag))
        except UserError as error:
            raise UserError(sentences.WRONG_IN_FILE(flag=flag, why=error)) from error
    wanted = {
        flag: typed
        for flag, typed in kept.items()
        if flag in known and flag not in settings.told
    }
    try:
        return with_values(settings, wanted)
    except UserError as error:
        raise UserError(sentences.WRONG_TOGETHER(why=error)) from error


def merged(kept: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept once some of it is as ``wanted``; what is empty is kept no longer."""
    both = {**kept, **{flag: typed.strip() for flag, typed in wanted.items()}}
    return {flag: typed for flag, typed in both.items() if typed}


def at_once(settings: NodeSettings, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return those of ``wanted`` that need no restart."""
    known = choosable(settings)
    return {
        flag: typed
        for flag, typed in wanted.items()
        if flag in known and not known[flag][1].setting.restart
    }


def unsaid(settings: NodeSettings) -> NodeSettings:
    """Return settings as they are where nothing but the command line is known."""
    flags = choosable(settings).keys() - {*settings.told}
    return with_values(settings, dict.fromkeys(flags, ""))


def begun_with(settings: NodeSettings, kept: Mapping[str, str]) -> NodeSettings:
    """Return what the same command line begins with, where a home keeps this.

    Raises:
        UserError: What is kept is wrong.
    """
    return with_kept(unsaid(settings), kept).as_far_as_it_goes()


def _read_number(field: Declared, typed: str) -> int:
    if field.kind is Quantity.SIZE:
        return parse_size(typed)
    bounds = (0, PORT_MAX) if field.kind is Quantity.PORT else field.setting.within
    assert bounds is not None, f"{field.setting.flag} has no bounds"
    least, most = bounds
    if typed.isascii() and typed.isdecimal() and least <= int(typed[:15]) <= most:
        return int(typed[:15])
    raise UserError(sentences.NO_NUMBER(typed=typed, least=least, most=most))


def _one_of(typed: str, values: Mapping[str, object], wrong: str) -> object:
    if typed.lower() not in values:
        raise UserError(wrong)
    return values[typed.lower()]
