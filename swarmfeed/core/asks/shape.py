"""How one type looks as JSON, and the annotations that say so.

Not those of ``core.base.marks``: an ``EntryRef`` goes both ways, and has other keys as bytes.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from swarmfeed.errors import BadJsonError

Json = dict[str, Any]
"""A JSON object."""


class Key(Struct, frozen=True):
    """The field's key, where it is not its name."""

    name: str


class Flat(Struct, frozen=True):
    """The keys of the field's record stand beside the others, not in an own object."""


class Spare(Struct, frozen=True):
    """The key is left out where the field has its default."""


class Whole(Struct, frozen=True, kw_only=True):
    """A whole number from ``first`` to ``last``."""

    first: int
    last: int
    described: str = "a number"
    sentence: str = ""
    """Said when it is not, instead of the usual."""


class JsonShape(Struct, frozen=True, kw_only=True):
    """How values of one type look as JSON."""

    write: Callable[[Any], Any]
    read: Callable[[object, str], Any]
    """Value and the key it stands under; raises BadJsonError."""
    schema: Callable[["Definitions"], Json]
    from_text: Callable[[str], object] = lambda text: text
    """The JSON value that a text of a query stands for; its own ``read`` decides."""
    described: str = "an object"
    plural: str = ""
    """What many of them are called; empty: as one is."""
    complaint: Callable[[str], str] | None = None
    """Says of a key what is wrong with it, where the usual sentence does not do."""

    def refuse(self, key: str) -> BadJsonError:
        """The error for a value that is not of this shape, or not there."""
        said = self.complaint or (lambda key: f'"{key}" has to be {self.described}.')
        return BadJsonError(key, said(key))


class Definitions(Struct, frozen=True):
    """Schemas of records, by their names, and how fields are described."""

    describe: Callable[[type], Mapping[str, str]]
    """Field -> description; ``""`` -> that of the whole."""
    found: dict[str, Json]


def described(schema: Json, told: Mapping[str, str], name: str) -> Json:
    """Return a schema with the description that goes with a field's name, if there is one."""
    return {**schema, "description": told[name]} if told.get(name) else schema
