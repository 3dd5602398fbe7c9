"""An answer to any ask, made from its annotations: for what a fake desk has no row for."""

import pkgutil
from functools import cache
from importlib import import_module
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from swarmfeed.core import asks
from swarmfeed.core.asks.ask import Ask, answer_type
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId

PLAIN: Final[dict[Any, object]] = {
    str: "",
    bool: False,
    int: 0,
    float: 0.0,
    bytes: b"",
    Cursor: Cursor(0, 0),
    OldPost: OldPost(0, ""),
} | dict.fromkeys((AuthorId, FeedId, NodeId, Hash), bytes(32))


@cache
def declared() -> tuple[type[Ask[Any]], ...]:
    """Every ask that a node may be asked; what the page answers itself is none.

    Every page of a fake desk wants to know it: it is found once.
    """
    names = [each.name for each in pkgutil.iter_modules(asks.__path__) if each.name != "page"]
    modules = [import_module(f"{asks.__name__}.{name}") for name in names]
    found = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Ask) and each is not Ask
    }
    return tuple(sorted(found, key=lambda each: each.name))


def stub_answer(ask: type[Ask[Any]]) -> Any:
    """Return the emptiest answer of its type."""
    return stub(answer_type(ask))


def stub(hint: Any) -> Any:
    """Return the emptiest value of a type that has a JSON form."""
    if hint in PLAIN:
        return PLAIN[hint]
    arguments = get_args(hint)
    if get_origin(hint) is Annotated:
        return stub(arguments[0])
    if get_origin(hint) is tuple:
        return ()
    if NoneType in arguments:
        return None
    hints = get_type_hints(hint, include_extras=True)
    return hint(**{name: stub(hints[name]) for name in hint.__struct_fields__})
