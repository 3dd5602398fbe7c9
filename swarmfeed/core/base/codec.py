"""Records as bencoded dicts and back: what the annotations of a frozen record say.

    class WantedFeed(Struct, frozen=True):             {"f": 32 bytes, "n": 0 to 2^32}
        feed_id: Annotated[FeedId, At("f")]
        size: Annotated[int, At("n"), Between(0, FEED_ENTRIES_MAX)]

    annotation                     in the dict         its bound
    AuthorId, FeedId, Hash, ..     bytes               that of the type, exactly
    bytes                          bytes               UpTo
    bool                           0 or 1
    int                            integer             Between
    str                            UTF-8               UpTo or Between, or Spelled
    tuple[item, ...]               list                UpTo, and that of the item
    a record                       dict                those of its fields
    what | None, or OPTIONAL       left out if empty   the same

A codec is derived once, when a module is imported, and is made of plain closures: nothing is
looked up in a class while messages pass.  Writing checks no bounds, for what we say is ours;
reading is exact, passes over keys nobody declared, and every error names the key.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Generic,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields, replace

from swarmfeed.core.base.bencoding import Encodable, Fields
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES
from swarmfeed.core.base.marks import At, Between, Optional, Spelled, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId, Hash, NodeId

T = TypeVar("T")

_LENGTHS: Final[dict[Any, int]] = {
    AuthorId: KEY_BYTES,
    FeedId: KEY_BYTES,
    NodeId: KEY_BYTES,
    Hash: HASH_BYTES,
}
"""Types that are bytes of one length."""


class Shape(Struct, frozen=True):
    """How one kind of value is read and written, wherever it stands."""

    take: Callable[[Fields, bytes], Any]
    """Reads the value at a key.  Raises BadEncodingError."""
    take_all: Callable[[Fields, bytes, int], tuple[Any, ...]] | None
    """Reads the list of at most so many such values at a key; None: it stands in no list."""
    write: Callable[[Any], Encodable] | None
    """None: as it is."""
    bound: str
    """For people."""
    item: type | None = None
    """The record that it is a list of."""


class Part(Struct, frozen=True):
    """One field of a record, as its annotation declares it."""

    name: str
    key: str
    means: str
    """What the annotation says of it; may be empty."""
    optional: bool
    shape: Shape


class Codec(Struct, Generic[T], frozen=True):
    """Reads and writes one type of record."""

    write: Callable[[T], dict[bytes, Encodable]]
    read: Callable[[Fields], T]
    """Raises BadEncodingError."""
    parts: tuple[Part, ...]


def codec_of(record: type[T]) -> Codec[T]:
    """Return the codec of a frozen record, always the same one.

    Raises:
        TypeError: An annotation says too little, or two fields have the same key.
    """
    codec: Codec[T] = _derived(record)
    return codec


def _derive(record: type[Any]) -> Codec[Any]:
    if not _is_record(record):
        raise TypeError(f"{record.__name__} is not a record")
    parts = []
    for field in fields(record):
        try:
            parts.append(_part(field.name, field.type, field.default))
        except TypeError as error:
            raise TypeError(f"{record.__name__}.{field.name}: {error}") from error
    keys = [part.key for part in parts]
    if len({*keys}) < len(keys):
        raise TypeError(f"{record.__name__} has a key twice: {keys}")
    return Codec(_writer(parts), _reader(record, parts), tuple(parts))


_derived: Final[Callable[[Any], Any]] = cache(_derive)


def _part(name: str, hint: Any, default: Any) -> Part:
    kind, marks, may_be_none = _open(hint)
    at = marks.get(At, At(name))
    shape = _shape(kind, marks)
    optional = may_be_none or Optional in marks
    if may_be_none and default is NODEFAULT:
        default = None
    if optional and default:
        raise TypeError("optional, so its default has to be empty")
    return Part(
        name=name,
        key=at.key,
        means=at.means,
        optional=optional,
        shape=_unless_empty(shape, default) if optional else shape,
    )


def _writer(parts: Sequence[Part]) -> Callable[[Any], dict[bytes, Encodable]]:
    always = [part for part in parts if not part.optional]
    plain = [part for part in always if part.shape.write is None]
    keys, values_of = tuple(part.key.encode() for part in plain), _values_of(plain)
    changed = [part for part in always if part.shape.write is not None]
    changes, changed_of = _changes(changed), _values_of(changed)
    optional = [part for part in parts if part.optional]
    optional_changes, optional_of = _changes(optional), _values_of(optional)

    def write(record: Any) -> dict[bytes, Encodable]:
        # No ``strict``: to pass a keyword costs a tenth of all this.
        found = dict(zip(keys, values_of(record)))  # noqa: B905
        if changes:
            for (key, change), value in zip(changes, changed_of(record)):  # noqa: B905
                found[key] = change(value)
        if optional_changes:
            for (key, change), value in zip(optional_changes, optional_of(record)):  # noqa: B905
                if value:
                    found[key] = change(value)
        return found

    return write


def _changes(parts: Sequence[Part]) -> tuple[tuple[bytes, Callable[[Any], Any]], ...]:
    """Keys, and how their values are spelled."""
    return tuple((part.key.encode(), part.shape.write or _as_it_is) for part in parts)


def _values_of(parts: Sequence[Part]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gets the values of a record; ``zip`` leaves over what has no key."""
    # Of two names or more comes a tuple.
    names = [part.name for part in parts] + ["__class__"] * (2 - len(parts))
    return attrgetter(*names)


def _as_it_is(value: Any) -> Any:
    return value


def _reader(record: type[Any], parts: Sequence[Part]) -> Callable[[Fields], Any]:
    takes = tuple((part.shape.take, part.key.encode()) for part in parts)
    names = tuple(part.name for part in parts)
    by_name = len(record.__match_args__) < len(names)

    def read_in_order(found: Fields) -> Any:
        return record(*[take(found, key) for take, key in takes])

    def read_by_name(found: Fields) -> Any:
        values = [take(found, key) for take, key in takes]
        return record(**dict(zip(names, values, strict=True)))

    return read_by_name if by_name else read_in_order


# --- annotations -------------------------------------------------------------------------


def _open(hint: Any) -> tuple[Any, dict[type, Any], bool]:
    """Return what an annotation is about, its marks by type, and whether it may be None."""
    if get_origin(hint) is Annotated:
        inner, *outer = get_args(hint)
        kind, marks, optional = _open(inner)
        return kind, {**marks, **{type(mark): mark for mark in outer}}, optional
    if get_origin(hint) in (Union, UnionType):
        some = [each for each in get_args(hint) if each is not NoneType]
        if len(some) == 1:
            kind, marks, _ = _open(some[0])
            return kind, marks, True
    return hint, {}, False


def _shape(kind: Any, marks: dict[type, Any]) -> Shape:
    if kind in _LENGTHS:
        return _exactly(_LENGTHS[kind])
    if get_origin(kind) is tuple:
        return _list(kind, _bound(marks, UpTo).most)
    if _is_record(kind):
        return _record(codec_of(kind))
    if kind in _SHAPES:
        return _SHAPES[kind](marks)
    raise TypeError(f"no bencode for {kind}")


def _bound(marks: dict[type, Any], mark: type[T]) -> T:
    if mark not in marks:
        raise TypeError(f"no bound, such as {mark.__name__}")
    found: T = marks[mark]
    return found


# --- shapes ------------------------------------------------------------------------------


def _exactly(length: int) -> Shape:
    return Shape(
        lambda found, key: found.take_bytes(key, length=length),
        lambda found, key, most: found.take_bytes_list(key, count_max=most, length=length),
        None,
        f"{length} bytes",
    )


def _bytes(marks: dict[type, Any]) -> Shape:
    most = _bound(marks, UpTo).most
    return Shape(
        lambda found, key: found.take_bytes(key, bytes_max=most),
        lambda found, key, count: found.take_bytes_list(key, count_max=count, bytes_max=most),
        None,
        f"up to {most:,} bytes",
    )


def _int(marks: dict[type, Any]) -> Shape:
    bound = _bound(marks, Between)
    low, high = bound.low, bound.high
    return Shape(
        lambda found, key: found.take_int(key, low, high), None, None, f"{low} to {say(high)}"
    )


def _flag(_marks: dict[type, Any]) -> Shape:
    return Shape(lambda found, key: found.take_int(key, 0, 1) == 1, None, int, "0 or 1")


def _text(marks: dict[type, Any]) -> Shape:
    if Spelled in marks:
        return _spelled(marks[Spelled], marks.get(UpTo))
    bound = marks.get(Between) or Between(0, _bound(marks, UpTo).most)
    low, high = bound.low, bound.high
    chars = f"{low} to {high:,}" if low else f"up to {high:,}"
    return Shape(
        lambda found, key: found.take_text(key, chars_min=low, chars_max=high),
        lambda found, key, most: found.take_text_list(key, count_max=most, chars_max=high),
        None,
        f"{chars} characters",
    )


def _spelled(mark: Spelled, bound: UpTo | None) -> Shape:
    read, most = mark.read, None if bound is None else bound.most
    return Shape(
        lambda found, key: read(found.take_bytes(key, bytes_max=most)), None, None, mark.what
    )


_SHAPES: Final[dict[Any, Callable[[dict[type, Any]], Shape]]] = {
    bytes: _bytes,
    int: _int,
    bool: _flag,
    str: _text,
}


def _record(codec: Codec[Any]) -> Shape:
    read, write = codec.read, codec.write
    inside = [f'"{part.key}": {part.shape.bound}' for part in codec.parts]
    return Shape(
        lambda found, key: read(found.take_fields(key)),
        lambda found, key, most: tuple(map(read, found.take_fields_list(key, count_max=most))),
        write,
        f"{{{', '.join(inside)}}}",
    )


def _list(kind: Any, most: int) -> Shape:
    args = get_args(kind)
    if len(args) != 2 or args[1] is not Ellipsis:
        raise TypeError(f"no bencode for {kind}")
    item_kind, marks, _ = _open(args[0])
    item = _shape(item_kind, marks)
    take_all, write = item.take_all, item.write
    if take_all is None:
        raise TypeError(f"no list of {item_kind}")
    record = item_kind if _is_record(item_kind) else None
    return Shape(
        lambda found, key: take_all(found, key, most),
        None,
        None if write is None else lambda values: [write(each) for each in values],
        f"up to {most:,} dicts" if record else f"up to {most:,} of {item.bound}",
        record,
    )


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _unless_empty(shape: Shape, default: Any) -> Shape:
    take = shape.take
    return replace(shape, take=lambda found, key: take(found, key) if key in found else default)


def say(number: int) -> str:
    """Return a number as people read it: ``1,000``, ``2^32``, ``2^32 - 1``."""
    for low, tail in ((number, ""), (number + 1, " - 1")):
        if low >= 2**20 and low & (low - 1) == 0:
            return f"2^{low.bit_length() - 1}{tail}"
    return f"{number:,}"
