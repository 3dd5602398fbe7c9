"""Views and asks as JSON values, and back, by the annotations of their fields.

    AuthorId, FeedId, NodeId    address of 56 characters          Hash     hex
    str, bool, int, float       as they are                       bytes    base64
    tuple[T, ...]               a list of T                       T | None     null, or T
    a record                    an object, a key for each field (``ALIASES``, ``Key``, ``Flat``)
    a class with from_json      as it says itself (``Cursor``)

Keys keep their meaning for good; new ones may join.  Times are Unix milliseconds, sizes are
bytes, shares and chances are numbers from 0 to 1.
"""

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from swarmfeed.core.asks.atoms import ATOMS, own_form, whole
from swarmfeed.core.asks.shape import (
    Definitions,
    Flat,
    Json,
    JsonShape,
    Key,
    Spare,
    Whole,
    described,
)
from swarmfeed.errors import BadJsonError

T = TypeVar("T")

ALIASES: Final = {
    "author_id": "author",
    "author_name": "name",
    "feed_id": "feed",
    "node_id": "node",
    "entry_hash": "hash",
}
"""Names that are shorter outside, wherever they stand."""


class Field(Struct, frozen=True, kw_only=True):
    """One field of a record and its key."""

    name: str
    key: str
    shape: JsonShape
    flat: bool
    spare: bool
    default: object
    """``NODEFAULT`` where there is none."""

    @property
    def required(self) -> bool:
        return self.default is NODEFAULT


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


def shape_of(kind: Any) -> JsonShape:
    """Return how a type looks as JSON.

    Raises:
        TypeError: It cannot be told as JSON.
    """
    return _shape_of(kind)


@cache  # apart, because to mypy a class is not Hashable
def _shape_of(kind: Any) -> JsonShape:
    if kind in ATOMS:
        return ATOMS[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        bounds = [each for each in kind.__metadata__ if isinstance(each, Whole)]
        return whole(bounds[0]) if bounds else shape_of(arguments[0])
    if origin in (Union, UnionType) and len(arguments) == 2 and arguments[1] is NoneType:
        return _optional(shape_of(arguments[0]))
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        return _list(shape_of(arguments[0]))
    if hasattr(kind, "from_json"):
        return own_form(kind)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _object(kind)
    raise TypeError(f"{kind} has no JSON form")


def fields_of(kind: Any) -> tuple[Field, ...]:
    """Return the fields of a record, in order."""
    return _fields_of(kind)


@cache
def _fields_of(kind: Any) -> tuple[Field, ...]:
    return tuple(map(_field, fields(kind)))


def _field(field: FieldInfo) -> Field:
    notes = getattr(field.type, "__metadata__", ())
    keys = [note.name for note in notes if isinstance(note, Key)]
    return Field(
        name=field.name,
        key=keys[0] if keys else ALIASES.get(field.name, field.name),
        shape=shape_of(field.type),
        flat=any(isinstance(note, Flat) for note in notes),
        spare=any(isinstance(note, Spare) for note in notes),
        default=field.default,
    )


# --- objects and lists ---------------------------------------------------------------------


def _object(kind: Any) -> JsonShape:
    # Fields are looked up when they are needed: a record may hold itself.
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

    return JsonShape(write=write, read=read, schema=schema, plural="objects")


def _read(field: Field, value: Json) -> Any:
    if field.key not in value:
        raise field.shape.refuse(field.key)
    return field.shape.read(value[field.key], field.key)


def object_schema(kind: type, definitions: Definitions, *, is_question: bool = False) -> Json:
    """Return the JSON Schema (2020-12) of a record, the ones in it by reference.

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


def _held(kind: type, name: str) -> type:
    held: type = get_type_hints(kind)[name]
    return held


def _list(item: JsonShape) -> JsonShape:
    plural = f"a list of {item.plural or item.described}"

    def read(value: object, key: str) -> Any:
        if not isinstance(value, list):
            raise BadJsonError(key, f'"{key}" has to be {plural}.')
        return tuple(item.read(each, key) for each in value)

    return JsonShape(
        write=lambda value: [item.write(each) for each in value],
        read=read,
        schema=lambda found: {"type": "array", "items": item.schema(found)},
        described=plural,
    )


def _optional(inner: JsonShape) -> JsonShape:
    return JsonShape(
        write=lambda value: None if value is None else inner.write(value),
        read=lambda value, key: None if value is None else inner.read(value, key),
        schema=lambda found: {"anyOf": [inner.schema(found), {"type": "null"}]},
        from_text=lambda text: inner.from_text(text) if text else None,
        described=inner.described,
    )


def _to_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
