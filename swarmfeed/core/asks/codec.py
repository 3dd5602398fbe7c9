"""Views and asks as JSON values, and back, by the annotations of their dataclasses.

    AuthorId, FeedId, NodeId    address of 56 characters          Hash     hex
    str, bool, int, float       as they are                       bytes    base64
    tuple[T, ...]               a list of T                       T | None     null, or T
    a dataclass                 an object, a key for each field (``ALIASES``, ``Key``, ``Flat``)
    a class with from_json      as it says itself (``Cursor``)

Keys keep their meaning for good; new ones may join.  Times are Unix milliseconds, sizes are
bytes, shares and chances are numbers from 0 to 1.
"""

import base64
import binascii
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from swarmfeed.core.base.address import ADDRESS_CHARS, format_address, parse_address
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId
from swarmfeed.errors import BadJsonError, UserError

Json = dict[str, Any]
"""A JSON object."""

T = TypeVar("T")

ALIASES: Final = {
    "author_id": "author",
    "author_name": "name",
    "feed_id": "feed",
    "node_id": "node",
    "entry_hash": "hash",
}
"""Names that are shorter outside, wherever they stand."""


# --- annotations -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """The field's key, where it is not its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Flat:
    """The keys of the field's dataclass stand beside the others, not in an own object."""


@dataclass(frozen=True, slots=True)
class Spare:
    """The key is left out where the field has its default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole number from ``first`` to ``last``."""

    first: int
    last: int
    described: str = "a number"
    sentence: str = ""
    """Said when it is not, instead of the usual."""


# --- shapes ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
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


@dataclass(frozen=True, slots=True)
class Definitions:
    """Schemas of dataclasses, by their names, and how fields are described."""

    describe: Callable[[type], Mapping[str, str]]
    """Field -> description; ``""`` -> that of the whole."""
    found: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a dataclass and its key."""

    name: str
    key: str
    shape: Shape
    flat: bool
    spare: bool
    default: object
    """``dataclasses.MISSING`` where there is none."""

    @property
    def required(self) -> bool:
        return self.default is dataclasses.MISSING


def to_json(value: Any) -> Json:
    """Return a view, or an ask, as a JSON object."""
    written: Json = shape_of(type(value)).write(value)
    return written


def from_json(kind: type[T], value: object) -> T:
    """Read a view, or an ask, from a JSON value of anybody.

    Raises:
        BadJsonError: It is not such a one; the sentence names the first key that is wrong.
    """
    read: T = shape_of(kind).read(value, "")
    return read


def to_query(ask: object) -> dict[str, str]:
    """Return the fields of an ask as the parameters of a query; those that are None are left
    out."""
    written = to_json(ask).items()
    return {key: _to_text(value) for key, value in written if value is not None}


def from_query(kind: type[T], query: Mapping[str, str]) -> T:
    """Read an ask from the parameters of a query; what is missing is as if it were empty.

    Raises:
        BadJsonError: A parameter is not what it has to be.
    """
    values = {
        field.key: field.shape.from_text(query.get(field.key, ""))
        for field in fields_of(kind)
        if field.key in query or field.required
    }
    return from_json(kind, values)


def shape_of(kind: Any) -> Shape:
    """Return how a type looks as JSON.

    Raises:
        TypeError: It cannot be told as JSON.
    """
    return _shape_of(kind)


@cache
def _shape_of(kind: Any) -> Shape:
    if kind in ATOMS:
        return ATOMS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        bounds = [each for each in kind.__metadata__ if isinstance(each, Whole)]
        return _whole(bounds[0]) if bounds else shape_of(arguments[0])
    if origin in (Union, UnionType) and len(arguments) == 2 and arguments[1] is NoneType:
        return _optional(shape_of(arguments[0]))
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        return _list(shape_of(arguments[0]))
    if hasattr(kind, "from_json"):
        return _own(kind)
    if dataclasses.is_dataclass(kind):
        return _object(kind)
    raise TypeError(f"{kind} has no JSON form")


def fields_of(kind: Any) -> tuple[Field, ...]:
    """Return the fields of a dataclass, in order."""
    return _fields_of(kind)


@cache
def _fields_of(kind: Any) -> tuple[Field, ...]:
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_field(each, hints[each.name]) for each in dataclasses.fields(kind))


def _field(field: "dataclasses.Field[Any]", hint: Any) -> Field:
    notes = getattr(hint, "__metadata__", ())
    keys = [note.name for note in notes if isinstance(note, Key)]
    return Field(
        name=field.name,
        key=keys[0] if keys else ALIASES.get(field.name, field.name),
        shape=shape_of(hint),
        flat=any(isinstance(note, Flat) for note in notes),
        spare=any(isinstance(note, Spare) for note in notes),
        default=field.default,
    )


# --- objects and lists ---------------------------------------------------------------------


def _object(kind: Any) -> Shape:
    # Fields are looked up when they are needed: a dataclass may hold itself.
    def write(value: Any) -> Json:
        written: Json = {}
        for field in fields_of(kind):
            held = getattr(value, field.name)
            if field.flat:
                written |= field.shape.write(held)
            elif not (field.spare and held == field.default):
                written[field.key] = field.shape.write(held)
        return written

    def read(value: object, key: str) -> Any:
        if not isinstance(value, dict):
            raise BadJsonError(key, f'"{key}" has to be an object.')
        return kind(**{
            field.name: field.shape.read(value, key) if field.flat else _read(field, value)
            for field in fields_of(kind)
            if field.flat or field.required or field.key in value
        })  # fmt: skip

    def schema(definitions: Definitions) -> Json:
        if kind.__name__ not in definitions.found:
            definitions.found[kind.__name__] = {}  # it may hold itself
            definitions.found[kind.__name__] = object_schema(kind, definitions)
        return {"$ref": f"#/components/schemas/{kind.__name__}"}

    return Shape(write=write, read=read, schema=schema, plural="objects")


def _read(field: Field, value: Json) -> Any:
    if field.key not in value:
        raise field.shape.refuse(field.key)
    return field.shape.read(value[field.key], field.key)


def object_schema(kind: type, definitions: Definitions, *, is_question: bool = False) -> Json:
    """Return the JSON Schema (2020-12) of a dataclass, the ones in it by reference.

    Args:
        is_question: Whether it comes from others, who may leave out what has a default.
    """
    told = definitions.describe(kind)
    properties: Json = {}
    required: list[str] = []
    for field in fields_of(kind):
        if field.flat:
            inner = object_schema(_held(kind, field.name), definitions)
            properties |= inner["properties"]
            required += inner["required"]
            continue
        properties[field.key] = described(field.shape.schema(definitions), told, field.name)
        if field.required if is_question else not field.spare:
            required.append(field.key)
    schema: Json = {"type": "object", "properties": properties, "required": required}
    return described(schema, told, "")


def described(schema: Json, told: Mapping[str, str], name: str) -> Json:
    """Return a schema with the description that goes with a field's name, if there is one."""
    return {**schema, "description": told[name]} if told.get(name) else schema


def _held(kind: type, name: str) -> type:
    held: type = get_type_hints(kind)[name]
    return held


def _list(item: Shape) -> Shape:
    plural = f"a list of {item.plural or item.described}"

    def read(value: object, key: str) -> Any:
        if not isinstance(value, list):
            raise BadJsonError(key, f'"{key}" has to be {plural}.')
        return tuple(item.read(each, key) for each in value)

    return Shape(
        write=lambda value: [item.write(each) for each in value],
        read=read,
        schema=lambda found: {"type": "array", "items": item.schema(found)},
        described=plural,
    )


def _optional(inner: Shape) -> Shape:
    return Shape(
        write=lambda value: None if value is None else inner.write(value),
        read=lambda value, key: None if value is None else inner.read(value, key),
        schema=lambda found: {"anyOf": [inner.schema(found), {"type": "null"}]},
        from_text=lambda text: inner.from_text(text) if text else None,
        described=inner.described,
    )


# --- single values ---------------------------------------------------------------------------


def _checked(kind: type, described: str, name: str) -> Shape:
    def read(value: object, key: str) -> Any:
        # True is an int for isinstance, and for nobody else.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise shape.refuse(key)
        return value

    shape = Shape(
        write=lambda value: value,
        read=read,
        schema=lambda _: {"type": name},
        from_text=_FROM_TEXT.get(kind, lambda text: text),
        described=described,
    )
    return shape


def _number(text: str) -> object:
    # 18 digits fit the 64-bit integers of others.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else text


_FROM_TEXT: Final[dict[type, Callable[[str], object]]] = {
    int: _number,
    bool: lambda text: {"true": True, "false": False}.get(text, text),
}


def _whole(bounds: Whole) -> Shape:
    def read(value: object, key: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise shape.refuse(key)
        if not bounds.first <= value <= bounds.last:
            raise shape.refuse(key)
        return value

    limits = {"type": "integer", "minimum": bounds.first, "maximum": bounds.last}
    shape = Shape(
        write=lambda value: value,
        read=read,
        schema=lambda _: dict(limits),
        from_text=_number,
        described=bounds.described,
        complaint=(lambda _: bounds.sentence) if bounds.sentence else None,
    )
    return shape


def _float() -> Shape:
    def read(value: object, key: str) -> Any:
        # Some write 1 for 1.0; an int may be too long for a float.
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise shape.refuse(key)
        try:
            return float(value)
        except OverflowError as error:
            raise shape.refuse(key) from error

    shape = Shape(
        write=lambda value: value,
        read=read,
        schema=lambda _: {"type": "number"},
        described="a number",
    )
    return shape


def _parsed(
    write: Callable[[Any], str],
    parse: Callable[[str], Any],
    described: str,
    schema: Json,
) -> Shape:
    """A value with a text form; ``parse`` raises UserError."""

    def read(value: object, key: str) -> Any:
        if not isinstance(value, str):
            raise shape.refuse(key)
        try:
            return parse(value)
        except UserError as error:
            raise BadJsonError(key, str(error)) from error

    shape = Shape(
        write=write,
        read=read,
        schema=lambda _: {"type": "string", **schema},
        described=described,
    )
    return shape


def _own(kind: Any) -> Shape:
    """A class that says itself how it looks: ``as_json``, ``from_json``, ``json_schema``."""

    def read(value: object, key: str) -> Any:
        try:
            return kind.from_json(value)
        except UserError as error:
            raise BadJsonError(key, str(error)) from error

    return Shape(
        write=lambda value: value.as_json(),
        read=read,
        schema=lambda _: kind.json_schema(),
        described=kind.described(),
    )


def _to_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parse_hash(text: str) -> bytes:
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != HASH_BYTES or len(text) != 2 * HASH_BYTES:
        raise UserError("A hash has 64 characters, 0-9 and a-f.")
    return digest


def _parse_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UserError("These bytes are not base64.") from error


_ADDRESS: Final = _parsed(
    format_address,
    parse_address,
    "an address",
    {"pattern": f"^[a-z2-7]{{{ADDRESS_CHARS}}}$"},
)

ATOMS: Final[dict[Any, Shape]] = {
    AuthorId: _ADDRESS,
    FeedId: _ADDRESS,
    NodeId: _ADDRESS,
    Hash: _parsed(bytes.hex, _parse_hash, "a hash in hex", {"pattern": "^[0-9a-f]{64}$"}),
    bytes: _parsed(
        lambda value: base64.b64encode(value).decode("ascii"),
        _parse_base64,
        "bytes in base64",
        {"contentEncoding": "base64"},
    ),
    str: _checked(str, "a text", "string"),
    bool: _checked(bool, "true or false", "boolean"),
    int: _checked(int, "a number", "integer"),
    float: _float(),
}
